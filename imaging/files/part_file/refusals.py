"""What is said where a part cannot be used."""

from __future__ import annotations

import errno
import shlex
from pathlib import Path

from models.errors import ImageFileError
from models.text import one_line

_NOTHING = "Nothing was downloaded or changed."


def foreign_part(path: Path, why: str) -> ImageFileError:
    """Something else lies where the part would be."""
    return ImageFileError(
        f"{one_line(path)} is not continued: {why}.",
        meaning=_NOTHING,
        remedy=f"Check it, then move it away (mv {one_line(shlex.quote(str(path)))} …), or name another FILE.",
    )


def in_use(path: Path) -> ImageFileError:
    """Another process writes it."""
    return ImageFileError(
        f"Another run writes {one_line(path)}.",
        meaning=_NOTHING,
        remedy="`imaging runs` lists the runs; wait for it or cancel it, or name another FILE.",
    )


def refused_by_system(path: Path, error: OSError) -> ImageFileError:
    """The file system does not allow it."""
    if error.errno in {errno.ELOOP, errno.EMLINK}:
        return foreign_part(path, "it is a link to another place")
    return ImageFileError(
        f"{one_line(path)} cannot be written: {error.strerror}.",
        meaning=_NOTHING,
        remedy="Check the directory and its permissions, or name another FILE.",
    )
