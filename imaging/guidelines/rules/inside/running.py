"""Chapter *Boot*: firmware, the guest agent, failed services, logins without password."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote

from imaging.guidelines import parts
from imaging.guidelines.evidence import on_paths
from imaging.guidelines.guest_commands import doing, install
from imaging.guidelines.guest_facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    looked_by_ssh,
    running,
    unless_cut_short,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Judge, UnreadError
from imaging.guidelines.source import finished_image
from imaging.guidelines.wording import fitting
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.disks import Disks
from models.profile import Profile
from models.text import one_line

YES = frozenset({"yes", "true", "1", "on", "t", "y"})
"""What OpenStack reads as true in an image property."""
_ESP = frozenset({"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0xef", "ef"})
_BIOS_BOOT = frozenset({"21686148-6449-6e6f-744e-656564454649"})
_SHOWN = 40


def image_property(facts: InstanceFacts, key: str) -> str | None:
    """A property that children's machines are made by: of the finished image, else of the base image.

    Returns:
        Its value in small letters, empty if it is not set; None where no image is there to ask.

    Raises:
        UnreadError: the image could not be read.
    """
    fact = finished_image(facts) or facts.base_image
    if not fact.known:
        raise UnreadError(fact)
    return fact.value.properties.get(key, "").casefold() if fact.value is not None else None


def _firmware(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot), inside(facts, parts.disks)
    if boot.firmware not in {"uefi", "bios"}:
        return guest_unknown("How it booted could not be told.", "In the guest:", command="ls -d /sys/firmware/efi")
    wanted = image_property(facts, "hw_firmware_type")
    if not wanted or wanted == boot.firmware:
        return guest_passed(f"It booted by {boot.firmware.upper()}; children do the same.", facts, parts.boot)
    if _suits(disks, wanted):
        return guest_passed(f"The disk boots by BIOS and UEFI; the image asks for {wanted}.", facts, parts.disks)
    return guest_failed(
        f"It booted by {boot.firmware.upper()}, but the image property says hw_firmware_type={one_line(wanted, 20)}.",
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


def _agent(facts: InstanceFacts, profile: Profile) -> Answer:
    state = inside(facts, parts.boot).guest_agent
    if state == "active":
        return guest_passed("qemu-guest-agent is active.", facts, parts.boot)
    promised = image_property(facts, "hw_qemu_guest_agent")
    wanted = (promised or "") in YES or profile.recommended_properties.get("hw_qemu_guest_agent", "").lower() in YES
    if not wanted and promised is None:
        return guest_unknown("Whether an image promises it is not shown without a base image.")
    if not wanted:
        return guest_passed("No image property promises it.", facts, parts.boot)
    if state == "enabled":
        return guest_passed("qemu-guest-agent starts by itself, but does not run now.", facts, parts.boot)
    if state == "installed" and not looked_by_ssh(facts):
        return guest_unknown(f"Whether qemu-guest-agent runs {NEEDS_SSH}: its device may start it.")
    way = doing("systemctl enable --now qemu-guest-agent")
    if state != "installed":
        way = install(facts, "qemu-guest-agent", "qemu-guest-agent") or way
    promise = "the image promises it" if (promised or "") in YES else "this cloud asks for it"
    return guest_failed(
        f"qemu-guest-agent {'does not start by itself' if state == 'installed' else 'is not installed'}; {promise}.",
        "Without it a running instance is imaged without quiescing, or not at all.",
        facts,
        parts.boot,
        command=way.shown,
        actions=(way.action("Have qemu-guest-agent run.", "boot", "services", "packages"),),
    )


def _no_failed_unit(facts: InstanceFacts, _profile: Profile) -> Answer:
    failed = [each.name for each in running(facts).units if each.active == "failed"]
    if not failed:
        answer = guest_passed("systemctl --failed lists nothing.", facts, parts.services)
        return unless_incomplete(answer, facts, parts.services)
    return guest_failed(
        f"Failed: {fitting([one_line(each, _SHOWN) for each in failed])}.",
        "Mend or disable it; if it does not matter: systemctl reset-failed.",
        facts,
        parts.services,
        command=f"systemctl status {' '.join(quote(one_line(each, 80)) for each in failed[:4])}",
    )


def _no_autologin(facts: InstanceFacts, _profile: Profile) -> Answer:
    accounts = inside(facts, parts.accounts)
    files = accounts.autologins
    if not files:
        answer = guest_passed("No console and no display logs anybody in.", facts, parts.accounts)
        return unless_cut_short(answer, facts, parts.accounts)  # all may read such files, unlike homes and passwords
    exosphere = any(each.name == "exouser" for each in accounts.accounts)
    purpose = " Exosphere does that for its console on purpose." if exosphere else ""
    return guest_failed(
        f"Logged in without asking by {fitting([one_line(each, 60) for each in files], 70)}.{purpose}",
        "Take it out, unless whoever sees the console may do anything.",
        facts,
        parts.accounts,
        severity=Severity.INFO if exosphere else None,
        command=on_paths(["grep", "-n", "-i", "autologin"], files),
    )


JUDGES: Mapping[str, Judge] = {
    "BOOT-FIRMWARE": _firmware,
    "QGA-PRESENT": _agent,
    "SVC-FAILED": _no_failed_unit,
    "USERS-AUTOLOGIN": _no_autologin,
}
