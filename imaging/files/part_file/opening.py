"""Opening a part: made or continued, locked, and only where what is known of it fits."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from imaging.files.part_file.refusals import foreign_part, in_use
from imaging.files.part_file.state import PartBinding, PartState, read_state
from imaging.runtime.private_files import open_private


def open_part(path: Path) -> int:
    """Open the file of a part, or make it; a link is not followed.

    Raises:
        NotPrivateError: a link, a pipe or a file of somebody else lies there.
        OSError: it cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_EXCL, 0o600)
    except FileExistsError:
        return open_private(path, os.O_RDWR)


def lock_part(path: Path, descriptor: int) -> None:
    """Keep other processes from writing it.

    Raises:
        ImageFileError: one does.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise in_use(path) from None
    except OSError:
        return  # a file system without locks: nothing can be told there


def state_of(path: Path, descriptor: int, binding: PartBinding) -> PartState:
    """What is known of the file; of one that was just made, or never written to, a new state.

    Raises:
        ImageFileError: it is not of this content, or not the user's own.
        OSError: it cannot be read.
    """
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        raise foreign_part(path, "it has several names")
    if path.lstat().st_ino != found.st_ino:  # removed by another run while this one waited for the lock
        raise in_use(path)
    known = read_state(path)
    if known is None or known.file_number != found.st_ino:
        if found.st_size:
            raise foreign_part(path, "it was not written by this program, or for another image")
        return PartState(binding=binding, file_number=found.st_ino)
    if known.binding != binding:
        raise foreign_part(path, "it was not written by this program, or for another image")
    if found.st_size < known.usable_bytes:
        # Holes at its end may not have been given a size yet; what was written before them is there.
        os.ftruncate(descriptor, known.usable_bytes)
    return known
