"""An image file for a picture: the guest of a recording on a disk as cloud images have it, judged by the rules."""

from __future__ import annotations

from datetime import datetime

from imaging.guidelines.machine import judge_file
from models.fact import Fact, UnknownCode
from models.findings import InspectionMethod, Source
from models.guest.facts import NOT_RUNNING, GuestFacts
from models.guest.mounts import Mounts
from models.guest.running import Running
from models.guest.services import Services
from models.guidelines.profile import Profile
from models.image_file.disk_facts import DiskFacts, DiskFirmware, PartitionFacts, PartitionTable, RootEvidence
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.partition_types import BIOS_BOOT_TYPE
from screens.context import Console
from screens.files.inspections import Inspection, Judged, Say
from screenshots.story import inspected

NAME = "survey-2026.qcow2"
_GIB = 2**30
_ESP = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
_DISK = DiskFacts(
    size_bytes=20 * _GIB,
    table=PartitionTable.GPT,
    partitions=(
        PartitionFacts(
            name="vda1", size_bytes=19 * _GIB, file_system="ext4", used_bytes=4 * _GIB, total_bytes=18 * _GIB,
            needs_recovery=True, replayed=True, mount_point="/",
        ),
        PartitionFacts(name="vda14", size_bytes=4 * 2**20, type=BIOS_BOOT_TYPE),
        PartitionFacts(
            name="vda15", size_bytes=106 * 2**20, file_system="vfat", used_bytes=6 * 2**20, type=_ESP,
            mount_point="/boot/efi",
        ),
    ),
    firmware=DiskFirmware.BOTH,
    architecture="x86_64",
    architecture_seen_in="/bin/bash",
    root="vda1",
    root_evidence=RootEvidence.OS_RELEASE,
)  # fmt: skip


def _off(guest: GuestFacts) -> GuestFacts:
    """The same machine, of which nothing runs."""
    not_running = {"unknown_because": NOT_RUNNING, "unknown_code": UnknownCode.NOT_RUNNING, "source": Source.GUEST}
    services = guest.services.value
    assert services is not None  # noqa: S101  # they were recorded; for the type checker
    still = Fact[Services](
        value=services.model_copy(update={"runs": False}), source=Source.GUEST, read_at=guest.read_at
    )
    return guest.model_copy(
        update={
            "method": InspectionMethod.IMAGE_FILE,
            "mounts": Fact[Mounts](**not_running),
            "running": Fact[Running](**not_running),
            "services": still,
        }
    )


def inspection_of_a_file(profile: Profile, now: datetime) -> Inspection:
    """An inspection that has ended at once."""
    header = FileHeader(format=ImageFormat.QCOW2, file_size_bytes=2 * _GIB, disk_size_bytes=20 * _GIB)
    file = FileFacts(path=NAME, file_size_bytes=2 * _GIB, header=header, disk=_DISK)
    guest = inspected("db-07", now).value
    assert guest is not None  # noqa: S101  # it was recorded; for the type checker
    found = _off(guest)

    async def inspect(_console: Console, _say: Say) -> Judged:
        return Judged(file, judge_file(file, found, profile, now), "")

    return inspect
