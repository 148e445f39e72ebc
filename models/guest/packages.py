"""Packages and updates."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class Package(Frozen):
    """An installed package that is worth a word."""

    name: CleanText
    version: CleanText = ""
    origin: CleanText = ""
    """Debian: its section (`non-free/libs`); rpm: its licence."""
    added_at: Moment | None = None
    """When it was installed, where the system knows."""


class Repository(Frozen):
    """A source of packages that is switched on."""

    name: CleanText
    """Its id, or the address with credentials masked."""
    file: CleanText = ""


class Packages(Frozen):
    """What is installed."""

    manager: CleanText = ""
    """dpkg or rpm."""
    count: int | None = None
    nonfree: tuple[Package, ...] = ()
    added: tuple[Package, ...] = ()
    """Installed by name after the first boot, newest first; at most 200."""
    names: tuple[CleanText, ...] = ()
    """The names of all packages, for rules that ask for one."""
    repositories: tuple[Repository, ...] = ()


class PendingUpdate(Frozen):
    """An update that would be installed."""

    name: CleanText
    version: CleanText = ""
    security: bool = False


class Updates(Frozen):
    """What the package manager would update, told by lists that the probe did not refresh."""

    pending: tuple[PendingUpdate, ...] | None = None
    """None: it could not say, see `pending_unknown_because`."""
    pending_unknown_because: CleanText = ""
    lists_at: Moment | None = None
    """When the lists were last refreshed; None if there are none."""
    reboot_required: bool | None = None
    reboot_packages: tuple[CleanText, ...] = ()
    newest_kernel: CleanText = ""
    """The newest installed kernel, where it can be told."""
    problems: tuple[CleanText, ...] | None = None
    """What the package database complains of; None if it could not be asked."""
