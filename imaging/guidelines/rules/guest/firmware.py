"""Chapter *Boot*: whether the disk suits the firmware that the image asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
)
from imaging.guidelines.instance.source import asked_of_machines
from imaging.guidelines.rule import Answer, Chapter, failed, need, passed, unknown
from models.findings import Severity, Source
from models.guest.disks import Disks
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.image_file.disk_facts import DiskFacts, DiskFirmware
from models.image_file.partition_types import BIOS_BOOT_TYPE, ESP_TYPES
from models.text import cut

_OF_ESP: Final = ESP_TYPES | {"ef"}  # an older lsblk writes the type of an MBR without its 0x
_STARTED_BY: Final[Mapping[DiskFirmware, tuple[str, ...]]] = {
    DiskFirmware.BIOS: ("bios",),
    DiskFirmware.UEFI: ("uefi",),
    DiskFirmware.BOTH: ("bios", "uefi"),
    DiskFirmware.UNKNOWN: (),
}
_ALWAYS_UEFI: Final = frozenset({"aarch64", "riscv64", "loongarch64"})
"""Architectures that Nova starts by UEFI whether an image asks for it or not."""


@rule(
    "BOOT-FIRMWARE",
    Chapter.BOOT,
    "Boot firmware (BIOS or UEFI)",
    Severity.BLOCK,
    by_hand="ls -d /sys/firmware/efi; lsblk -o NAME,PARTTYPENAME",
)
def boot_firmware(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.file is not None:
        return _of_file(facts)
    boot, disks = inside(facts, parts.boot), inside(facts, parts.disks)
    if boot.firmware not in {"uefi", "bios"}:
        return guest_unknown("How it booted could not be told.", "In the guest:", command="ls -d /sys/firmware/efi")
    wanted = asked_of_machines(facts, "hw_firmware_type")
    if not wanted or wanted == boot.firmware:
        return guest_passed(f"It booted by {boot.firmware.upper()}; new instances do the same.", facts, parts.boot)
    if _suits(disks, wanted):
        return guest_passed(f"The disk boots by BIOS and UEFI; the image asks for {wanted}.", facts, parts.disks)
    if not disks.root_disks:
        return guest_unknown("On which disk the root file system lies could not be told.", command="findmnt /; lsblk")
    return guest_failed(
        f"It booted by {boot.firmware.upper()}, but the image property says hw_firmware_type={cut(wanted, 20)}.",
        "Set the property to what the disk is made for.",
        facts,
        parts.boot,
        command=f"openstack image set --property hw_firmware_type={boot.firmware} IMAGE",
    )


def _suits(disks: Disks, firmware: str) -> bool:
    """Whether the root disk has what a firmware boots from; without any partition type it is not known to lack it."""
    types = {
        each.partition_type.casefold()
        for each in disks.devices
        if each.partition_type and disks.disks_below(each.name) & disks.root_disks
    }
    if not types:
        return False
    if firmware == "uefi":
        return bool(types & _OF_ESP)
    return BIOS_BOOT_TYPE in types or all(len(each) <= len("0xff") for each in types)  # an MBR has short types


def _of_file(facts: InstanceFacts) -> Answer:
    """Of a disk that no machine has started yet: what lies on it tells."""
    disk = need(facts.file).disk if facts.file is not None else None
    if disk is None:
        return unknown("What lies on its disk was not read.", source=Source.IMAGE_FILE)
    ways, wanted = _STARTED_BY[disk.firmware], asked_of_machines(facts, "hw_firmware_type")
    if not ways:
        seen = "no EFI system partition, and no boot loader for a BIOS that has its place"
        return unknown(f"Nothing shows how it starts: {seen}.", source=Source.IMAGE_FILE)
    if wanted and wanted not in ways:
        return failed(
            f"{_layout(disk)}, but the image property says hw_firmware_type={cut(wanted, 20)}.",
            f"Set the property to what the disk is made for: hw_firmware_type={ways[0]}.",
            facts.file,
        )
    if wanted or "bios" in ways or disk.architecture in _ALWAYS_UEFI:
        return passed(f"{_layout(disk)}.", facts.file)
    return failed(
        f"{_layout(disk)}, and most clouds start an image by BIOS that does not ask for UEFI.",
        "Give the image the property hw_firmware_type=uefi.",
        facts.file,
        severity=Severity.WARN,
    )


def _layout(disk: DiskFacts) -> str:
    """How it starts, and by what that was seen."""
    esp = next((each.name for each in disk.partitions if each.type in ESP_TYPES), "")
    place = next((each.name for each in disk.partitions if each.type == BIOS_BOOT_TYPE), "")
    by_uefi = f"{esp} is an EFI system partition" if esp else ""
    by_bios = f"{place} is a BIOS boot partition" if place else "its first sector has a boot loader for a BIOS"
    seen = [by_uefi] if disk.firmware is DiskFirmware.UEFI else [by_bios, by_uefi] if esp else [by_bios]
    names = " and ".join(each.upper() for each in _STARTED_BY[disk.firmware])
    return f"It starts by {names}{'' if len(seen) > 1 else ' alone'}: {' and '.join(seen)}"
