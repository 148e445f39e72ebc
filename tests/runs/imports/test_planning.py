"""What a plan says about a file: the format that is sent, how much of it, and which machine its image asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from imaging.guest.file_inspection import InspectedFile
from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.import_file.costs import Rate, measured_rate, upload_seconds
from imaging.runs.plan.import_file.properties import image_properties, other_architecture
from imaging.runs.plan.import_file.target import expected_bytes, gibibytes, must_convert, target_format
from imaging.runs.sending.progress import Progress
from models.cloud.image import Image
from models.fact import Fact
from models.guest.boot import Boot
from models.guest.facts import GuestFacts
from models.guest.system import GuestSystem
from models.guidelines.profile import Profile
from models.image_file.disk_facts import DiskFacts, DiskFirmware, PartitionFacts
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import FileWarning, WarningCode
from models.image_file.wrapper import Wrapper
from models.run.file_plan import FilePlan, SendingWay, SentFile
from tests.screens.samples import run as sample_run

GIB = 2**30
NOW = datetime(2026, 12, 1, tzinfo=UTC)
RAW_WANTED = Profile(name="raw", title="Raw", upload_formats=("raw",))
ANY = Profile(name="any", title="Any")
JETSTREAM2 = load_profile("jetstream2")
OLD_STATES = (FileWarning(code=WarningCode.INTERNAL_SNAPSHOTS),)


def header(kind: ImageFormat, **fields: Any) -> FileHeader:
    return FileHeader(**{"format": kind, "file_size_bytes": GIB, "disk_size_bytes": 10 * GIB, **fields})


@pytest.mark.parametrize(
    "kind,profile,target",
    [
        (ImageFormat.QCOW2, RAW_WANTED, ImageFormat.RAW),
        (ImageFormat.RAW, RAW_WANTED, ImageFormat.RAW),
        (ImageFormat.QCOW2, ANY, ImageFormat.QCOW2),
        (ImageFormat.VMDK, ANY, ImageFormat.RAW),
        (ImageFormat.VHDX, JETSTREAM2, ImageFormat.RAW),
        (ImageFormat.RAW, Profile(name="q", title="Q", upload_formats=("qcow2",)), ImageFormat.QCOW2),
    ],
)
def test_the_cloud_gets_what_it_asks_for(kind: ImageFormat, profile: Profile, target: ImageFormat):
    assert target_format(header(kind), profile) is target


def test_earlier_states_of_a_disk_are_left_out_by_a_conversion():
    assert target_format(header(ImageFormat.QCOW2, warnings=OLD_STATES), ANY) is ImageFormat.RAW


@pytest.mark.parametrize(
    "kind,wrappers,converts",
    [
        (ImageFormat.RAW, (), False),
        (ImageFormat.RAW, (Wrapper.PARTS,), False),
        (ImageFormat.RAW, (Wrapper.OVA,), False),
        (ImageFormat.RAW, (Wrapper.GZIP,), True),
        (ImageFormat.QCOW2, (), True),
    ],
)
def test_only_what_cannot_be_sent_as_it_lies_is_written_first(
    kind: ImageFormat, wrappers: tuple[Wrapper, ...], *, converts: bool
):
    file = FileFacts(path="x", file_size_bytes=GIB, wrappers=wrappers, header=header(kind))
    assert must_convert(file, ImageFormat.RAW) is converts


def inspected(
    *partitions: PartitionFacts,
    firmware: DiskFirmware = DiskFirmware.BIOS,
    architecture: str = "x86_64",
    agent: str = "",
    system: GuestSystem | None = None,
    properties: dict[str, str] | None = None,
) -> InspectedFile:
    disk = DiskFacts(size_bytes=10 * GIB, partitions=partitions, firmware=firmware, architecture=architecture)
    guest = GuestFacts(
        read_at=NOW,
        system=Fact(value=system or GuestSystem(id="debian", version="12")),
        boot=Fact(value=Boot(guest_agent=agent)),
    )
    file = FileFacts(
        path="x", file_size_bytes=GIB, header=header(ImageFormat.QCOW2), disk=disk, properties=properties or {}
    )
    return InspectedFile(file, guest)


def part(used: int | None, kind: str = "ext4") -> PartitionFacts:
    return PartitionFacts(name="vda1", size_bytes=5 * GIB, file_system=kind, used_bytes=used)


@pytest.mark.parametrize(
    "partitions,expected",
    [
        ((part(2 * GIB), part(1 * GIB)), 3 * GIB),
        ((part(1),), GIB),  # no less than the file itself
        ((part(20 * GIB),), 10 * GIB),  # no more than the disk
        ((part(2 * GIB), part(None, "LVM2_member")), 10 * GIB),  # one that does not tell
        ((part(2 * GIB), part(None, "")), 2 * GIB),  # nothing is in it
        ((), 10 * GIB),
    ],
)
def test_how_much_of_a_conversion_is_no_hole(partitions: tuple[PartitionFacts, ...], expected: int):
    assert expected_bytes(inspected(*partitions)) == expected


def test_a_disk_is_counted_in_whole_gibibytes_upwards():
    assert [gibibytes(each) for each in (1, GIB, GIB + 1)] == [1, 1, 2]


@pytest.mark.parametrize(
    "firmware,said",
    [
        (DiskFirmware.UEFI, "uefi"),
        (DiskFirmware.BOTH, None),
        (DiskFirmware.BIOS, None),
        (DiskFirmware.UNKNOWN, None),
    ],
)
def test_only_what_nothing_but_uefi_can_start_says_so(firmware: DiskFirmware, said: str | None):
    found = image_properties(inspected(firmware=firmware), ANY)
    assert found.get("hw_firmware_type") == said
    assert "os_secure_boot" not in found


def test_the_system_and_its_machine_are_told():
    assert image_properties(inspected(), ANY) == {
        "os_type": "linux",
        "os_distro": "debian",
        "os_version": "12",
        "architecture": "x86_64",
    }


def test_an_agent_is_promised_only_where_it_is_installed():
    without = image_properties(inspected(), JETSTREAM2)
    assert (without["hw_disk_bus"], without["hw_scsi_model"]) == ("scsi", "virtio-scsi")
    assert not {"hw_qemu_guest_agent", "os_require_quiesce"} & set(without)
    with_it = image_properties(inspected(agent="enabled"), JETSTREAM2)
    assert (with_it["hw_qemu_guest_agent"], with_it["os_require_quiesce"]) == ("yes", "yes")
    assert image_properties(inspected(agent="installed"), ANY)["hw_qemu_guest_agent"] == "yes"


def test_what_an_exported_image_was_launched_with_goes_before_what_is_recommended():
    beside = {"hw_disk_bus": "virtio", "hw_machine_type": "q35", "owner_specified.x": "y", "os_distro": "debian"}
    found = image_properties(inspected(properties=beside), JETSTREAM2)
    assert (found["hw_disk_bus"], found["hw_machine_type"]) == ("virtio", "q35")
    assert "owner_specified.x" not in found


def test_nothing_is_said_of_a_disk_that_could_not_be_read():
    bare = FileFacts(path="x", file_size_bytes=GIB, header=header(ImageFormat.QCOW2))
    found = InspectedFile(bare, None, "the root could not be read")
    assert image_properties(found, ANY) == {}
    assert other_architecture(found, ()) is None


def image(**properties: str) -> Image:
    return Image(id="i", name="n", status="active", properties=properties)


@pytest.mark.parametrize(
    "own,images,said",
    [
        ("x86_64", (), None),
        ("x86_64", (image(architecture="x86_64"), image(architecture="aarch64")), None),
        ("aarch64", (image(hw_architecture="aarch64"),), None),
        ("aarch64", (image(architecture="x86_64"), image()), "the images of this cloud are for x86_64"),
        ("aarch64", (image(),), "does not say which machines it has"),
        ("", (image(architecture="x86_64"),), None),
    ],
)
def test_a_disk_for_other_machines_is_told_before(own: str, images: tuple[Image, ...], said: str | None):
    told = other_architecture(inspected(architecture=own), images)
    assert (told is None) is (said is None)
    assert (said or "") in (told or "")


def test_the_rate_is_that_of_the_last_upload_to_the_same_cloud():
    sent = SentFile(format=ImageFormat.RAW, size_bytes=100_000_000, seconds=2.0)
    here = sample_run("r1").identity
    there = here.model_copy(update={"auth_url": "https://other"})
    small = sent.model_copy(update={"size_bytes": 1000})
    assert measured_rate(((here, small), (here, sent)), here) == Rate(50_000_000.0, measured=True)
    assert measured_rate(((there, sent), (here, small)), here) == Rate()


@pytest.mark.parametrize("way,seconds", [(SendingWay.UPLOAD, 10), (SendingWay.STAGED, 20)])
def test_what_is_staged_is_copied_once_more(way: SendingWay, seconds: int):
    file = FilePlan(path="x", name="x", work_dir="/", target=ImageFormat.RAW, sent_bytes=500_000_000, way=way)
    assert upload_seconds(file, Rate(50_000_000.0)) == seconds


def test_progress_is_told_with_its_rate_and_what_is_left():
    progress = Progress(20 * GIB, 100.0)
    assert progress.words(100.5) == "0 B of 20 GiB"
    progress.tell(5 * GIB)
    progress.tell(4 * GIB)
    assert progress.words(150.0) == "5.0 GiB of 20 GiB, 107 MB/s, 2 min 30 s left"
    assert Progress(0, 0.0).words(9.0) == "0 B"
