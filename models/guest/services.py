"""Services, listeners, processes, and what of the system points to places that will be lost."""

from __future__ import annotations

from models.base import Frozen
from models.text import CleanText


class Unit(Frozen):
    """A unit of systemd."""

    name: CleanText
    enabled: CleanText = ""
    """enabled, disabled, static, masked, …"""
    active: CleanText = ""
    """active, inactive, failed; empty where the guest does not run (in a deep check it has just begun to)."""


class Listener(Frozen):
    """A socket that waits for others."""

    protocol: CleanText
    """tcp or udp."""
    address: CleanText
    port: int
    process: CleanText = ""
    """Empty where only root may know."""


class Process(Frozen):
    """A running program; its arguments are never read, for they may hold passwords."""

    pid: int
    name: CleanText
    path: CleanText = ""
    """Of the program file; empty where only root may know."""
    user: CleanText = ""


class PathUse(Frozen):
    """Something of the system that names a path: a unit, a cron entry, a symbolic link."""

    user: CleanText
    """The file that names it: `/etc/systemd/system/survey.service`, `/usr/local/bin/tool`."""
    how: CleanText
    """ExecStart, WorkingDirectory, EnvironmentFile, User's home, cron, link, …"""
    path: CleanText
    """The path that is named; for a link where it ends after all links."""
    enabled: bool | None = None
    """Of a unit: whether it starts by itself."""


class Services(Frozen):
    """What is set to run and what runs."""

    units: tuple[Unit, ...] = ()
    """Services, sockets and timers that are enabled, masked, failed or running."""
    listeners: tuple[Listener, ...] = ()
    processes: tuple[Process, ...] = ()
    runs: bool = True
    """False where the system was not up when it was inspected: nothing can be said about processes and listeners."""

    def unit(self, *names: str) -> Unit | None:
        """The first unit that has one of these names, with or without `.service`."""
        wanted = {name if "." in name else f"{name}.service" for name in names}
        return next((unit for unit in self.units if unit.name in wanted), None)
