"""Runs the format inspection of oslo.utils: the one by which Glance and Nova judge images."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any, Final, cast

from imaging.runtime.imports import bare_package
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import Refusal, RefusalCode

if TYPE_CHECKING:
    from oslo_utils.imageutils import format_inspector as oslo

Read = Callable[[int, int], bytes]
"""Bytes at an offset, at most so many; fewer only at the end of the file."""

_library_log = logging.getLogger("oslo_utils.imageutils.format_inspector")
_library_log.addHandler(logging.NullHandler())
_library_log.propagate = False  # it quotes what the file holds

_HEAD_BYTES: Final = 8 * 2**20
"""All that any inspector looks at but the end of a VMDK; a VHDX of qemu-img has its metadata at 2 MiB."""
_CHUNK_BYTES: Final = 2**16
_END_BYTES: Final = 4096
_DESCRIPTOR_BYTES: Final = 512
_VMDK_KINDS: Final = {"monolithicsparse", "streamoptimized"}
_CODES: Final[Mapping[tuple[str, str], RefusalCode]] = {
    ("qcow2", "backing_file"): RefusalCode.BACKING_FILE,
    ("qcow2", "data_file"): RefusalCode.DATA_FILE,
    ("qcow2", "unknown_features"): RefusalCode.UNKNOWN_FEATURES,
    ("vmdk", "descriptor"): RefusalCode.VMDK_DESCRIPTOR,
    ("vmdk", "footer"): RefusalCode.VMDK_FOOTER,
    ("gpt", "mbr"): RefusalCode.PARTITION_TABLE,
}
"""By inspector and safety check. Any other check that fails is one of a later oslo.utils, and refuses too."""
_BY_FORMAT: Final = {"qed": RefusalCode.BANNED_FORMAT, "iso": RefusalCode.ISO, "luks": RefusalCode.ENCRYPTED}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the inspection found."""

    format: ImageFormat | None
    """None where several fit or the header is damaged; the refusal says which."""
    has_partition_table: bool = False
    virtual_size_bytes: int = 0
    """What the header says; 0 of a raw disk."""
    refusals: tuple[Refusal, ...] = ()


def inspect_content(read: Read, size_bytes: int) -> Inspected:
    """Find the format of a file, and what makes it unsafe to open.

    The head and the very end are read, nothing between: a VMDK alone has something at its end.

    Args:
        read: gives its bytes.
        size_bytes: of the file.
    """
    oslo = _library()

    # Iterated, it asks its source for nothing but the next piece, and closes what has a `close`.
    wrapper = oslo.InspectWrapper(cast("IO[bytes]", _head_and_end(read, size_bytes)))
    try:
        for _piece in wrapper:
            pass
    finally:
        wrapper.close()
    found = wrapper.formats or []
    if len(found) != 1:
        return _several(sorted(str(each) for each in found))
    if found[0].NAME == "raw" and _is_descriptor(read(0, _DESCRIPTOR_BYTES)):
        return Inspected(ImageFormat.VMDK, refusals=(Refusal(code=RefusalCode.VMDK_KIND),))
    return _judged(found[0])


def _library() -> ModuleType:
    """The inspection, loaded for who inspects: with the cryptography of LUKS it takes 9 MB.

    What its package loads beside it reads the output of qemu-img, and takes half the time.
    """
    bare_package.enter("oslo_utils.imageutils", frozenset({"QemuImgInfo"}))
    return importlib.import_module("oslo_utils.imageutils.format_inspector")


def _is_descriptor(head: bytes) -> bool:
    """Whether it is a descriptor of a VMDK alone: padded with zeros it is no text to oslo.utils, but it is to QEMU."""
    lines = head.lstrip().splitlines()
    return bool(lines) and lines[0].strip().lower().startswith(b"# disk descriptorfile")


def _head_and_end(read: Read, size_bytes: int) -> Iterator[bytes]:
    head = min(size_bytes, _HEAD_BYTES)
    for offset in range(0, head, _CHUNK_BYTES):
        yield read(offset, min(_CHUNK_BYTES, head - offset))
    if size_bytes > head:
        begin = max(head, size_bytes - _END_BYTES)
        yield read(begin, size_bytes - begin)


def _several(names: list[str]) -> Inspected:
    code = RefusalCode.ISO if "iso" in names else RefusalCode.SEVERAL_FORMATS
    return Inspected(None, refusals=(Refusal(code=code, detail=" and ".join(names)),))


def _judged(inspector: oslo.FileInspector) -> Inspected:
    name = inspector.NAME
    if name == "raw":
        return Inspected(ImageFormat.RAW)
    kind = ImageFormat.RAW if name == "gpt" else ImageFormat(name)
    if name in _BY_FORMAT:
        return Inspected(kind, refusals=(Refusal(code=_BY_FORMAT[name]),))
    size = 0 if name == "gpt" else _size(inspector)
    return Inspected(kind, name == "gpt", size, _refusals(inspector))


def _size(inspector: oslo.FileInspector) -> int:
    try:
        return inspector.virtual_size
    except Exception:  # noqa: BLE001  # a damaged header: the parser may raise anything
        return 0


def _refusals(inspector: oslo.FileInspector) -> tuple[Refusal, ...]:
    try:
        inspector.safety_check()
    except _library().SafetyCheckFailed as failed:
        return tuple(_refusal(inspector, name, failure) for name, failure in sorted(failed.failures.items()))
    except Exception:  # noqa: BLE001  # the same
        return (Refusal(code=RefusalCode.DAMAGED),)
    return ()


def _refusal(inspector: oslo.FileInspector, check: str, failure: Any) -> Refusal:
    code = _CODES.get((inspector.NAME, check), RefusalCode.UNKNOWN_FEATURES)
    if code is RefusalCode.VMDK_DESCRIPTOR:
        return _vmdk(inspector)
    return Refusal(code=code, detail=str(failure) if code is RefusalCode.PARTITION_TABLE else "")


def _vmdk(inspector: oslo.FileInspector) -> Refusal:
    text = getattr(inspector, "desc_text", None) or ""
    kind = getattr(inspector, "vmdktype", "")
    if kind not in _VMDK_KINDS:
        return Refusal(code=RefusalCode.VMDK_KIND, detail=kind if kind != "formatnotfound" else "")
    extents = [line for line in text.split("\n") if line.split(" ")[0] in {"rw", "rdonly", "noaccess"}]
    if not extents or any("/" in line for line in extents):
        return Refusal(code=RefusalCode.VMDK_EXTENT)
    return Refusal(code=RefusalCode.VMDK_DESCRIPTOR)
