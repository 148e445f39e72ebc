"""The inspection of an image file, as commands ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imaging.commands.output.streams import say
from imaging.guest.file_inspection import InspectedFile, inspect_file
from imaging.guidelines.guest.questions import questions_for
from imaging.runtime.clock import SystemClock
from models.guidelines.profile import Profile
from models.image_file.image_format import ImageFormat


@dataclass(frozen=True)
class WantedFile:
    """What the user named."""

    path: Path
    declared: ImageFormat | None
    work_dir: Path


def wanted_file(path: Path, declared: str | None, work_dir: Path | None) -> WantedFile:
    """A file to inspect.

    Args:
        path: of it, or of a directory of parts.
        declared: the name of the format that it is said to have.
        work_dir: None for the directory beside it: /tmp is often too small, and in memory.
    """
    return WantedFile(path, ImageFormat(declared) if declared else None, work_dir or path.absolute().parent)


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
