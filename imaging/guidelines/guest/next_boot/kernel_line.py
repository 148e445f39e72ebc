"""What the words of the next kernel's line ask for: disks, shells, and what is not understood.

After dracut (rd.*, `man dracut.cmdline`), systemd (`man kernel-command-line`) and initramfs-tools. Each `rd.lvm.lv`,
`rd.luks.uuid` and `rd.md.uuid` is waited for, and dracut opens its emergency shell when it does not come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from imaging.guidelines.guest.storage import Where, is_device, where_device
from models.guest.boot import Boot
from models.guest.disks import BlockDevice, Disks

DRACUT = "dracut"
INITRAMFS_TOOLS = "initramfs-tools"
_WAITING_SYSTEMD = 255
_WORD = re.compile(r"(?:\"[^\"]*\"|[^\s\"])+")
_NOT_HEX = re.compile(r"[^0-9a-f]")
_SHELL_WORDS = frozenset({"single", "s", "S", "1", "rescue", "emergency", "-b"})
_SHELL_UNITS = frozenset({"rescue.target", "emergency.target", "rescue.service", "emergency.service"})
_USUAL_UNITS = frozenset({"multi-user.target", "graphical.target", "default.target"})
_SHELL = re.compile(r"/(?:ba|da|a|z|k)?sh$|/busybox$")
_USUAL_INIT = re.compile(r"^(?:/usr)?(?:/s?bin/init|/lib/systemd/systemd|/sbin/openrc-init)$")
_NAMED = re.compile(
    r"(?:uuid|label|partuuid|partlabel)=|/dev/(?:[svx]v?d[a-z]+\d*|hd[a-z]+\d*|nvme\d+n\d+(?:p\d+)?|(?:loop|nbd)\d+(?:p\d+)?|mapper/.+"
    r"|disk/by-(?:uuid|label|partuuid|partlabel)/.+|(?!md/|disk/|block/|mapper/|zvol/)[^/]+/[^/]+)$",
    re.IGNORECASE,
)
"""Names by which a device would be seen if it were there."""
_HARMLESS = re.compile(
    r"^rd\.(?:udev|systemd|driver|vconsole|locale|plymouth|net|retry|timeout|shell|debug|info|memdebug|skipfsck|auto"
    r"|hostonly|neednet|usrmount|peerdns|md|dm|lvm|luks|kdump|kiwi|earlykdump|fips|bootif|ethtool|emergency|minimal|break"
    r"|luks\.(?:options|allow-discards|crypttab|key)|lvm\.(?:vg|conf|snapshot|snapsize)|md\.(?:conf|ddf|imsm|waitclean)"
    r"|route|ifname|nameserver|loaddriver|udev\.log_level|cmdline)(?:$|\.)"
)
"""Words of dracut that ask for no disk."""


class Asks(StrEnum):
    """What a word comes to in a new instance."""

    LOST = "a disk that it does not have"
    SHELL = "a shell, in which the boot ends"
    UNTOLD = "something that could not be told"


@dataclass(frozen=True)
class Asked:
    """A word that matters."""

    text: str
    asks: Asks
    where: Where | None = None
    assembled: bool = False
    """Whether it is one of LVM, LUKS or RAID."""


def waits_for_ever(boot: Boot) -> bool:
    """Whether a new instance waits without an end for a `resume=` that it does not have.

    systemd in the initramfs does since 255 (systemd#35180, #30438); it is there where dracut made the initramfs. That
    of initramfs-tools, and earlier ones of systemd, give up and continue.
    """
    return boot.initramfs_tool == DRACUT and boot.systemd_version >= _WAITING_SYSTEMD


def next_line(boot: Boot) -> str:
    """The line of the next kernel; both that are known where that one could not be told."""
    if boot.next is not None:
        return boot.default_command_line
    return f"{boot.command_line} {boot.default_command_line}".strip()


def words_of(line: str) -> tuple[str, ...]:
    """The words of a kernel line, each once; what stands behind `--` is for init alone."""
    found = [each.replace('"', "") for each in _WORD.findall(line)]
    return tuple(dict.fromkeys(found[: found.index("--")] if "--" in found else found))


def credentials_on(line: str) -> bool:
    """Whether the line hands credentials to systemd: these may be networks or a machine-id, and are masked."""
    return any(each.startswith("systemd.set_credential") for each in words_of(line))


def asked_for(boot: Boot, disks: Disks, *, complete: bool) -> tuple[Asked, ...]:
    """The words of the next kernel's line that a new instance cannot do with, or that could not be told."""
    return tuple(_asked(boot, disks, complete=complete))


def _asked(boot: Boot, disks: Disks, *, complete: bool) -> Iterator[Asked]:
    words = words_of(f"{next_line(boot)} {boot.initramfs_words}")
    for text in words:
        key, _, value = text.partition("=")
        if key == "resume" and "noresume" in words:
            continue
        if _opens_shell(text, key, value):
            yield Asked(text, Asks.SHELL)
        elif key in _DISK_WORDS:
            yield from _of_place(text, _place(key, value, disks, complete=complete))
        elif key in _ASSEMBLED_WORDS:
            place = _assembled_place(key, value, disks, complete=complete)
            yield from _assembled(text, place, boot.initramfs_tool)
        elif _is_strange(key, value, boot.initramfs_tool):
            yield Asked(text, Asks.UNTOLD)


def _opens_shell(text: str, key: str, value: str) -> bool:
    if key in {"rd.break", "break"} or text in _SHELL_WORDS:
        return text != "rd.break=0"
    if key in {"systemd.unit", "rd.systemd.unit"}:
        return value in _SHELL_UNITS
    return key in {"init", "rdinit"} and bool(_SHELL.search(value))


def _is_strange(key: str, value: str, tool: str) -> bool:
    """Whether it decides about the boot in a way that is not known here."""
    if key.startswith("rd."):
        return tool != INITRAMFS_TOOLS and not _HARMLESS.match(key)
    if key in {"init", "rdinit"}:
        return not _USUAL_INIT.match(value)
    if key == "systemd.unit":
        return value not in _USUAL_UNITS
    return key in {"netroot", "nfsroot", "roothash", "usrhash"}


_DISK_WORDS = frozenset({"root", "resume", "boot", "mount.usr", "systemd.mount-extra", "systemd.swap-extra"})
_VOLUME_WORDS = frozenset({"rd.lvm.lv", "rd_LVM_LV"})
_ARRAY_WORDS = frozenset({"rd.md.uuid", "rd_MD_UUID"})
_CONTAINER_WORDS = frozenset({"rd.luks.uuid", "rd.luks.name", "rd_LUKS_UUID", "luks.uuid", "luks.name"})
_ASSEMBLED_WORDS = _VOLUME_WORDS | _ARRAY_WORDS | _CONTAINER_WORDS | {"rd.luks.partuuid", "rd.luks.serial"}


def _of_place(text: str, place: Where) -> Iterator[Asked]:
    """`resume=` to a disk that is attached now is another rule's."""
    if place is Where.MISSING or place is Where.ELSEWHERE:
        yield Asked(text, Asks.LOST, place)
    elif place is Where.UNTOLD:
        yield Asked(text, Asks.UNTOLD, place)


def _place(key: str, value: str, disks: Disks, *, complete: bool) -> Where:
    if key.startswith("systemd."):
        source, _, rest = value.partition(":")
        harmless = "nofail" in rest or not is_device(source)
        return Where.ROOT_DISK if harmless else where_named(source, disks, complete=complete)
    if key == "resume" and value in {"", "none", "0"}:
        return Where.ROOT_DISK
    return where_named(value.removeprefix("block:"), disks, complete=complete)


def where_named(source: str, disks: Disks, *, complete: bool) -> Where:
    """Where a device of the kernel line lies; one of a name that cannot be looked up (/dev/root) is untold."""
    if not is_device(source):
        return Where.UNTOLD
    place = where_device(disks, source, complete=complete)
    return Where.UNTOLD if place is Where.MISSING and not _NAMED.match(source) else place


def _assembled_place(key: str, value: str, disks: Disks, *, complete: bool) -> Where:
    """Where a logical volume, a LUKS container or an array lies; it is found by its id, not by its name."""
    if key in _VOLUME_WORDS:
        return where_device(disks, f"/dev/{value}", complete=complete)
    if key == "rd.luks.partuuid":
        return where_device(disks, f"PARTUUID={value}", complete=complete)
    wanted = _hex(value.partition("=")[0].removeprefix("luks-"))
    if key in _ARRAY_WORDS:
        found = [each for each in disks.devices if each.fs_type == "linux_raid_member" and _hex(each.uuid) == wanted]
    elif key in _CONTAINER_WORDS and wanted:
        found = [each for each in disks.devices if each.fs_type == "crypto_LUKS" and _hex(each.uuid).startswith(wanted)]
    else:
        return Where.UNTOLD
    return _all(disks, found, complete=complete)


def _all(disks: Disks, found: list[BlockDevice], *, complete: bool) -> Where:
    if not disks.root_disks:
        return Where.UNTOLD
    if not found:
        return Where.MISSING if complete and disks.tells("uuid") else Where.UNTOLD
    places = {where_device(disks, each.name, complete=complete) for each in found}
    return places.pop() if len(places) == 1 else Where.ELSEWHERE


def _hex(text: str) -> str:
    return _NOT_HEX.sub("", text.casefold())


def _assembled(text: str, place: Where, tool: str) -> Iterator[Asked]:
    """Only dracut, and the generators of systemd inside it, read such words; initramfs-tools does not."""
    if place is Where.ROOT_DISK or (tool == INITRAMFS_TOOLS and not text.startswith("luks.")):
        return
    lost = place in {Where.MISSING, Where.ELSEWHERE} and tool == DRACUT
    yield Asked(text, Asks.LOST if lost else Asks.UNTOLD, place, assembled=True)
