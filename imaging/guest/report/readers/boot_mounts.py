"""Reads what the guest will search for at its next boot."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guest.report.masking import masked, shown_line
from imaging.guest.report.rows import Rows, whole
from imaging.guest.report.tables import from_octal, options_of
from models import foreign
from models.errors import ForeignValueError
from models.guest.mounts import BootMounts, CryptEntry, FstabEntry, MountUnit, PhysicalVolume, RaidArray


def read_boot_mounts(rows: Rows) -> BootMounts:
    """The lines of fstab and crypttab, mount units, physical volumes and arrays."""
    keys: dict[str, dict[str, str]] = {}
    for key, value, file in rows.read("unit", _triple, fields=3):
        keys.setdefault(file, {})[key] = masked(value)
    return BootMounts(
        fstab=rows.read("fstab", _fstab, fields=2),
        units=rows.read("unit-state", lambda *state: _unit(keys.get(state[-1], {}), *state), fields=4),
        crypttab=rows.read("crypttab", _crypttab, fields=2),
        physical_volumes=rows.read("pv", lambda group, device: PhysicalVolume(device=device, group=group), fields=2),
        arrays=_arrays(rows),
        lvm_devices_file=rows.has("devices-file"),
    )


def _triple(key: str, value: str, file: str) -> tuple[str, str, str]:
    return key, value, file


def _fstab(number: str, line: str) -> FstabEntry:
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


def _unit(keys: Mapping[str, str], enabled: str, required: str, automount: str, file: str) -> MountUnit:
    return MountUnit(
        file=file,
        source=keys.get("What", ""),
        point=keys.get("Where", ""),
        fs_type=keys.get("Type", ""),
        options=options_of(keys.get("Options", "")),
        enabled=enabled == "yes",
        required=required == "yes",
        automount=automount == "yes",
    )


def _arrays(rows: Rows) -> tuple[RaidArray, ...]:
    """Each array once: `/dev/md0` of mdadm.conf is `md0` of mdstat, which knows the members."""
    found: dict[str, tuple[str, ...]] = {}
    for name, members in rows.read("array", lambda name, members: (name, tuple(members.split())), fields=2):
        short = name.removeprefix("/dev/")
        found[short] = found.get(short) or members
    return tuple(RaidArray(name=name, members=members) for name, members in found.items())
