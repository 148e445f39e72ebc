"""The units of systemd, told by files and links alone: `imaging/guest/probe/units.sh` for a disk.

What lies in /run is gone when a machine starts: systemd puts a file system in memory there. The units that its
generators make of the old init scripts are told by the links of those.
"""

from __future__ import annotations

from functools import cached_property
from posixpath import dirname, join, normpath
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles

OWN_UNITS: Final = "/etc/systemd/system"
"""Where the machine's owner puts units, and the links that enabling makes."""
UNIT_FOLDERS: Final = (OWN_UNITS, "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
"""Where systemd reads units of a disk; the first of a name counts."""
_NOWHERE: Final = "/dev/null"
_MOST_LINKS: Final = 40


class Units:
    """Which units there are, and which of them a boot starts."""

    def __init__(self, files: GuestFiles) -> None:
        """Read them from the files of a disk."""
        self._files = files

    def is_wanted(self, unit: str) -> bool:
        """Whether another unit wants it, and can do without it."""
        return unit in self._wanted

    def is_required(self, unit: str) -> bool:
        """Whether another unit cannot start without it."""
        return unit in self._required

    def is_pulled_in(self, unit: str) -> bool:
        """Whether another unit starts it, told by the links that enabling makes."""
        return self.is_wanted(unit) or self.is_required(unit)

    def is_masked(self, path: str) -> bool:
        """Whether a file of a unit is a link to /dev/null, the only device that a unit can be.

        A disk has no devices of its own, so it is told by where the link leads.
        """
        for _ in range(_MOST_LINKS):
            found = self._files.find_itself(path)
            if found is None or not found.is_link:
                return False
            path = normpath(join(dirname(path), self._files.target(path)))
            if path == _NOWHERE:
                return True
        return False

    def state(self, unit: str) -> str:
        """In one word: masked, enabled, installed; empty where there is no such unit."""
        if self.is_masked(f"{OWN_UNITS}/{unit}"):
            return "masked"
        if self.is_pulled_in(unit):
            return "enabled"
        if any(self._files.exists(f"{folder}/{unit}") for folder in UNIT_FOLDERS):
            return "installed"
        return "enabled" if unit in self._init_scripts else ""

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return self._linked("wants")

    @cached_property
    def _required(self) -> frozenset[str]:
        return self._linked("requires")

    def _linked(self, how: str) -> frozenset[str]:
        return frozenset(each.name for each in self._files.matching(*(f"{at}/*.{how}/*" for at in UNIT_FOLDERS)))

    @cached_property
    def _init_scripts(self) -> frozenset[str]:
        """The services that systemd-sysv-generator makes of init scripts with a link that starts them."""
        started = self._files.matching("/etc/rc[2-5].d/S[0-9][0-9]*")
        names = {each.name[3:] for each in started}
        return frozenset(f"{name}.service" for name in names if self._files.is_program(f"/etc/init.d/{name}"))
