"""Chapter *Boot*: whether the disk suits the firmware that the image asks for."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
)
from imaging.guidelines.instance.source import image_property
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.guest.disks import Disks
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_ESP = frozenset({"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0xef", "ef"})
_BIOS_BOOT = frozenset({"21686148-6449-6e6f-744e-656564454649"})


@rule(
    "BOOT-FIRMWARE",
    Chapter.BOOT,
    "Boot firmware (BIOS or UEFI)",
    Severity.BLOCK,
    by_hand="ls -d /sys/firmware/efi; lsblk -o NAME,PARTTYPENAME",
)
def boot_firmware(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot), inside(facts, parts.disks)
    if boot.firmware not in {"uefi", "bios"}:
        return guest_unknown("How it booted could not be told.", "In the guest:", command="ls -d /sys/firmware/efi")
    wanted = image_property(facts, "hw_firmware_type")
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
        return bool(types & _ESP)
    return bool(types & _BIOS_BOOT) or all(len(each) <= len("0xff") for each in types)  # an MBR has short types
