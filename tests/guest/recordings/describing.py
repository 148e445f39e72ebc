"""What a demonstration guest is: one description, from which its files, /proc, /sys and tools' answers are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.guest.recordings.hardware import Disks
from tests.guest.recordings.placing import DAY, NOW
from tests.guest.trees.dpkg import Deb


@dataclass(frozen=True)
class Process:
    """A running program."""

    pid: int
    name: str
    path: str
    uid: int = 0
    cwd: str = "/"
    opens: tuple[str, ...] = ()
    session_seconds: int | None = None
    """How long it has been running in a user's session; None: it is a service."""


@dataclass(frozen=True)
class Listener:
    """A TCP socket that waits for others."""

    address: str
    port: int
    pid: int

    @property
    def inode(self) -> int:
        """By which the kernel tells whose it is."""
        return 20_000 + self.port

    @property
    def hexadecimal(self) -> str:
        """Address and port as /proc/net/tcp has them, on a machine that puts the lowest byte first."""
        parts = reversed([int(part) for part in self.address.split(".")])
        return "".join(f"{part:02X}" for part in parts) + f":{self.port:04X}"


@dataclass(frozen=True)
class Person:
    """An account of somebody."""

    name: str
    uid: int
    has_password: bool = False


@dataclass(frozen=True)
class Machine:
    """One guest."""

    name: str
    """Of the recording."""
    host: str
    system: str
    kernel: str
    user: str
    days_old: float
    pretty: str
    disks: Disks
    people: tuple[Person, ...] = ()
    """Beside the user that cloud-init made."""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Beside the usual ones: how each is enabled, and how it is."""
    processes: tuple[Process, ...] = ()
    listeners: tuple[Listener, ...] = ()
    """Beside sshd."""
    packages: tuple[Deb, ...] = ()
    fstab: str = ""
    """What its owner added."""
    story: Callable[[Path], None] = lambda _root: None
    """Puts in what its owner did."""

    @property
    def first_boot(self) -> int:
        """When it was launched."""
        return NOW - int(self.days_old * DAY) + 30

    @property
    def family(self) -> str:
        """Which layer of files lies below that of the system."""
        return "rocky-9" if self.system == "rocky-9" else "debian-family"
