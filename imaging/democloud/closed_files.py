"""Files and folders that only their owner may use; what somebody else has put in their place is not used."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TextIO

_OURS = 0o600
"""The mode of a file that is closed to others."""


class NotOurFolderError(Exception):
    """A folder or file of this cloud belongs to another user, or is a link."""


def close_folder(path: Path) -> None:
    """Make a folder, or see that the existing one is the user's own; close it to others. Raises NotOurFolderError."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise NotOurFolderError(f"{path} belongs to another user")
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def open_closed(path: Path) -> TextIO:
    """Open a file for writing, made where none is; no link is followed. Raises NotOurFolderError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, _OURS)
    except OSError as error:
        raise NotOurFolderError(f"{path} cannot be used: {error.strerror}") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        os.close(descriptor)
        raise NotOurFolderError(f"{path} is another user's, or something else than a file")
    return os.fdopen(descriptor, "w")


def write_closed(path: Path, text: str) -> None:
    """Put a text in the place of a file: a reader gets the old one or the new one, whole."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OURS), "w") as file:
            file.write(text)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def keep_closed(path: Path, text: str) -> None:
    """As `write_closed`, unless the file is there as that would have left it."""
    if not _holds(path, text):
        write_closed(path, text)


def _holds(path: Path, text: str) -> bool:
    try:
        found = path.lstat()
        ours = stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) == _OURS and found.st_uid == os.geteuid()
        return ours and path.read_bytes() == text.encode()
    except OSError:
        return False
