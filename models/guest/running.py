"""What runs in a guest and ends with a stop, and what of its next start was never tried."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class PersonsProgram(Frozen):
    """A program in a user's session; its arguments are never read."""

    pid: int
    user: CleanText
    name: CleanText
    seconds: int
    """How long it has been running."""


class Container(Frozen):
    """A running container of Docker."""

    name: CleanText
    restart_policy: CleanText
    """no, always, unless-stopped, on-failure."""


class MemoryFile(Frozen):
    """A user's file that lies in memory alone."""

    path: CleanText
    user: CleanText
    size_kib: int


class BootFile(Frozen):
    """A file that the next start reads."""

    path: CleanText
    changed_at: Moment
    """By the guest's clock, like its boot."""


class Running(Frozen):
    """What is there now and not after a stop, or decides on the next start alone."""

    programs: tuple[PersonsProgram, ...] = ()
    containers: tuple[Container, ...] = ()
    memory_files: tuple[MemoryFile, ...] = ()
    boot_files: tuple[BootFile, ...] = ()
