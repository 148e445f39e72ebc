"""The inspection of an image in a file or in Glance, as commands ask for it."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.cloud.name_cache import NameCache, NameKind
from imaging.commands.flow import session
from imaging.commands.flow.inspection import guests
from imaging.commands.options.invocation import Invocation
from imaging.commands.options.things_named import image_named
from imaging.commands.output.streams import say
from imaging.guest.file_inspection import InspectedFile, inspect_file
from imaging.guest.image_inspection import Take, inspect_downloaded, inspect_image
from imaging.guidelines.guest.questions import questions_for
from imaging.runtime.clock import SystemClock
from models.cloud.image import Image
from models.errors import UsageError
from models.guidelines.profile import Profile
from models.image_file.image_format import ImageFormat

_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class WantedFile:
    """A file that the user named."""

    path: Path
    declared: ImageFormat | None
    work_dir: Path


@dataclass(frozen=True)
class WantedImage:
    """An image that the user named."""

    name: str
    download: bool
    """Whether all of it is to be fetched first."""
    work_dir: Path


def wanted_file(path: Path, declared: str | None, work_dir: Path | None) -> WantedFile:
    """A file to inspect.

    Args:
        path: of it, or of a directory of parts.
        declared: the name of the format that it is said to have.
        work_dir: None for the directory beside it: /tmp is often too small, and in memory.
    """
    return WantedFile(path, ImageFormat(declared) if declared else None, work_dir or path.absolute().parent)


def means_image(word: str, invocation: Invocation) -> bool:
    """Whether a word without an option names an image: no file is there, and an image of that name or id is known.

    No cloud is asked: an image is known whose name was in the last list.

    Raises:
        UsageError: it names both.
    """
    is_file = os.path.lexists(word)
    is_image = "/" not in word and _is_known_image(word, invocation)
    if is_file and is_image:
        said = shlex.quote(word)
        raise UsageError(
            f"{said} is a file here, and an image of the cloud.",
            remedy=f"Say which: imaging inspect --file {said}, or imaging inspect --image {said}",
        )
    return not is_file and (is_image or bool(_ID.fullmatch(word)))


def _is_known_image(name: str, invocation: Invocation) -> bool:
    cloud = invocation.os_cloud or (session.DEMO_CLOUD if invocation.demo else None)
    known = NameCache(session.paths().cache).read(NameKind.IMAGE, cloud=cloud)
    return any(name in {each.name, each.id} for each in known)


async def inspected_file(wanted: WantedFile, guidelines: Profile) -> InspectedFile:
    """Inspect an image file, with progress on standard error.

    Raises:
        ImageFileError: it is no file, is packed in a way that cannot be undone, or there is no room.
    """
    return await inspect_file(
        wanted.path,
        questions_for(guidelines),
        SystemClock(),
        say,
        declared=wanted.declared,
        work_dir=wanted.work_dir,
    )


async def inspected_image(
    invocation: Invocation, wanted: WantedImage, guidelines: Profile
) -> tuple[InspectedFile, Image]:
    """Inspect an image in Glance, with progress on standard error.

    Raises:
        UsageError: there is no such image, or several have the name.
        ImageFileError: it cannot be read, or not by its parts.
        CloudError: its bytes did not come.
    """
    questions = questions_for(guidelines)
    async with session.logged_in(invocation) as here:
        image, of_images = await image_named(here.cloud, wanted.name), here.cloud.image_bytes

        async def fetch(offset: int, length: int) -> bytes:
            return await of_images.read_bytes(image.id, offset, length)

        async def download(take: Take) -> None:
            await of_images.download(image.id, 0, take, whole_bytes=image.size_bytes)

        if wanted.download:
            found = await inspect_downloaded(image, download, questions, here.clock, say, work_dir=wanted.work_dir)
        else:
            found = await inspect_image(image, fetch, questions, here.clock, say)
        if found.guest is not None:
            await guests(here).keep(image.id, found.guest)
        if found.inventory is not None:
            await guests(here).keep_inventory(image.id, found.inventory)
        return found, image
