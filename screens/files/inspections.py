"""The inspections of a file and of an image, as the screen asks for them: loaded when the first one is begun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.findings import Checklist
from models.image_file.file_facts import FileFacts
from screens.context import Console

if TYPE_CHECKING:
    from imaging.guest.inspected_file import InspectedFile

Say = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """What an inspection came to."""

    file: FileFacts
    checklist: Checklist
    unread_because: str
    """Why no system was read; empty where one was."""


Inspection = Callable[[Console, Say], Awaitable[Judged]]
"""Begun by the screen, which is told about its progress."""


def of_file(path: Path) -> Inspection:
    """Inspect a file of this machine, or a directory of parts."""

    async def inspect(console: Console, say: Say) -> Judged:
        await in_thread(_load)
        from imaging.guest.file_inspection import inspect_file  # noqa: PLC0415  # not for the first paint
        from imaging.guidelines.guest.questions import questions_for  # noqa: PLC0415  # the same

        questions = questions_for(console.profile)
        return _judged(await inspect_file(path, questions, console.clock, say, declared=None, work_dir=beside), console)

    beside = path.absolute().parent
    return inspect


def of_image(image: Image) -> Inspection:
    """Inspect an image of the cloud by the parts of it that are needed."""

    async def inspect(console: Console, say: Say) -> Judged:
        await in_thread(_load)
        from imaging.guest.image_inspection import inspect_image  # noqa: PLC0415  # not for the first paint
        from imaging.guidelines.guest.questions import questions_for  # noqa: PLC0415  # the same

        cloud = await console.cloud()

        async def fetch(offset: int, length: int) -> bytes:
            return await cloud.image_bytes.read_bytes(image.id, offset, length)

        found = await inspect_image(image, fetch, questions_for(console.profile), console.clock, say)
        if found.guest is not None:
            await console.guests.keep(image.id, found.guest)
        if found.inventory is not None:
            await console.guests.keep_inventory(image.id, found.inventory)
        return _judged(found, console, image)

    return inspect


def _load() -> None:
    """Beside the screen: readers, rules and tables take a moment."""
    import imaging.guest.image_inspection  # noqa: PLC0415  # not for the first paint
    import imaging.guidelines.machine  # noqa: F401, PLC0415  # the same


def _judged(found: InspectedFile, console: Console, image: Image | None = None) -> Judged:
    from imaging.guidelines.machine import judge_file  # noqa: PLC0415  # not for the first paint

    now, because = console.clock.now(), found.unread_because
    checklist = judge_file(found.file, found.guest, console.profile, now, unread_because=because, image=image)
    return Judged(found.file, checklist, because)
