"""What runs in a guest and ends with a stop, and what of its next start was never tried."""

from __future__ import annotations

import re

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText

_OF_A_SESSION = re.compile(
    r"systemd|\(sd-pam\)|dbus.*|sshd.*|sftp-server|ssh-agent|gpg-agent|login|agetty|su|sudo|pipewire.*|wireplumber|"
    r"gvfs.*|xdg-.*|at-spi.*|pulseaudio"
)
"""What every session has: it says nothing of work that would be lost."""


class PersonsProgram(Frozen):
    """A program in a user's session; its arguments are never read."""

    pid: int
    user: CleanText
    name: CleanText
    seconds: int
    """How long it has been running."""

    @property
    def is_work(self) -> bool:
        """Whether somebody started it, not the login itself."""
        return _OF_A_SESSION.fullmatch(self.name) is None


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


class KernelSetting(Frozen):
    """A setting of the kernel, one of those whose value is the same on every machine unless somebody sets it."""

    key: CleanText
    """`vm.swappiness`."""
    value: CleanText
    in_files: tuple[CleanText, ...] = ()
    """What the files that set it at a start set it to; empty where one names it and the value is not understood."""


class Running(Frozen):
    """What is there now and not after a stop, or decides on the next start alone."""

    programs: tuple[PersonsProgram, ...] = ()
    containers: tuple[Container, ...] = ()
    memory_files: tuple[MemoryFile, ...] = ()
    boot_files: tuple[BootFile, ...] = ()
    kernel_settings: tuple[KernelSetting, ...] = ()
    addresses: tuple[CleanText, ...] = ()
    """IPv4 addresses of its network cards without an end, as a lease has one, that stand in no file:
    `10.0.0.9/24 dev eth0`."""
    routes: tuple[CleanText, ...] = ()
    """Routes of the same kind: `192.168.50.0/24 via 10.0.0.1 dev eth0`."""
