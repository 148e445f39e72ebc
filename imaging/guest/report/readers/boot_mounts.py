"""Reads what the guest will search for at its next boot."""

from __future__ import annotations

from collections.abc import Collection

from imaging.guest.report.masking import shown_line
from imaging.guest.report.mount_units import read_mount_units
from imaging.guest.report.rows import Rows, whole
from imaging.guest.report.tables import from_octal, options_of
from models import foreign
from models.errors import ForeignValueError
from models.guest.mounts import BootMounts, CryptEntry, FstabEntry, PhysicalVolume, RaidArray

_NO_POINT = frozenset({"none", "swap", "-"})
"""What stands in fstab where a line has no mount point."""


def read_boot_mounts(rows: Rows) -> BootMounts:
    """The lines of fstab and crypttab, mount units, physical volumes and arrays."""
    absent = set(rows.texts("absent"))
    fstab = rows.read("fstab", lambda number, line: _fstab(number, line, absent), fields=2)
    for entry in fstab:
        if not entry.point.startswith("/") and entry.fs_type != "swap" and entry.point not in _NO_POINT:
            rows.doubt(f"line {entry.line} of /etc/fstab")
    return BootMounts(
        fstab=fstab,
        units=read_mount_units(rows),
        crypttab=rows.read("crypttab", _crypttab, fields=2),
        physical_volumes=rows.read("pv", lambda group, device: PhysicalVolume(device=device, group=group), fields=2),
        arrays=_arrays(rows),
        lvm_devices_file=rows.has("devices-file"),
    )


def _fstab(number: str, line: str, absent: Collection[str]) -> FstabEntry:
    """A line of fstab; mount takes a line with too few fields as far as it goes, and so do we."""
    text = shown_line(line)
    fields = [*text.split(" "), "", "", "", "", ""]
    source, point, fs_type, options, _dump, check_order = fields[:6]
    return FstabEntry(
        line=_number(number),
        source=from_octal(source),
        point=from_octal(point),
        fs_type=fs_type,
        options=options_of(options),
        check_order=_check_order(check_order),
        text=text,
        source_missing=source in absent,
    )


def _check_order(text: str) -> int | None:
    try:
        return foreign.whole(text, low=0)
    except ForeignValueError:
        return None


def _crypttab(number: str, line: str) -> CryptEntry:
    """A line of crypttab, whose key file is never told: a `-` stands in its place."""
    text = shown_line(line)
    name, source, _key, options = [*text.split(" "), "", "", ""][:4]
    return CryptEntry(
        line=_number(number), name=name, source=from_octal(source), options=options_of(options), text=text
    )


def _number(text: str) -> int:
    number = whole(text)
    if number is None:
        raise ValueError("a line without a number")
    return number


def _arrays(rows: Rows) -> tuple[RaidArray, ...]:
    """Each array once: `/dev/md0` of mdadm.conf is `md0` of mdstat, which knows the members."""
    found: dict[str, tuple[str, ...]] = {}
    for name, members in rows.read("array", lambda name, members: (name, tuple(members.split())), fields=2):
        short = name.removeprefix("/dev/")
        found[short] = found.get(short) or members
    return tuple(RaidArray(name=name, members=members) for name, members in found.items())
