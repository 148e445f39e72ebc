"""Opens a file that somebody names, and nothing that only looks like one."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from imaging.files.content import Extent
from models.errors import ImageFileError
from models.image_file.refusal import Refusal, RefusalCode


class RefusedFileError(ImageFileError):
    """A file is not used, and why."""

    def __init__(self, path: Path | str, *refusals: Refusal) -> None:
        """Keep the reasons beside the sentence that they make."""
        self.refusals = refusals
        first = refusals[0]
        super().__init__(
            f"{path} is not used. {first.sentence}", meaning="Nothing of it was opened or sent.", remedy=first.remedy
        )


@dataclass(frozen=True)
class OpenedFile:
    """A regular file, open for reading; it stays the same file even if its name leads to another one later."""

    path: Path
    descriptor: int
    size_bytes: int
    allocated_bytes: int
    modified_ns: int

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at a place; fewer at the end. Several readers do not disturb each other."""
        size = min(size, self.size_bytes - offset)  # a place of a stranger's may be beyond what pread takes
        return os.pread(self.descriptor, size, offset) if size > 0 else b""

    @property
    def extents(self) -> tuple[Extent, ...]:
        """As `imaging.files.content.FileContent`."""
        return (Extent(self.descriptor, 0, self.size_bytes),)

    def close(self) -> None:
        """Give it back."""
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        """Nothing more is opened."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()


def open_image_file(path: Path) -> OpenedFile:
    """Open a file for reading.

    Args:
        path: as the user gave it. A link is followed only within its own directory.

    Raises:
        RefusedFileError: it is missing, unreadable, empty, no regular file, or a link that leads elsewhere.
    """
    real = _resolved(path)
    try:
        # Without waiting: a FIFO that nobody writes to would hold the program for ever.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise _refused(path, error) from None
    try:
        return _checked(path, descriptor)
    except RefusedFileError:
        os.close(descriptor)
        raise


def _resolved(path: Path) -> Path:
    try:
        if not path.is_symlink():
            return path
        real, own = path.resolve(strict=True), path.parent.resolve(strict=True)
    except OSError as error:
        raise _refused(path, error) from None
    except RuntimeError:  # a circle of links, in Python 3.12 and older; later ones give the system's ELOOP
        raise RefusedFileError(path, Refusal(code=RefusalCode.MISSING)) from None
    if real.parent != own:
        raise RefusedFileError(path, Refusal(code=RefusalCode.LEADS_ELSEWHERE, detail=str(real)))
    return real


def _checked(path: Path, descriptor: int) -> OpenedFile:
    told = os.fstat(descriptor)
    if not stat.S_ISREG(told.st_mode):
        raise RefusedFileError(path, Refusal(code=RefusalCode.NOT_A_FILE))
    if told.st_size == 0:
        raise RefusedFileError(path, Refusal(code=RefusalCode.EMPTY))
    return OpenedFile(path, descriptor, told.st_size, 512 * told.st_blocks, told.st_mtime_ns)


def _refused(path: Path, error: OSError) -> RefusedFileError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)) or error.errno == errno.ELOOP:
        return RefusedFileError(path, Refusal(code=RefusalCode.MISSING))
    if isinstance(error, IsADirectoryError) or path.is_socket():
        return RefusedFileError(path, Refusal(code=RefusalCode.NOT_A_FILE))
    return RefusedFileError(path, Refusal(code=RefusalCode.UNREADABLE, detail=error.strerror or ""))
