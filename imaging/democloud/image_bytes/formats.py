"""What Glance sees in the first bytes of an image: whether they are of its format, and how large the disk in it is."""

from __future__ import annotations

_MAGIC = {
    "qcow2": (0, b"QFI\xfb"),
    "vmdk": (0, b"KDMV"),
    "vhdx": (0, b"vhdxfile"),
    "vdi": (0x40, b"\x7f\x10\xda\xbe"),
    "iso": (0x8001, b"CD001"),
}
HEADER_BYTES = 0x8001 + 8


def is_of(disk_format: str | None, header: bytes) -> bool:
    """Whether bytes begin as their format does; raw may be anything, and of the others nothing is known here."""
    at, magic = _MAGIC.get(disk_format or "", (0, b""))
    return header[at : at + len(magic)] == magic


def virtual_size(disk_format: str | None, header: bytes, size: int) -> int | None:
    """How large the disk is; None where that is not read here."""
    if disk_format == "raw":
        return size
    return int.from_bytes(header[24:32], "big") if disk_format == "qcow2" else None
