"""From the file that the user names to what can be planned with: inspected, hashed, with the texts of its image."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from imaging.commands.flow.image_file import WantedFile, inspected_file
from imaging.commands.flow.url_fetch import FetchedFile
from imaging.commands.options.run_request import ImportOptions
from imaging.commands.output.streams import say
from imaging.files.identity import hash_of, identity_of
from imaging.runs.plan.import_file.planning import FileToImport
from imaging.runs.plan.import_file.proposals import proposed_beside, proposed_description, proposed_name, wants_sha256
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import ImageFileError, UsageError
from models.guidelines.profile import Profile
from models.image_file.identity import FileIdentity
from models.run.file_plan import SendingWay
from models.text import cut

_SHA256 = 64
"""Digits."""
_LONG_BYTES = 2**30
"""From here on it is said that a file is being hashed."""


async def file_to_import(
    wanted: WantedFile,
    guidelines: Profile,
    *,
    way: SendingWay = SendingWay.UPLOAD,
    promised_hash: str = "",
    fetched: FetchedFile | None = None,
) -> FileToImport:
    """Inspect and hash a file.

    Args:
        wanted: the file.
        guidelines: say what is asked of the system in it.
        way: how it is to be sent.
        promised_hash: the SHA-256 or SHA-512 that the user gave of it; empty: none.
        fetched: where it came from, if it was fetched.

    Raises:
        UsageError: its path cannot be written down.
        ImageFileError: it cannot be used, is written to meanwhile, or has another hash.
    """
    path = wanted.path.absolute()
    refuse_unwritable(path)
    # The one waits for a process, the other for the disk: side by side. What is refused need not be hashed to its end.
    with_sha256 = len(promised_hash) == _SHA256 or await in_thread(wants_sha256, path, wanted.declared)
    hashing = asyncio.ensure_future(identity_of(path, _tenths("Hashed"), with_sha256=with_sha256))
    hashing.add_done_callback(lambda done: done.cancelled() or done.exception())  # told below, or of no interest
    try:
        found = await inspected_file(wanted, guidelines)
        identity = await hashing
    finally:
        hashing.cancel()
    if promised_hash:
        await _compare(path, identity, promised_hash.lower())
    file = FileToImport(
        path=path,
        name=path.name,
        work_dir=wanted.work_dir,
        identity=identity,
        found=found,
        way=way,
        proposed=await in_thread(proposed_beside, path, identity),
    )
    if way is not SendingWay.FETCHED or fetched is None:
        return file
    return replace(file, promised_hash=fetched.sha512, url="" if fetched.address.has_secret else fetched.address.url)


async def _compare(path: Path, identity: FileIdentity, promised: str) -> None:
    """Compare a file with the hash that its publisher tells.

    Raises:
        ImageFileError: it has another one.
    """
    kind = "sha256" if len(promised) == _SHA256 else "sha512"
    own = identity.sha256 if kind == "sha256" else await hash_of(path, kind)
    if own != promised:
        raise ImageFileError(
            f"{path} has another {kind.upper()} than the one that you gave: {own}.",
            meaning="Nothing was sent.",
            remedy="Download or copy it again.",
        )


def refuse_unwritable(path: Path) -> None:
    """Refuse a path that no journal can hold.

    Raises:
        UsageError: it holds bytes that are no UTF-8.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"The name {cut(path.name, 60)} holds bytes that are no UTF-8.", remedy="Rename the file."
        ) from None


def with_texts(
    choices: ImportOptions,
    file: FileToImport,
    guidelines: Profile,
    images: tuple[Image, ...],
    today: date,
    *,
    draft: bool,
) -> ImportOptions:
    """See that there are a name and a description: the console chooses those of a draft, the user those of an image.

    Raises:
        UsageError: one is missing, and this is no draft; the message suggests one.
    """
    if choices.name is not None and choices.description is not None:
        return choices
    name = proposed_name(file, guidelines, images, today)
    return choices.with_texts(name, proposed_description(file, today), draft=draft)


def _tenths(doing: str) -> Callable[[int, int], None]:
    """Says every tenth of what takes long."""
    last = 0

    def tell(done: int, whole: int) -> None:
        nonlocal last
        tenth = math.floor(10 * done / whole) if whole else 10
        if whole >= _LONG_BYTES and tenth > last:
            last = tenth
            say(f"{doing}: {10 * tenth} %")

    return tell
