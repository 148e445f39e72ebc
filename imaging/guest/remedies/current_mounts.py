"""What is mounted and swapped to right now, by the guest's own tables.

Names are kept byte for byte, for they go back to the guest as arguments: what is shown of them is cleaned, and an
action, which was made from a shown name, is matched by that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imaging.guest.interface import GuestShell
from imaging.guest.remedies.scripts import run_script
from models.text import LONGEST_LINE, one_line

_SECONDS = 30.0
_BLANK = re.compile(r"[ \t\n\\]")
_ESCAPE = re.compile(rb"\\([0-7]{3})")
_LEAST_FIELDS = 6
_DELETED = "//deleted"
"""What the kernel puts behind a mount point whose directory was deleted."""
NOT_A_DISK = "autofs"
"""The type of what waits at a mount point for the first access, and then mounts there."""


@dataclass(frozen=True)
class MountRow:
    """A line of mountinfo."""

    point: str
    number: str
    """Major and minor number of the device, such as `254:17`."""
    root: str = "/"
    options: str = ""
    fs_type: str = ""
    source: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The ways in which the mount point may have been shown."""
        return frozenset({shown(self.point), shown(escaped(self.point))})


@dataclass(frozen=True)
class Tables:
    """All mounts, and the paths of all swap areas."""

    mounts: tuple[MountRow, ...] = ()
    swaps: tuple[str, ...] = ()

    def at(self, name: str) -> tuple[MountRow, ...]:
        """The mounts whose point is shown by this name; what only waits for an access is left out."""
        return tuple(row for row in self.mounts if name in row.names and row.fs_type != NOT_A_DISK)

    def waits_at(self, name: str) -> bool:
        """Whether the first access to this mount point would mount something there."""
        return any(name in row.names and row.fs_type == NOT_A_DISK for row in self.mounts)

    def swap(self, name: str) -> str | None:
        """The swap area that is shown by this name."""
        return next((path for path in self.swaps if name in {shown(path), shown(escaped(path))}), None)

    def below(self, point: str) -> tuple[MountRow, ...]:
        """What is mounted inside a mount point."""
        return tuple(row for row in self.mounts if row.point.startswith(f"{point.rstrip('/')}/"))


async def read_tables(shell: GuestShell) -> Tables:
    """Read both tables, as root.

    Raises:
        GuestError: they could not be read.
    """
    result = await run_script(shell, "current_mounts", "tables", doing="Reading", seconds=_SECONDS)
    mounts, _, swaps = result.output.partition(b"-- swaps\n")
    rows = (read_mount(line) for line in mounts.splitlines())
    return Tables(tuple(row for row in rows if row is not None), read_swaps(swaps.splitlines()))


def read_mount(line: bytes) -> MountRow | None:
    """A line of mountinfo; None for one that cannot be read."""
    before, _, after = line.partition(b" - ")
    fields, more = before.split(b" "), after.split(b" ")
    if len(fields) < _LEAST_FIELDS:
        return None
    fs_type, source = (*more, b"", b"")[:2]
    return MountRow(
        point=_plain(fields[4]).removesuffix(_DELETED),
        number=_plain(fields[2]),
        root=_plain(fields[3]),
        options=_plain(fields[5]),
        fs_type=_plain(fs_type),
        source=_plain(source),
    )


def read_swaps(lines: list[bytes]) -> tuple[str, ...]:
    """The paths in the lines of /proc/swaps."""
    return tuple(_plain(line.split()[0]) for line in lines if line.startswith(b"/"))


def shown(name: str) -> str:
    """A name of the guest as the models hold it: valid, printable, in one line."""
    return one_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), LONGEST_LINE)


def escaped(name: str) -> str:
    """A name as the kernel writes it into its tables."""
    return _BLANK.sub(lambda found: f"\\{ord(found[0]):03o}", name)


def _plain(field: bytes) -> str:
    raw = _ESCAPE.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), field)
    return raw.decode("utf-8", "surrogateescape")
