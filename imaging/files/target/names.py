"""The names of a file that is made and of all that stands beside it, and whether they are free."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import UsageError
from models.image_file.image_format import ImageFormat
from models.text import one_line

_LONGEST: Final = 255 - len("..converted.part.json.00000000.new")
"""Of a name, in bytes: so much is the longest addition, of a state that is being written."""
_ODD: Final = re.compile(r"[^A-Za-z0-9._+-]+")
_LONGEST_PROPOSED: Final = 80
_NOTHING: Final = "Nothing was downloaded or changed."


@dataclass(frozen=True)
class TargetNames:
    """A file, and what stands beside it once it is whole."""

    path: Path
    """Absolute."""

    @property
    def description(self) -> Path:
        """What another cloud needs to know of it."""
        return self._beside(".json")

    @property
    def checksum(self) -> Path:
        """Its hash, as `sha256sum --check` reads it."""
        return self._beside(".sha256")

    @property
    def report(self) -> Path:
        """What was found in it, for people."""
        return self._beside(".report.md")

    def part(self, folder: Path | None = None) -> Path:
        """What is downloaded, until it is whole; beside the file, or in a folder of its own."""
        return (folder or self.path.parent) / (self.path.name + ".part")

    @property
    def converted(self) -> Path:
        """What is converted, until it is whole."""
        return self._beside(".converted.part")

    @property
    def all(self) -> Iterator[Path]:
        """All that is there in the end."""
        yield from (self.path, self.description, self.checksum, self.report)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)


def shown(path: Path | str) -> str:
    """A path as people are shown it: its user may have put line ends into it."""
    return one_line(path)


def refuse_target(path: Path) -> TargetNames:
    """The names of a file that is to be made, if it can be.

    Args:
        path: as the user named it; what is relative begins where the program was started.

    Raises:
        UsageError: it or something beside it is there already, or its directory is missing or may not be written.
    """
    target = path.absolute()
    shown = one_line(target)
    if path.is_dir():
        raise UsageError(
            f"{shown} is a directory.", meaning=_NOTHING, remedy="Name a file in it, such as DIRECTORY/NAME.qcow2."
        )
    _refuse_name(target, shown)
    _refuse_directory(target.parent)
    names = TargetNames(target)
    for each in names.all:
        if os.path.lexists(each):
            raise UsageError(
                f"{one_line(each)} exists already; no file is written over.",
                meaning=_NOTHING,
                remedy=f"Name another FILE, or move it away: mv {one_line(shlex.quote(str(each)))} …",
            )
    return names


def _refuse_name(target: Path, shown: str) -> None:
    try:
        encoded = target.name.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"The name {shown} is not UTF-8.", meaning=_NOTHING, remedy="Name another FILE.") from None
    if not encoded or target.name in {".", ".."}:
        raise UsageError(f"{shown} is no name of a file.", meaning=_NOTHING, remedy="Name a file.")
    if len(encoded) > _LONGEST:
        raise UsageError(
            f"The name of the file is too long: {len(encoded)} bytes, {_LONGEST} at most, since more is put behind it.",
            meaning=_NOTHING,
            remedy="Name another FILE.",
        )


def _refuse_directory(folder: Path) -> None:
    shown = one_line(folder)
    if not folder.is_dir():
        raise UsageError(
            f"There is no directory {shown}.",
            meaning=_NOTHING,
            remedy=f"Make it: mkdir -p {one_line(shlex.quote(str(folder)))}",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"You may not write in the directory {shown}.",
            meaning=_NOTHING,
            remedy="Name a FILE in a directory of your own.",
        )


def proposed_file_name(image_name: str, kind: ImageFormat) -> str:
    """A name for the file of an image that every file system and shell takes as it is.

    Args:
        image_name: the name that somebody gave the image.
        kind: the format of the file.
    """
    plain = _ODD.sub("-", image_name).strip("-.")[:_LONGEST_PROPOSED].rstrip("-.")
    return f"{plain or 'image'}.{kind.value}"
