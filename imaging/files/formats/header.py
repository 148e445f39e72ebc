"""Brings together what the inspection of oslo.utils and our own looks at each format say about a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from imaging.files.formats import qcow2, vdi, vhd, vhdx
from imaging.files.formats.oslo_inspection import Read, inspect_content
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import FileWarning, Refusal, RefusalCode

MOST_DISK_BYTES: Final = 64 * 2**40
"""Of a disk; no cloud has a larger one."""
_HEAD_BYTES: Final = 512


def read_header(read: Read, size_bytes: int, *, declared: ImageFormat | None = None) -> FileHeader:
    """What a file is.

    Args:
        read: gives its bytes.
        size_bytes: of the file.
        declared: what it is said to be: by the user, or by Glance, which believes its owner. What is declared RAW is
            never taken for something else because of what its guest wrote (CVE-2026-24708).
    """
    inspected = inspect_content(read, size_bytes)
    found = _Found(inspected.format, inspected.virtual_size_bytes or size_bytes, inspected.refusals)
    looked_at = _look_at(found, read, size_bytes)
    refusals = _unique([*looked_at.refusals, *_declared(looked_at.format, declared), *_sizes(looked_at)])
    return FileHeader(
        format=looked_at.format,
        file_size_bytes=size_bytes,
        disk_size_bytes=looked_at.disk_size_bytes,
        has_partition_table=inspected.has_partition_table,
        refusals=refusals,
        warnings=looked_at.warnings,
        compression=looked_at.compression,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    format: ImageFormat | None
    disk_size_bytes: int
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[FileWarning, ...] = ()
    compression: str = ""


def _look_at(found: _Found, read: Read, size_bytes: int) -> _Found:
    match found.format:
        case ImageFormat.QCOW2:
            return _with_qcow2(found, read, size_bytes)
        case ImageFormat.VHD:
            footer = vhd.footer_of(read, size_bytes)
            return replace(found, refusals=(*found.refusals, *vhd.read_vhd(read(0, _HEAD_BYTES), footer)))
        case ImageFormat.VDI:
            return replace(found, refusals=(*found.refusals, *vdi.read_vdi(read(0, _HEAD_BYTES), size_bytes)))
        case ImageFormat.VHDX:
            refusals, warnings = vhdx.read_vhdx(read)
            return replace(found, refusals=(*found.refusals, *refusals), warnings=warnings)
        case ImageFormat.RAW:
            return _with_footer(found, read, size_bytes)
    return found


def _with_qcow2(found: _Found, read: Read, size_bytes: int) -> _Found:
    said = qcow2.read_qcow2(read(0, _HEAD_BYTES), size_bytes)
    # In version 2 the words that oslo.utils takes for features are the first extension of the header.
    theirs = [each for each in found.refusals if said.has_feature_words or each.code is not RefusalCode.DATA_FILE]
    return replace(found, refusals=(*theirs, *said.refusals), warnings=said.warnings, compression=said.compression)


def _with_footer(found: _Found, read: Read, size_bytes: int) -> _Found:
    """A fixed VHD looks like a raw disk to everybody who does not look at its end."""
    footer = vhd.footer_of(read, size_bytes)
    if not footer:
        return found
    if not vhd.is_fixed(footer) or vhd.size_of(footer) != size_bytes - vhd.FOOTER_BYTES:
        return replace(found, format=ImageFormat.VHD, refusals=(*found.refusals, Refusal(code=RefusalCode.DAMAGED)))
    return replace(found, format=ImageFormat.VHD, disk_size_bytes=vhd.size_of(footer))


def _declared(found: ImageFormat | None, declared: ImageFormat | None) -> tuple[Refusal, ...]:
    if declared is None or found is None or found is declared:
        return ()
    detail = f"it is said to be {declared.in_words}, its content is {found.in_words}"
    code = RefusalCode.HEADER_IN_RAW if declared is ImageFormat.RAW else RefusalCode.FORMAT_DIFFERS
    return (Refusal(code=code, detail=detail),)


def _sizes(found: _Found) -> tuple[Refusal, ...]:
    if found.disk_size_bytes > MOST_DISK_BYTES:
        return (Refusal(code=RefusalCode.TOO_LARGE, detail=f"{found.disk_size_bytes / 2**40:,.0f} TiB"),)
    return ()


def _unique(refusals: list[Refusal]) -> tuple[Refusal, ...]:
    by_code = {each.code: each for each in reversed(refusals)}
    return tuple(reversed(by_code.values()))
