"""The folder of this machine that copies are written to: nothing leaves it, and nothing in it is overwritten.

Names come from the guest and are untrusted. So every folder on the way is opened by itself, relative to the one before
and never through a link, and a finished file gets its name only where none is yet.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from imaging.guest.download.listing import GuestFile, part_name
from imaging.runtime import private_files
from models.errors import UsageError
from models.formatting import size
from models.text import one_line

ANOTHER = "another file of that name already exists"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class InTheWayError(Exception):
    """Something else lies where a copy should go; `args[0]` says what."""


@dataclass(frozen=True)
class Place:
    """Where one file goes: an open folder and two names in it. Used as long as the folder is open."""

    folder: int
    name: bytes
    part: bytes
    """The name of the unfinished copy: short even if the file's own name is long, and the same on the next attempt."""


class LocalFolder:
    """A target folder."""

    def __init__(self, target: Path) -> None:
        """Keep where it is."""
        self._target = target

    def prepare(self) -> None:
        """Make the folder, closed to others; one that is there stays as it is.

        Raises:
            UsageError: it cannot be made or written, or every user of this computer can replace files in it.
        """
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._target.mkdir(mode=0o700, exist_ok=True)
            mode = self._target.stat().st_mode
            if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
                raise PermissionError(errno.EACCES, "every user of this computer can replace files in it")
            if not os.access(self._target, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "it is not writable")
        except OSError as error:
            raise UsageError(f"{one_line(self._target, 200)} cannot be used: {error.strerror or error}.") from None

    def missing_bytes(self, files: Iterable[GuestFile]) -> int:
        """How much of these files is not here yet; a guess, for a warning in time."""
        root = os.fsencode(self._target)
        return sum(max(0, file.size - _present(root + file.path)) for file in files)

    def free_bytes(self) -> int:
        """How much room there is."""
        return shutil.disk_usage(self._target).free

    @contextmanager
    def place(self, file: GuestFile) -> Iterator[Place]:
        """Where a file goes; the folders on the way are made.

        Raises:
            InTheWayError: something that is no folder lies on the way.
            OSError: a folder cannot be made.
        """
        *folders, name = file.path.strip(b"/").split(b"/")
        descriptor = os.open(self._target, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in folders:
                inner = _enter(descriptor, folder)
                os.close(descriptor)
                descriptor = inner
            yield Place(descriptor, name, part_name(name))
        finally:
            os.close(descriptor)


def _present(path: bytes) -> int:
    folder, name = os.path.split(path)
    for candidate in (path, folder + b"/" + part_name(name)):
        with suppress(OSError):
            return Path(os.fsdecode(candidate)).lstat().st_size
    return 0


def _enter(parent: int, name: bytes) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise InTheWayError("its path contains something that is not a folder") from None
        raise
    if os.fstat(descriptor).st_uid != private_files.own_uid():
        os.close(descriptor)
        raise InTheWayError("its path contains a folder of another user")
    return descriptor


def finished_size(place: Place) -> int | None:
    """The size of a finished file that lies there; None where nothing lies.

    Raises:
        InTheWayError: something lies there that is no regular file.
    """
    try:
        found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise InTheWayError("something that is not a file is already there")
    return found.st_size


def digest_of(place: Place, name: bytes) -> str:
    """The SHA-256 of a file in a place."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place.folder)
    with os.fdopen(descriptor, "rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest()


def begun_bytes(place: Place, whole: int) -> int:
    """How much of an unfinished copy is there; one that is too long is thrown away."""
    try:
        begun = os.stat(place.part, dir_fd=place.folder, follow_symlinks=False)
    except FileNotFoundError:
        return 0
    if _is_own_file(begun) and begun.st_size <= whole:
        return begun.st_size
    os.unlink(place.part, dir_fd=place.folder)
    return 0


def _is_own_file(found: os.stat_result) -> bool:
    """Another owner could read all that is written to it."""
    return stat.S_ISREG(found.st_mode) and found.st_uid == private_files.own_uid()


def append(place: Place, data: bytes) -> None:
    """Write more of an unfinished copy.

    Raises:
        UsageError: the disk is full.
        InTheWayError: something has come to lie there meanwhile.
        OSError: it cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would keep us waiting
    try:
        descriptor = os.open(place.part, flags, 0o600, dir_fd=place.folder)
        with os.fdopen(descriptor, "wb", buffering=0) as writing:
            if not _is_own_file(os.fstat(descriptor)):
                raise InTheWayError("something of another user is in the place of its unfinished copy")
            view = memoryview(data)
            while view:
                view = view[writing.write(view) :]
    except OSError as error:
        if error.errno in _FULL:
            raise full(len(data)) from None
        raise


def full(needed_bytes: int) -> UsageError:
    """The error for a disk that is full."""
    return UsageError(
        f"The disk is full: at least {size(needed_bytes)} more are needed.",
        meaning="What was copied so far is kept.",
        remedy="Free some space, or choose another folder; the same command continues the copy.",
    )


def discard(place: Place) -> None:
    """Remove an unfinished copy."""
    with suppress(FileNotFoundError):
        os.unlink(place.part, dir_fd=place.folder)


def finish(place: Place, file: GuestFile) -> None:
    """Give a copy its name, with the time of the original; only its owner may read it.

    Raises:
        InTheWayError: something has come to lie there meanwhile.
        OSError: it cannot be done.
    """
    mode = 0o600 | (file.mode & stat.S_IXUSR)
    descriptor = os.open(place.part, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=place.folder)
    try:
        os.fchmod(descriptor, mode)
        os.utime(descriptor, (file.changed_at, file.changed_at))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(place.part, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder, follow_symlinks=False)
    except FileExistsError:
        raise InTheWayError(ANOTHER) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _rename_without_links(place)
    else:
        os.unlink(place.part, dir_fd=place.folder)


def _rename_without_links(place: Place) -> None:
    """On file systems without hard links: reserve the name first, then take it."""
    try:
        os.close(os.open(place.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=place.folder))
    except FileExistsError:
        raise InTheWayError(ANOTHER) from None
    os.replace(place.part, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
