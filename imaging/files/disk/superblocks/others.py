"""What is only recognised: containers, swap, and file systems that nothing here reads."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.superblocks.superblock import Superblock, hyphened, text_until_nul

Sniffer = Callable[[Content], Superblock | None]
_PAGES: Final = (4096, 8192, 16384, 65536)
_RAID: Final = 0xA92B4EFC
_LVM_CUTS: Final = (0, 6, 10, 14, 18, 22, 26, 32)
_UBERBLOCKS_AT: Final = 128 * 1024
_UBERBLOCK_MARKS: Final = (b"\x0c\xb1\xba\x00\x00\x00\x00\x00", b"\x00\x00\x00\x00\x00\xba\xb1\x0c")
_MARKS: Final[Mapping[str, tuple[int, bytes]]] = {
    "squashfs": (0, b"hsqs"),
    "erofs": (1024, b"\xe2\xe1\xf5\xe0"),
    "f2fs": (1024, b"\x10\x20\xf5\xf2"),
    "bcache": (4096 + 24, bytes.fromhex("c68573f64e1a45ca8265f57f48ba6d81")),
    "reiserfs": (65536 + 52, b"ReIsEr"),
    "jfs": (32768, b"JFS1"),
    "ntfs": (3, b"NTFS    "),
    "exfat": (3, b"EXFAT   "),
    "BitLocker": (3, b"-FVE-FS-"),
}


def sniff_luks(blocks: Content) -> Superblock | None:
    """An encrypted container; its UUID is the one of the container."""
    raw = blocks.read(0, 512)
    if raw[:6] != b"LUKS\xba\xbe" or raw[6:8] not in {b"\0\1", b"\0\2"}:
        return None
    return Superblock("crypto_LUKS", text_until_nul(raw[168:208]), text_until_nul(raw[24:72]) if raw[7] > 1 else "")


def sniff_raid(blocks: Content) -> Superblock | None:
    """A member of an array of md; its UUID is the array's."""
    end = blocks.size_bytes // 512
    for at in (4096, 0, ((end - 16) & ~7) * 512):
        raw = blocks.read(at, 256) if at >= 0 else b""
        if len(raw) == 256 and struct.unpack_from("<II", raw) == (_RAID, 1):  # noqa: PLR2004  # what was read
            return Superblock("linux_raid_member", hyphened(raw[16:32]), text_until_nul(raw[32:64]))
    old = blocks.size_bytes // 65536 * 65536 - 65536
    raw = blocks.read(old, 64) if old > 0 else b""
    if int.from_bytes(raw[:4], "little") == _RAID and len(raw) == 64:  # noqa: PLR2004  # the same
        parts = (raw[20:24], raw[52:56], raw[56:60], raw[60:64])
        return Superblock("linux_raid_member", hyphened(b"".join(part[::-1] for part in parts)))
    return None


def sniff_lvm(blocks: Content) -> Superblock | None:
    """A physical volume."""
    raw = blocks.read(0, 4 * 512)
    for at in range(0, len(raw) - 511, 512):
        if raw[at : at + 8] == b"LABELONE" and raw[at + 24 : at + 32] == b"LVM2 001":
            begin = at + int.from_bytes(raw[at + 20 : at + 24], "little")
            digits = text_until_nul(raw[begin : begin + 32])
            return Superblock("LVM2_member", "-".join(digits[a:b] for a, b in pairwise(_LVM_CUTS)) if digits else "")
    return None


def sniff_swap(blocks: Content) -> Superblock | None:
    """Swap space, or a system that was suspended to it."""
    for page in _PAGES:
        mark = blocks.read(page - 10, 10)
        if mark in {b"SWAPSPACE2", b"SWAP-SPACE"}:
            raw = blocks.read(1024, 64)
            return Superblock("swap", hyphened(raw[12:28]), text_until_nul(raw[28:44]))
        if mark[:9] == b"S1SUSPEND":
            return Superblock("swsuspend")
    return None


def sniff_btrfs(blocks: Content) -> Superblock | None:
    """Btrfs, with what its superblock says about its use."""
    raw = blocks.read(65536, 1024)
    if raw[64:72] != b"_BHRfS_M":
        return None
    total, used = struct.unpack_from("<QQ", raw, 0x70)
    return Superblock(
        "btrfs", hyphened(raw[32:48]), text_until_nul(raw[0x12B : 0x12B + 256]), used_bytes=used, total_bytes=total
    )


def sniff_iso9660(blocks: Content) -> Superblock | None:
    """A CD."""
    raw = blocks.read(32768, 2048)
    if raw[1:6] != b"CD001":
        return None
    return Superblock("iso9660", label=raw[40:72].decode("latin-1").rstrip(" \0"))


def sniff_zfs(blocks: Content) -> Superblock | None:
    """A member of a pool of ZFS."""
    raw = blocks.read(_UBERBLOCKS_AT, 128 * 1024)
    found = any(raw[at : at + 8] in _UBERBLOCK_MARKS for at in range(0, len(raw), 1024))
    return Superblock("zfs_member") if found else None


def sniff_mark(blocks: Content) -> Superblock | None:
    """Anything that is known by a few bytes at a place."""
    for name, (at, mark) in _MARKS.items():
        if blocks.read(at, len(mark)) == mark:
            return Superblock(name)
    return None
