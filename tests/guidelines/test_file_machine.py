"""Chapter *Boot*, of an image file: what starts it, and for which processors it is, told by its disk alone."""

from __future__ import annotations

from typing import Any

import pytest

from models.fact import Fact
from models.findings import Finding, Outcome, Severity, Source
from models.image_file.disk_facts import DiskFacts, DiskFirmware, PartitionFacts, PartitionTable
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.partition_types import BIOS_BOOT_TYPE
from tests.guidelines.building import NOW, finding, image
from tests.guidelines.guest_building import HEALTHY, guest_finding
from tests.support.known import present

ESP = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
PARTS = {DiskFirmware.BIOS: (BIOS_BOOT_TYPE,), DiskFirmware.UEFI: (ESP,), DiskFirmware.BOTH: (BIOS_BOOT_TYPE, ESP)}


def of_disk(rule: str, disk: DiskFacts | None, **properties: str) -> Finding:
    header = FileHeader(format=ImageFormat.RAW, file_size_bytes=10, disk_size_bytes=10)
    facts = FileFacts(path="disk.img", file_size_bytes=10, header=header, disk=disk, properties=properties)
    return finding(rule, file=Fact[FileFacts](value=facts, source=Source.IMAGE_FILE, read_at=NOW))


def disk(firmware: DiskFirmware, **told: Any) -> DiskFacts:
    partitions = [
        PartitionFacts(name=f"vda{number}", size_bytes=1, type=kind)
        for number, kind in enumerate(PARTS.get(firmware, ()), start=14)
    ]
    return DiskFacts(size_bytes=10, table=PartitionTable.GPT, partitions=tuple(partitions), firmware=firmware, **told)


def firmware(kind: DiskFirmware, wanted: str = "", **told: Any) -> Finding:
    return of_disk("BOOT-FIRMWARE", disk(kind, **told), **({"hw_firmware_type": wanted} if wanted else {}))


def test_what_starts_a_disk_is_said_with_the_partitions_that_show_it() -> None:
    assert firmware(DiskFirmware.BIOS).evidence == "It starts by BIOS alone: vda14 is a BIOS boot partition."
    found = firmware(DiskFirmware.BOTH)
    assert found.outcome is Outcome.PASS
    assert found.evidence == (
        "It starts by BIOS and UEFI: vda14 is a BIOS boot partition and vda15 is an EFI system partition."
    )
    assert found.source is Source.IMAGE_FILE


def test_a_disk_with_an_esp_alone_needs_a_property_that_says_so() -> None:
    found = firmware(DiskFirmware.UEFI)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "vda14 is an EFI system partition" in found.evidence
    assert "hw_firmware_type=uefi" in present(found.remedy).text
    assert firmware(DiskFirmware.UEFI, "uefi").outcome is Outcome.PASS
    assert firmware(DiskFirmware.UEFI, architecture="aarch64").outcome is Outcome.PASS


@pytest.mark.parametrize("kind, wanted", [(DiskFirmware.UEFI, "bios"), (DiskFirmware.BIOS, "uefi")])
def test_a_property_that_the_disk_does_not_suit_blocks(kind: DiskFirmware, wanted: str) -> None:
    assert firmware(kind, wanted).blocks
    assert firmware(DiskFirmware.BOTH, wanted).outcome is Outcome.PASS


def test_a_disk_with_nothing_that_starts_it_is_unknown() -> None:
    assert firmware(DiskFirmware.UNKNOWN, "uefi").outcome is Outcome.UNKNOWN
    assert of_disk("BOOT-FIRMWARE", None).outcome is Outcome.UNKNOWN


def arch(found: str, wanted: str = "") -> Finding:
    told = disk(DiskFirmware.BIOS, architecture=found, architecture_seen_in="/usr/bin/bash")
    return of_disk("BOOT-ARCH", told, **({"architecture": wanted} if wanted else {}))


def test_the_architecture_of_a_disk_is_said_with_what_told_it() -> None:
    assert arch("x86_64").evidence == "x86_64, by /usr/bin/bash; the image names no other."
    assert arch("aarch64", "aarch64").outcome is Outcome.PASS
    assert arch("").outcome is Outcome.UNKNOWN
    assert of_disk("BOOT-ARCH", None).outcome is Outcome.UNKNOWN


def test_a_disk_for_other_processors_than_the_image_asks_for_blocks() -> None:
    found = arch("aarch64", "x86_64")
    assert found.blocks
    assert "architecture=x86_64" in found.evidence
    assert "architecture=aarch64" in present(found.remedy).text
    assert arch("x86_64", "i686").blocks


def test_other_words_for_the_same_and_what_a_processor_also_runs_are_no_mismatch() -> None:
    assert arch("x86_64", "AMD64").outcome is Outcome.PASS
    assert arch("aarch64", "arm64").outcome is Outcome.PASS
    assert arch("i686", "x86_64").outcome is Outcome.PASS


def of_guest(**properties: str) -> Finding:
    return guest_finding("BOOT-ARCH", around={"base_image": image(properties=properties)})


def test_an_instance_is_compared_with_its_image() -> None:
    assert of_guest().outcome is Outcome.PASS
    assert of_guest(architecture="x86_64").outcome is Outcome.PASS
    assert of_guest(architecture="aarch64").blocks
    untold = HEALTHY["system"].model_copy(update={"architecture": ""})
    assert guest_finding("BOOT-ARCH", system=untold).outcome is Outcome.UNKNOWN
