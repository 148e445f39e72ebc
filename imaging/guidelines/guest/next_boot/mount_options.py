"""What mount and the kernel make of the type and the options of a line of fstab.

A file system of another type than the line says, and an option that it does not know, fail the mount: mount hands both
to the kernel, which refuses them (ext4: *Unrecognized mount option*, xfs and btrfs: *unknown mount option*).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache

from imaging.guidelines.tables import mount_options
from models import foreign
from models.errors import ForeignValueError
from models.guest.mounts import FstabEntry

_MOUNTED_BY: dict[str, frozenset[str]] = {
    "ext4": frozenset({"ext2", "ext3", "ext4"}),
    "ext3": frozenset({"ext3"}),
    "ext2": frozenset({"ext2", "ext3"}),
    "xfs": frozenset({"xfs"}),
    "btrfs": frozenset({"btrfs"}),
    "vfat": frozenset({"vfat", "msdos"}),
    "msdos": frozenset({"vfat", "msdos"}),
    "f2fs": frozenset({"f2fs"}),
    "iso9660": frozenset({"iso9660", "udf"}),
    "udf": frozenset({"udf", "iso9660"}),
}
"""What lies on a device, as blkid names it, by the types of fstab that mount it; a type beside these is not judged."""
_LYING = frozenset().union(*_MOUNTED_BY.values(), {"swap", "LVM2_member", "crypto_LUKS", "linux_raid_member"})
"""What blkid names so that it is known what it is."""
_FAMILY = {"ext2": "ext4", "ext3": "ext4", "msdos": "vfat"}
_COMMENT = ("x-", "X-", "comment")
_ALIKE = 0.8
_LONGEST_WORD = 40
_VERSION = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})")


@dataclass(frozen=True)
class Strange:
    """An option that is not known for a file system."""

    option: str
    instead: str = ""
    """What was meant, where it is nearly a known one; then it is sure to be refused."""
    refused: bool = False
    """Whether no mount takes it."""


def is_other_type(entry: FstabEntry, lying: str) -> bool:
    """Whether something else lies on the device than the line says; False where that is not sure.

    Args:
        entry: a line of fstab.
        lying: what lies on its device, as blkid names it; empty where that is not known.
    """
    said = entry.fs_type.split(",")
    if lying not in _LYING or not all(each in _MOUNTED_BY for each in said):
        return False
    return not any(lying in _MOUNTED_BY[each] for each in said)


def strange_options(entry: FstabEntry, lying: str, kernel: str) -> tuple[Strange, ...]:
    """The options of a line that are not known, in its order.

    Args:
        entry: a line of fstab.
        lying: what lies on its device; empty where that is not known.
        kernel: the kernel's version; empty where it is not known.
    """
    named = lying if entry.fs_type in {"", "auto"} else entry.fs_type
    found = (_strange(option, _FAMILY.get(named, named), kernel) for option in entry.options)
    return tuple(each for each in found if each is not None)


def _strange(option: str, file_system: str, kernel: str) -> Strange | None:
    key, _, value = option.partition("=")
    table = _table()
    if option.startswith(_COMMENT) or not key:
        return None
    since = table.removed.get(file_system, {}).get(key, table.removed["any"].get(key))
    if since is not None:
        return Strange(option, refused=True) if since == "0" or _is_newer(kernel, since) else None
    own = table.file_systems.get(file_system, frozenset())
    if key in own and value and key in table.values and file_system == "ext4":
        return _of_values(option, key, value, table.values[key])
    if key in table.any or key in own:
        return None
    near = difflib.get_close_matches(key[:_LONGEST_WORD], sorted(table.any | own), n=1, cutoff=_ALIKE)
    sure = bool(near) and bool(own)
    return Strange(option, instead=near[0] + option[len(key) :] if sure else "", refused=sure)


def _of_values(option: str, key: str, value: str, known: frozenset[str]) -> Strange | None:
    if value in known:
        return None
    near = difflib.get_close_matches(value[:_LONGEST_WORD], sorted(known), n=1, cutoff=_ALIKE)
    return Strange(option, instead=f"{key}={near[0]}" if near else "", refused=True)


def _is_newer(kernel: str, since: str) -> bool:
    """Whether a kernel is of this version or later; one whose version is not known is not."""
    here, there = _version(kernel), _version(since)
    return here is not None and there is not None and here >= there


def _version(text: str) -> list[int] | None:
    found = _VERSION.match(text)
    if found is None:
        return None
    try:
        return [foreign.whole(each, high=10_000) for each in found.groups()]
    except ForeignValueError:
        return None


@dataclass(frozen=True)
class _Table:
    any: frozenset[str]
    file_systems: dict[str, frozenset[str]]
    values: dict[str, frozenset[str]]
    removed: dict[str, dict[str, str]]


@cache
def _table() -> _Table:
    content = mount_options()
    return _Table(
        any=frozenset(content["any"].split()),
        file_systems={name: frozenset(words.split()) for name, words in content["file_systems"].items()},
        values={name: frozenset(words.split()) for name, words in content["values"].items()},
        removed=content["removed"],
    )
