"""Reads the block devices and the file systems on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from imaging.guest.report.rows import Rows, whole
from imaging.guest.report.tables import from_octal
from models import foreign
from models.errors import ForeignValueError
from models.guest.disks import BlockDevice, Disks, FileSystemHealth, FileSystemUse

_LARGEST_BYTES = 2**63

_PAIR = re.compile(r'(?<![A-Z:_-])([A-Z:_-]++)="((?>(?:[^"\\]++|\\.)*))"')
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")
_USE = re.compile(r"(?<=\s)(\S++)\s++(\d++|-)\s++(\d++|-)\s++(-?\d++|-)\s++(?:(\d++|-)\s++(-?\d++|-)|\d++%|-)\s++(?=/)")
"""What stands between source and target in a line of `df --output=source,fstype,size,used,avail,itotal,iavail,target`,
or of `df -PkT`, which has no inodes. Both may hold blanks; each word is tried once."""
_LOWER = re.compile(r"lowerdir=([^,:]+)")
_PSEUDO = frozenset({"tmpfs", "devtmpfs", "squashfs", "efivarfs", "ramfs", "overlay", "iso9660"})


@dataclass(frozen=True)
class _Mounted:
    """A line of mountinfo."""

    number: str
    """Major and minor, as lsblk prints them."""
    fs_type: str
    source: str
    options: str
    point: str


def read_disks(rows: Rows) -> Disks:
    """The devices as lsblk names them, the parents as sysfs knows them, and how full df finds the file systems."""
    listed = rows.read("device", _pairs, fields=1)
    mounted = rows.read("mounted", _mounted, fields=5)
    uses = _uses(rows)
    devices = _devices(listed, rows.read("below", _below, fields=2), uses)
    numbers = {pairs.get("MAJ:MIN", "").strip(): _path(pairs.get("NAME", "")) for pairs in listed}
    names = {_base(pairs.get("KNAME", "")): _path(pairs.get("NAME", "")) for pairs in listed}
    return Disks(
        devices=devices,
        root=_root(mounted, uses, numbers),
        file_systems=tuple(use for use in uses.values() if use.fs_type not in _PSEUDO or use.mount_point == "/"),
        health=tuple(
            health.model_copy(update={"device": names.get(health.device, _path(health.device))})
            for health in rows.read("health", _health, fields=4)
        ),
        grow_tool=rows.text("grow"),
    )


def _pairs(line: str) -> dict[str, str]:
    """A line of `lsblk -P`; it writes odd bytes in hexadecimal, and newer versions MAJ_MIN for MAJ:MIN."""
    pairs = {key.replace("_", ":"): _unescaped(value) for key, value in _PAIR.findall(line)}
    if not pairs.get("NAME"):
        raise ValueError("a device without a name")
    return pairs


def _unescaped(text: str) -> str:
    raw = _HEX.sub(lambda found: chr(int(found[1], 16)), text)
    try:
        return raw.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return raw


def _mounted(number: str, fs_type: str, source: str, options: str, point: str) -> _Mounted:
    return _Mounted(number, fs_type, from_octal(source), from_octal(options), from_octal(point))


def _below(device: str, parent: str) -> tuple[str, str]:
    return device, parent


def _path(name: str) -> str:
    """The device's path: very old versions of lsblk print bare names."""
    return name if name.startswith("/") or not name else f"/dev/{name}"


def _base(name: str) -> str:
    return name.rpartition("/")[2].replace("!", "/")


