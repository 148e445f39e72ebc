"""The conversion that is kept until the run is over: named after its source, closed to others, whole or not there.

Its name holds the digest of the file that it was made of, so that it can be of no other file, and of no older state of
it. While it is written it has the name of its run, too; it gets its own name once the disk has it whole.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from models.errors import ImageFileError
from models.run.file_plan import FilePlan

_DIGEST_CHARACTERS: Final = 32
KEEP_FREE_BYTES: Final = 2**30
"""What a conversion leaves free on its file system."""
_OTHERS: Final = 0o077


def kept_path(plan: FilePlan) -> Path:
    """Where the conversion of a planned file lies once it is whole."""
    assert plan.identity is not None  # noqa: S101  # nothing else is converted; for the type checker
    return Path(plan.work_dir) / f"imaging-{plan.identity.digest[:_DIGEST_CHARACTERS]}.{plan.target.value}"


def part_path(plan: FilePlan, run_id: str) -> Path:
    """Where it is written by a run."""
    return kept_path(plan).with_suffix(f".{run_id}.part")


@contextmanager
def new_part(path: Path) -> Iterator[int]:
    """A new file, mode 0600, open for reading and writing; what an earlier runner left there is removed.

    Raises:
        ImageFileError: none can be made there.
    """
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ImageFileError(
            f"Nothing can be written in {path.parent}: {error.strerror}.",
            meaning="The file itself is untouched, and nothing was sent.",
            remedy="Choose another directory with --work-dir.",
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_kept(plan: FilePlan) -> int | None:
    """The whole conversion, open for reading; None where there is none that is the user's own and closed."""
    with suppress(OSError):
        descriptor = os.open(kept_path(plan), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        told = os.fstat(descriptor)
        closed = stat.S_ISREG(told.st_mode) and told.st_uid == os.geteuid() and not told.st_mode & _OTHERS
        if closed and told.st_size > 0:
            return descriptor
        os.close(descriptor)
    return None


def finish_part(descriptor: int, part: Path, plan: FilePlan) -> None:
    """Give a part its own name once the disk has it whole."""
    os.fsync(descriptor)
    part.replace(kept_path(plan))


def remove_kept(plan: FilePlan, run_id: str) -> bool:
    """Remove the conversion, whole or not; whether there was one."""
    found = False
    for path in (part_path(plan, run_id), kept_path(plan)):
        with suppress(FileNotFoundError):
            path.unlink()
            found = True
    return found


def free_bytes(folder: Path) -> int:
    """How much an ordinary user may still write there.

    Raises:
        OSError: the directory is not there.
    """
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize


def refuse_full(folder: Path) -> None:
    """Refuse to write on where hardly anything is left.

    Raises:
        ImageFileError: the file system is full, or soon will be.
    """
    if free_bytes(folder) < KEEP_FREE_BYTES:
        raise ImageFileError(
            f"Too little room is left in {folder}.",
            meaning="What was converted so far is removed; the file itself is untouched, and nothing was sent.",
            remedy="Make room, or choose another directory with --work-dir.",
        )
