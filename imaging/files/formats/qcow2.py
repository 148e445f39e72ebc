"""What oslo.utils does not judge in the header of a QCOW2.

Source: docs/interop/qcow2.rst of QEMU.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from models.image_file.refusal import FileWarning, Refusal, RefusalCode, WarningCode

_HEADER: Final = struct.Struct(">4sIQIIQIIQQIIQ")
"""The 72 bytes of version 2."""
_FEATURES: Final = struct.Struct(">Q")
_FEATURES_AT: Final = 72
_COMPRESSION_AT: Final = 104
_DIRTY, _CORRUPT, _DATA_FILE, _COMPRESSION = 1, 2, 4, 8
_CLUSTER_BITS: Final = range(9, 22)
_KINDS: Final = {0: "zlib", 1: "zstd"}


@dataclass(frozen=True, slots=True)
class Qcow2:
    """What this header says beyond its size."""

    refusals: tuple[Refusal, ...]
    warnings: tuple[FileWarning, ...]
    compression: str
    has_feature_words: bool
    """Version 2 has none: what stands in their place means something else."""


def read_qcow2(head: bytes, file_size_bytes: int) -> Qcow2:
    """Judge a header.

    Args:
        head: the first 512 bytes, or fewer where the file ends.
        file_size_bytes: of the whole file: tables behind its end would be read as zeros, so as an empty disk.
    """
    if len(head) < _COMPRESSION_AT:
        return Qcow2((Refusal(code=RefusalCode.DAMAGED),), (), "", has_feature_words=False)
    _, version, _, _, cluster_bits, size, encryption, tables, tables_at, counts_at, counts, snapshots, _ = (
        _HEADER.unpack_from(head)
    )
    features = _FEATURES.unpack_from(head, _FEATURES_AT)[0] if version != 2 else 0  # noqa: PLR2004  # of the format
    refusals = []
    if encryption:
        refusals.append(Refusal(code=RefusalCode.ENCRYPTED))
    if features & _CORRUPT or cluster_bits not in _CLUSTER_BITS or not size:
        refusals.append(Refusal(code=RefusalCode.DAMAGED))
    elif max(tables_at + 8 * tables, counts_at + (counts << cluster_bits)) > file_size_bytes:
        refusals.append(Refusal(code=RefusalCode.TRUNCATED))
    if features & _DATA_FILE:
        refusals.append(Refusal(code=RefusalCode.DATA_FILE))
    warnings = []
    if snapshots:
        warnings.append(FileWarning(code=WarningCode.INTERNAL_SNAPSHOTS, detail=f"{snapshots}"))
    if features & _DIRTY:
        warnings.append(FileWarning(code=WarningCode.DIRTY))
    kind = head[_COMPRESSION_AT] if features & _COMPRESSION and len(head) > _COMPRESSION_AT else 0
    if kind not in _KINDS:
        refusals.append(Refusal(code=RefusalCode.UNKNOWN_FEATURES, detail=f"compression {kind}"))
    return Qcow2(tuple(refusals), tuple(warnings), _KINDS.get(kind, ""), has_feature_words=version != 2)  # noqa: PLR2004