def _devices(
    listed: Iterable[Mapping[str, str]], below: Iterable[tuple[str, str]], uses: Mapping[str, FileSystemUse]
) -> tuple[BlockDevice, ...]:
    """Each device once, though lsblk lists one with two parents twice."""
    listed = list(listed)
    names = {_base(pairs.get("KNAME", "")): _path(pairs["NAME"]) for pairs in listed}
    parents: dict[str, dict[str, None]] = {}
    for device, parent in below:
        parents.setdefault(names.get(_base(device), _path(device)), {})[names.get(_base(parent), _path(parent))] = None
    points: dict[str, dict[str, None]] = {}
    for pairs in listed:
        name = _path(pairs["NAME"])
        if pairs.get("PKNAME"):
            parents.setdefault(name, {})[names.get(_base(pairs["PKNAME"]), _path(pairs["PKNAME"]))] = None
        if pairs.get("MOUNTPOINT"):
            points.setdefault(name, {})[pairs["MOUNTPOINT"]] = None
    for use in uses.values():
        points.setdefault(use.device, {})[use.mount_point] = None
    firsts: dict[str, Mapping[str, str]] = {}
    for pairs in listed:
        firsts.setdefault(_path(pairs["NAME"]), pairs)
    return tuple(
        _device(pairs, tuple(parents.get(name, ())), tuple(points.get(name, ()))) for name, pairs in firsts.items()
    )


def _device(pairs: Mapping[str, str], parents: tuple[str, ...], points: tuple[str, ...]) -> BlockDevice:
    name = _path(pairs["NAME"])
    return BlockDevice(
        name=name,
        parents=tuple(parent for parent in parents if parent != name),
        kind=pairs.get("TYPE", ""),
        fs_type=pairs.get("FSTYPE", ""),
        uuid=pairs.get("UUID", ""),
        label=pairs.get("LABEL", ""),
        partition_uuid=pairs.get("PARTUUID", ""),
        partition_label=pairs.get("PARTLABEL", ""),
        partition_type=pairs.get("PARTTYPE", ""),
        serial=pairs.get("SERIAL", "").strip(),
        size_bytes=_size(pairs.get("SIZE")),
        mount_points=points,
    )


def _size(text: str | None) -> int | None:
    try:
        return foreign.whole(text, low=0, high=_LARGEST_BYTES)
    except ForeignValueError:
        return None


def _uses(rows: Rows) -> dict[str, FileSystemUse]:
    """By mount point; where two lie on one point, the later one covers the earlier."""
    return {use.mount_point: use for use in rows.read("use", _use_line, fields=1)}


def _use_line(line: str) -> FileSystemUse:
    found = _USE.search(line)
    if found is None:
        raise ValueError("not a line of df")
    fs_type, size, used, free, inodes, inodes_free = found.groups()
    return FileSystemUse(
        mount_point=line[found.end() :],
        device=line[: found.start()].rstrip(),
        fs_type=fs_type,
        size_kib=whole(size),
        used_kib=whole(used),
        free_kib=whole(free),
        inodes=whole(inodes or ""),
        inodes_free=whole(inodes_free or ""),
    )


def _health(device: str, fs_type: str, errors: str, state: str) -> FileSystemHealth:
    counted = whole(errors)
    return FileSystemHealth(
        device=device,
        fs_type=fs_type,
        state=state,
        has_errors=counted > 0 if counted is not None else ("error" in state if state else None),
    )


def _root(
    mounted: tuple[_Mounted, ...], uses: Mapping[str, FileSystemUse], numbers: Mapping[str, str]
) -> FileSystemUse | None:
    """The file system at /, under its device's proper name; what lies below an overlay counts."""
    at_root = next((each for each in reversed(mounted) if each.point == "/"), None)
    use = uses.get("/")
    if at_root is None:
        return use
    real = _below_overlay(at_root, mounted)
    known = use or FileSystemUse(mount_point="/")
    if real is not at_root:
        known = uses.get(real.point, known).model_copy(update={"mount_point": "/"})
    device = numbers.get(real.number) or (real.source if real.source.startswith("/dev/") else known.device)
    return known.model_copy(update={"device": device, "fs_type": real.fs_type})


def _below_overlay(root: _Mounted, mounted: tuple[_Mounted, ...]) -> _Mounted:
    """The mount whose files an overlay shows (`overlayroot`), else the mount itself."""
    lower = _LOWER.search(root.options)
    if root.fs_type != "overlay" or lower is None:
        return root
    return next((each for each in mounted if each.point == lower[1]), root)
