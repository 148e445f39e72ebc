"""Chapter *Identity*: what tells this machine from its children."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines import parts
from imaging.guidelines.fstab import Need, need_of
from imaging.guidelines.guest_commands import doing, package_manager
from imaging.guidelines.guest_facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.rule import Answer, Judge
from imaging.guidelines.storage import device_of
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.disks import BlockDevice, Disks
from models.guest.mounts import BootMounts
from models.profile import Profile
from models.text import one_line

_OWN_IN_CHILD = frozenset({"empty", "uninitialized"})


def _own_machine_id(facts: InstanceFacts, _profile: Profile) -> Answer:
    identity = inside(facts, parts.identity)
    if identity.machine_id in _OWN_IN_CHILD:
        return guest_passed(f"/etc/machine-id is {identity.machine_id}.", facts, parts.identity)
    if identity.machine_id == "missing":
        return guest_failed(
            "/etc/machine-id is missing: systemd cannot make one in time, and a child gets no IPv4 address.",
            "Put an empty file there; never delete it.",
            facts,
            parts.identity,
            command=doing("touch /etc/machine-id").shown,
            actions=(doing("touch /etc/machine-id").action("Put an empty /etc/machine-id there.", "identity"),),
        )
    if identity.machine_id != "filled":
        return guest_unknown("What is in /etc/machine-id could not be told.", command="wc -c /etc/machine-id")
    digest = f" (hash {one_line(identity.machine_id_digest, 12)}…)" if identity.machine_id_digest else ""
    return guest_failed(
        f"/etc/machine-id is filled{digest}: children keep it, and may get each other's DHCP leases.",
        "Empty it as the last thing before the stop; never delete it.",
        facts,
        parts.identity,
        severity=Severity.WARN,
        command="sudo truncate -s 0 /etc/machine-id",
    )


def _no_seed(facts: InstanceFacts, _profile: Profile) -> Answer:
    if not inside(facts, parts.identity).random_seed:
        answer = guest_passed("No saved random seed lies on the disk.", facts, parts.identity)
        return unless_incomplete(answer, facts, parts.identity)
    return guest_failed(
        "/var/lib/systemd/random-seed is there: children begin with the same one.",
        "Each stop writes it anew, so only a sealed image is without it.",
        facts,
        parts.identity,
        command="sudo rm -f /var/lib/systemd/random-seed",
    )


def _no_devices_file(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    if not boot.lvm_devices_file:
        answer = guest_passed("There is no /etc/lvm/devices/system.devices.", facts, parts.boot_mounts)
        return unless_incomplete(answer, facts, parts.boot_mounts)
    needed = _needed_on_lvm(boot, disks)
    if not needed:
        return guest_passed("system.devices is there, but nothing that a boot needs lies on LVM.", facts, parts.disks)
    rebuild = "update-initramfs -u" if package_manager(facts) == "apt" else "dracut -f"
    way = doing("rm /etc/lvm/devices/system.devices", rebuild)
    return guest_failed(
        f"LVM sees only the disks of system.devices, and {one_line(needed, 40)} lies on LVM: a child has another.",
        "Remove the file and build the initramfs anew; then LVM looks at every disk.",
        facts,
        parts.boot_mounts,
        parts.disks,
        command=way.shown,
        actions=(way.action("Remove LVM's list of disks and build the initramfs anew.", "boot_mounts", "boot"),),
    )


def _needed_on_lvm(boot: BootMounts, disks: Disks) -> str | None:
    """What of a boot lies on LVM: the root file system, or a line of fstab that it needs."""
    root = disks.device(disks.root.device) if disks.root is not None else None
    if root is not None and _on_lvm(root, disks):
        return "/"
    for entry in boot.fstab:
        device = device_of(disks, entry.source)
        if device is not None and need_of(entry) in {Need.REQUIRED, Need.SWAP} and _on_lvm(device, disks):
            return entry.point
    return None


def _on_lvm(device: BlockDevice, disks: Disks) -> bool:
    """Whether a device, or one that it lies on, is a logical volume."""
    waiting, seen = [device], {device.name}
    while waiting:
        at = waiting.pop()
        if at.kind == "lvm":
            return True
        for name in at.parents:
            parent = disks.device(name)
            if parent is not None and name not in seen:
                seen.add(name)
                waiting.append(parent)
    return False


JUDGES: Mapping[str, Judge] = {
    "ID-MACHINEID": _own_machine_id,
    "ID-RANDOMSEED": _no_seed,
    "ID-LVM": _no_devices_file,
}
