"""What is sent: the file as it lies, or what is made of it first; and how much room that takes."""

from __future__ import annotations

from typing import Final

from imaging.guest.inspected_file import InspectedFile
from models.guidelines.profile import Profile
from models.image_file.disk_facts import DiskFacts
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import WarningCode

_BOOTED_EVERYWHERE: Final = frozenset({ImageFormat.RAW, ImageFormat.QCOW2})
"""What every hypervisor of OpenStack's launches without a conversion of its own."""
_GIB: Final = 2**30


def target_format(header: FileHeader, profile: Profile) -> ImageFormat:
    """The format that is sent: the file's own where the cloud takes it as it is, else what its profile asks for."""
    wanted = profile.upload_formats or tuple(sorted(_BOOTED_EVERYWHERE))
    found = header.format
    # Earlier states of the disk lie in the file, with all that was deleted since; a conversion leaves them out.
    holds_more = any(each.code is WarningCode.INTERNAL_SNAPSHOTS for each in header.warnings)
    if found is not None and found.value in wanted and found in _BOOTED_EVERYWHERE and not holds_more:
        return found
    if ImageFormat.RAW.value in wanted or holds_more:
        return ImageFormat.RAW
    return next((ImageFormat(each) for each in wanted if each in set(ImageFormat)), ImageFormat.RAW)


def must_convert(file: FileFacts, target: ImageFormat) -> bool:
    """Whether a file has to be written first: converted, or only unpacked."""
    return file.header.format is not target or any(each.is_compressed for each in file.wrappers)


def expected_bytes(found: InspectedFile) -> int:
    """How much of a conversion will be no hole: what the file systems hold, or as much as the file, up to the disk."""
    header = found.file.header
    used = _used_bytes(found.disk)
    guess = max(used, found.file.file_size_bytes) if used is not None else header.disk_size_bytes
    return min(header.disk_size_bytes, guess)


def _used_bytes(disk: DiskFacts | None) -> int | None:
    """What the file systems of a disk hold; None where one of them does not tell."""
    if disk is None or not disk.partitions:
        return None
    used = [each.used_bytes for each in disk.partitions if each.file_system]
    known = [each for each in used if each is not None]
    return sum(known) if known and len(known) == len(used) else None


def gibibytes(size_bytes: int) -> int:
    """A size in GiB, rounded up: what a flavor's disk must have."""
    return -(-size_bytes // _GIB)
