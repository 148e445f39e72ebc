"""Files for reports: whether they can be written is seen before anything is done, and each is written in one step."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from imaging.reports.formats import ReportFormat
from models.errors import UsageError
from models.text import one_line

STANDARD_OUTPUT: Final = "-"
_DESCRIPTOR: Final = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,6})", re.ASCII)
_STREAMS: Final = {"/dev/stdout": 1, "/dev/stderr": 2}
_KINDS: Final = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


@dataclass(frozen=True)
class Target:
    """Where a text is to be written."""

    file: str
    """A path, or `-` for standard output; `/dev/stderr`, `/dev/fd/N` and the like mean what is open there."""
    appended: bool = False
    """Whether it is added to what the file holds, as a step of a pipeline adds to the summary of others."""

    @property
    def is_standard_output(self) -> bool:
        """Whether it goes where the command's own data would go."""
        return self.file == STANDARD_OUTPUT or self.descriptor == 1

    @property
    def descriptor(self) -> int | None:
        """What was open before the program began, and is named by its number; None for a path and for `-`."""
        named = _DESCRIPTOR.fullmatch(self.file)
        return int(named[1]) if named else _STREAMS.get(self.file)


@dataclass(frozen=True)
class ReportTarget(Target):
    """A report that is wanted."""

    format: ReportFormat = field(kw_only=True)


def refuse_unfit(targets: Sequence[Target], *, json: bool) -> None:
    """See that each report can be written, before anything else is done.

    Raises:
        UsageError: a file cannot be written, or two things are to be written to one place.
    """
    places = [_place(each) for each in targets]
    if len(set(places)) < len(places):
        raise UsageError("Two reports are to be written to the same file.", remedy="Name a file for each.")
    if json and STANDARD_OUTPUT in places:
        raise UsageError(
            "--json and a report cannot both be written to standard output.", remedy="Name a file for the report."
        )
    for target in targets:
        if not target.is_standard_output:
            with _as_usage(target):
                _try(target)


def write_report(target: Target, text: str) -> None:
    """Write a report: a reader of its file sees all of it, or what was there before.

    Raises:
        UsageError: it cannot be written.
    """
    if target.is_standard_output:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())  # in any locale: the formats are UTF-8
        sys.stdout.buffer.flush()
        return
    with _as_usage(target):
        if target.descriptor is not None:
            with os.fdopen(os.dup(target.descriptor), "wb") as writing:
                writing.write(text.encode())
            return
        path = _path(target)
        _refuse_special(path)
        if target.appended:
            with _appending(path) as writing:
                writing.write(text.encode())
            return
        fresh, descriptor = _fresh(path)
        try:
            with os.fdopen(descriptor, "wb") as writing:
                writing.write(text.encode())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


def _try(target: Target) -> None:
    """Fail as writing would."""
    if target.descriptor is not None:
        _refuse_read_only(target.descriptor)
        return
    path = _path(target)
    _refuse_special(path)
    if target.appended:
        _appending(path).close()
    else:
        fresh, descriptor = _fresh(path)
        os.close(descriptor)
        fresh.unlink()


def _place(target: Target) -> str:
    if target.is_standard_output:
        return STANDARD_OUTPUT
    if target.descriptor is not None:
        return f"descriptor {target.descriptor}"
    with _as_usage(target):
        return str(_path(target))


def _path(target: Target) -> Path:
    """Where it lies in the end: what a link leads to is replaced, and the link stays."""
    return Path(os.path.realpath(target.file))


def _refuse_special(path: Path) -> None:
    """Refuse what is there and is no file: at a pipe without a reader, a run that is over would wait for ever."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(None, f"it is {_KINDS.get(stat.S_IFMT(mode), 'no regular file')}")


def _refuse_read_only(descriptor: int) -> None:
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(None, "it is open for reading only")


def _appending(path: Path) -> BinaryIO:
    """The file, to add to; it never waits for a reader, should a pipe have taken its place meanwhile."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o666), "ab")


def _fresh(path: Path) -> tuple[Path, int]:
    """A new file beside it, with the permissions that the user's other files have."""
    fresh = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.new")
    return fresh, os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)


@contextmanager
def _as_usage(target: Target) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a path"
        raise UsageError(
            f"The file {one_line(target.file, 200)} cannot be written: {why}.",
            remedy="Name a file in a folder that exists and that you can write to.",
        ) from None
