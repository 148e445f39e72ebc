"""What systemd makes of the lines of /etc/fstab: which of them a boot cannot do without.

After systemd's own fstab generator (252 to 257 agree): a line that `local-fs.target` requires ends in emergency mode
when its source is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from imaging.guidelines.guest.storage import MEMORY_TYPES, Where, is_below, is_device, where_device
from models import foreign
from models.errors import ForeignValueError
from models.guest.disks import Disks
from models.guest.mounts import FstabEntry, MountUnit

NETWORK_TYPES = frozenset({
    "afs", "ceph", "cifs", "smb3", "smbfs", "sshfs", "ncpfs", "ncp", "nfs", "nfs4", "gfs", "gfs2", "glusterfs", "pvfs2",
    "ocfs2", "lustre", "davfs",
})  # fmt: skip
"""Those that systemd takes for network file systems, also after `fuse.`; `_netdev` makes others so."""

_API_POINTS = ("/proc", "/sys", "/dev")
_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)")
_DEEPEST = 50
"""Lines that stand on each other: of more than that it is not told where they lie."""
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")
_LONGEST = 1e9
"""Thirty years are for ever."""
_SECONDS = {
    "": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1, "ms": 0.001, "msec": 0.001, "m": 60, "min": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600,
}  # fmt: skip


class Need(StrEnum):
    """How much a boot needs a line of fstab."""

    REQUIRED = "required by local-fs.target"
    """Emergency mode when the source is missing."""
    WANTED = "wanted by local-fs.target"
    AUTOMOUNT = "mounted at first use"
    NOT_AT_BOOT = "not mounted at boot"
    NETWORK = "for remote-fs.target"
    SWAP = "required by swap.target"
    """The boot waits for the device, then continues."""
    OTHER_UNIT = "for a unit of its own"
    IGNORED = "ignored"


def need_of(entry: FstabEntry) -> Need:
    """What systemd makes of one line."""
    if entry.fs_type == "swap":
        waits = not _flag(entry, "noauto", "auto") and not may_fail(entry)
        return Need.SWAP if waits else Need.WANTED
    if not entry.point.startswith("/") or any(is_below(entry.point, api) for api in _API_POINTS):
        return Need.IGNORED
    return _special_need(entry) or (Need.WANTED if may_fail(entry) else Need.REQUIRED)


def _special_need(entry: FstabEntry) -> Need | None:
    """What an option or a type makes of a line; None for a plain local one."""
    if {"x-systemd.automount", "comment=systemd.automount"} & set(entry.options):
        return Need.AUTOMOUNT
    if _flag(entry, "noauto", "auto"):
        return Need.NOT_AT_BOOT
    if any(each.startswith(("x-systemd.wanted-by=", "x-systemd.required-by=")) for each in entry.options):
        return Need.OTHER_UNIT
    return Need.NETWORK if is_network(entry) else None


def is_network(entry: FstabEntry) -> bool:
    """Whether systemd mounts it after the network is up."""
    return "_netdev" in entry.options or entry.fs_type.removeprefix("fuse.") in NETWORK_TYPES


def may_fail(entry: FstabEntry) -> bool:
    """Whether `nofail` stands there, and no `fail` after it."""
    return _flag(entry, "nofail", "fail")


def device_timeout(entry: FstabEntry) -> float | None:
    """Seconds that systemd waits for the device; None if the line does not say, or says for ever."""
    value = next((each for each in entry.options if each.startswith("x-systemd.device-timeout=")), None)
    if value is None:
        return None
    parts = _TIME.findall(value.partition("=")[2])
    if not parts or any(unit not in _SECONDS for _number, unit in parts):
        return None
    try:
        return sum(foreign.number(number, low=0, high=_LONGEST) * _SECONDS[unit] for number, unit in parts) or None
    except ForeignValueError:
        return None


def _flag(entry: FstabEntry, yes: str, no: str) -> bool:
    """Which of two opposite words stands last."""
    last = next((each for each in reversed(entry.options) if each in {yes, no}), no)
    return last == yes


@dataclass(frozen=True)
class Table:
    """The lines of fstab with what they stand on: a mount that fails takes those below it along."""

    entries: tuple[FstabEntry, ...]
    disks: Disks
    complete: bool = True
    """Whether all devices are known."""
    units: tuple[MountUnit, ...] = ()
    """What systemd mounts beside the table: a line may stand on it, and brings it in though nothing else wants it."""
    points_elsewhere: tuple[str, ...] = ()
    """Where another disk is mounted now, by the table or by hand."""

    def where_unit(self, unit: MountUnit) -> Where:
        """Where a unit's source lies: what it stands on counts, too."""
        return self.where(self._as_entries[unit]) if unit in self._as_entries else Where.UNTOLD

    @cached_property
    def _as_entries(self) -> dict[MountUnit, FstabEntry]:
        """Units in the form of lines; their numbers are below those of lines."""
        return {
            unit: FstabEntry(
                line=-number, source=unit.source, point=unit.point, fs_type=unit.fs_type, options=unit.options
            )
            for number, unit in enumerate(self.units, start=1)
        }

    def where(self, entry: FstabEntry) -> Where:
        """Where a line's source lies: what it stands on counts, too."""
        return self._where(entry, frozenset())

    @cached_property
    def _by_point(self) -> dict[str, list[FstabEntry]]:
        """The lines that hold something below them, by mount point."""
        found: dict[str, list[FstabEntry]] = {}
        for entry in (*self.entries, *self._as_entries.values()):
            if entry.point.startswith("/") and entry.point != "/":
                found.setdefault(entry.point.rstrip("/"), []).append(entry)
        return found

    @cached_property
    def _known(self) -> dict[FstabEntry, Where]:
        """Where lines lie, as far as they were asked for: thousands may stand on each other, each on several."""
        return {}

    def _where(self, entry: FstabEntry, below: frozenset[int]) -> Where:
        """As `where`; `below` are the lines that already lead here, for a table may be circular."""
        known = self._known.get(entry)
        if known is None:
            known = self._known[entry] = self._found(entry, below) if len(below) < _DEEPEST else Where.UNTOLD
        return known

    def _found(self, entry: FstabEntry, below: frozenset[int]) -> Where:
        own = self._own(entry, below)
        if own in {Where.ROOT_DISK, Where.MEMORY} and entry.point.startswith("/"):
            return self._of_path(_parent(entry.point), entry, below, otherwise=own)
        return own

    def _own(self, entry: FstabEntry, below: frozenset[int]) -> Where:
        source = entry.source
        if entry.source_missing:
            return Where.MISSING
        if is_device(source):
            return where_device(self.disks, source, complete=self.complete)
        paths = _paths(entry, source)
        if paths:
            places = [self._of_path(path, entry, below, otherwise=Where.ROOT_DISK) for path in paths]
            return next((place for place in places if place is not Where.ROOT_DISK), Where.ROOT_DISK)
        if entry.fs_type in MEMORY_TYPES:
            return Where.MEMORY
        return Where.UNTOLD if entry.fs_type in {"zfs", "zfs_member"} else Where.REMOTE

    def _of_path(self, path: str, asking: FstabEntry, below: frozenset[int], *, otherwise: Where) -> Where:
        """Where a path lies by the mounts of this table; `otherwise` on the root file system."""
        seen = below | {asking.line}
        holder = self._holder(path, seen)
        if holder is None:
            by_hand = any(is_below(path, point) for point in self.points_elsewhere)
            return Where.UNTOLD if by_hand and not _is_bind(asking) and path != _parent(asking.point) else otherwise
        place = self._where(holder, seen)
        return otherwise if place in {Where.ROOT_DISK, Where.MEMORY} else place

    def _holder(self, path: str, seen: frozenset[int]) -> FstabEntry | None:
        """The line whose mount point is nearest above a path, but for those that were seen already."""
        point = path.rstrip("/")
        while point:
            holder = next((each for each in self._by_point.get(point, ()) if each.line not in seen), None)
            if holder is not None:
                return holder
            point = point.rpartition("/")[0]
        return None


def _is_bind(entry: FstabEntry) -> bool:
    """Whether it shows a directory at a second place; systemd makes a source that is not there."""
    return bool({"bind", "rbind"} & set(entry.options))


def _parent(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] or "/"


def _path_of_unit(name: str) -> str:
    r"""The mount point in the name of a unit: `srv-a\x2db.mount` is /srv/a-b."""
    path = "/" + name.removesuffix(".mount").strip("-").replace("-", "/")
    return _ESCAPED.sub(lambda found: chr(foreign.in_base(found[1], 16)), path)


def _paths(entry: FstabEntry, source: str) -> tuple[str, ...]:
    """The paths that a line is made of: a bind mount's, a loop file's, the layers of an overlay or a pool."""
    paths = [part for part in source.split(":") if part] if source.startswith("/") and ":/" in source else [source]
    found = [part for part in paths if part.startswith("/") and not part.startswith("//")]
    for option in entry.options:
        key, _, value = option.partition("=")
        if key in {"lowerdir", "upperdir", "workdir", "x-systemd.requires-mounts-for"}:
            found += [part for part in value.split(":") if part.startswith("/")]
        if key == "x-systemd.requires" and value.endswith(".mount"):
            found.append(_path_of_unit(value))
    return tuple(found)
