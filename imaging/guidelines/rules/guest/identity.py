"""Chapter *Identity*: what tells this machine from new instances, its agents' identities among it."""

from __future__ import annotations

import re

from imaging.guidelines import tables
from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import package_manager, root_commands
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    unless_incomplete,
    unless_root_unplaced,
)
from imaging.guidelines.guest.next_boot.fstab import Need, need_of
from imaging.guidelines.guest.next_boot.kernel_line import credentials_on, next_line
from imaging.guidelines.guest.storage import device_of
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.found_files import file_rule
from models.findings import Severity
from models.guest.boot import Identity
from models.guest.disks import BlockDevice, Disks
from models.guest.mounts import BootMounts
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_MADE_AT_FIRST_BOOT = frozenset({"empty", "uninitialized"})
_NO_OTHER_ID = frozenset({"missing", "empty", "link"})
_LINK_DBUS = "ln -sf /etc/machine-id /var/lib/dbus/machine-id"
_FIXED_BY_KERNEL = re.compile(r"(?:^|\s)systemd\.machine_id=(?!firmware(?:\s|$))\S+")
_SHOWN_BY = "wc -c /etc/machine-id; ls -l /var/lib/dbus/machine-id"


@rule("ID-MACHINEID", Chapter.IDENTITY, "Machine ID", Severity.BLOCK, by_hand=_SHOWN_BY)
def id_machineid(facts: InstanceFacts, _profile: Profile) -> Answer:
    identity = inside(facts, parts.identity)
    if identity.machine_id in _MADE_AT_FIRST_BOOT:
        return _made_at_first_boot(facts, identity)
    if identity.machine_id == "missing":
        return guest_failed(
            "/etc/machine-id is missing: systemd cannot make one in time, and a new instance gets no IPv4 address.",
            "Put an empty file there; never delete it.",
            facts,
            parts.identity,
            command=root_commands("touch /etc/machine-id").shown,
            actions=(root_commands("touch /etc/machine-id").action("Put an empty /etc/machine-id there.", "identity"),),
        )
    if identity.machine_id != "filled":
        return guest_unknown("What is in /etc/machine-id could not be told.", command=_SHOWN_BY)
    digest = f" (hash {cut(identity.machine_id_digest, 12)}…)" if identity.machine_id_digest else ""
    return guest_failed(
        f"/etc/machine-id is filled{digest}: new instances keep it, and may get each other's DHCP leases.",
        "Empty it as the last thing before the stop; never delete it.",
        facts,
        parts.identity,
        severity=Severity.WARN,
        command=root_commands(
            "truncate -s 0 /etc/machine-id", *((_LINK_DBUS,) if identity.dbus_machine_id not in _NO_OTHER_ID else ())
        ).shown,
    )


def _made_at_first_boot(facts: InstanceFacts, identity: Identity) -> Answer:
    """A new id is made, unless systemd finds the old one: with D-Bus, or on the kernel line."""
    if identity.dbus_machine_id == "filled":
        remedy = root_commands(_LINK_DBUS)
        return guest_failed(
            f"/etc/machine-id is {identity.machine_id}, but systemd fills it with the id in /var/lib/dbus/machine-id.",
            "Make that file a link to /etc/machine-id: all new instances would have the same id.",
            facts,
            parts.identity,
            command=remedy.shown,
            actions=(remedy.action("Make /var/lib/dbus/machine-id a link to /etc/machine-id.", "identity"),),
        )
    boot = inside(facts, parts.boot)
    if _FIXED_BY_KERNEL.search(next_line(boot)):
        return guest_failed(
            f"/etc/machine-id is {identity.machine_id}, but systemd.machine_id= of the kernel line sets it.",
            "Take that word off the kernel line: all new instances would have the same id.",
            facts,
            parts.boot,
        )
    if credentials_on(next_line(boot)):
        return guest_unknown("systemd.set_credential= on the next kernel's line may give a machine-id.")
    if identity.dbus_machine_id not in _NO_OTHER_ID:
        return guest_unknown("What is in /var/lib/dbus/machine-id could not be told.", command=_SHOWN_BY)
    answer = guest_passed(
        f"/etc/machine-id is {identity.machine_id}, and no other file fills it.", facts, parts.identity
    )
    return unless_incomplete(answer, facts, parts.identity, parts.boot)


@rule(
    "ID-RANDOMSEED", Chapter.IDENTITY, "Saved random seed", Severity.INFO, by_hand="ls -l /var/lib/systemd/random-seed"
)
def id_randomseed(facts: InstanceFacts, _profile: Profile) -> Answer:
    if not inside(facts, parts.identity).random_seed:
        answer = guest_passed("No saved random seed lies on the disk.", facts, parts.identity)
        return unless_incomplete(answer, facts, parts.identity)
    return guest_failed(
        "/var/lib/systemd/random-seed is there: new instances begin with the same one.",
        "Nothing to do: each stop writes it again. To seal an image, remove it there.",
        facts,
        parts.identity,
        command="sudo rm -f /var/lib/systemd/random-seed",
    )


id_agents = file_rule(
    "ID-AGENTS",
    Chapter.IDENTITY,
    "Identities of meshes, clusters and monitoring agents",
    Severity.BLOCK,
    by_hand="sudo ls -d /var/lib/tailscale /etc/wireguard /etc/munge /etc/krb5.keytab /var/ossec /var/lib/rancher"
    " /etc/puppet",
    nothing="No stored identity of a mesh, a cluster or a monitoring agent was found.",
    remedy="Enrol each new instance again; take the identity away before imaging.",
    rows=tables.agents,
)


@rule("ID-LVM", Chapter.IDENTITY, "LVM devices file", Severity.BLOCK, by_hand="ls /etc/lvm/devices/system.devices")
def id_lvm(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot_mounts), inside(facts, parts.disks)
    if not boot.lvm_devices_file:
        answer = guest_passed("There is no /etc/lvm/devices/system.devices.", facts, parts.boot_mounts)
        return unless_incomplete(answer, facts, parts.boot_mounts)
    needed = _needed_on_lvm(boot, disks)
    if not needed:
        answer = guest_passed("system.devices is there, but nothing that a boot needs lies on LVM.", facts, parts.disks)
        return unless_root_unplaced(unless_incomplete(answer, facts, parts.boot_mounts, parts.disks), facts)
    rebuild = "update-initramfs -u" if package_manager(facts) == "apt" else "dracut -f"
    remedy = root_commands("rm /etc/lvm/devices/system.devices", rebuild)
    return guest_failed(
        f"LVM sees only the disks in system.devices; {cut(needed, 40)} lies on LVM; new instances have others.",
        "Remove the file and rebuild the initramfs; then LVM reads every disk.",
        facts,
        parts.boot_mounts,
        parts.disks,
        command=remedy.shown,
        actions=(remedy.action("Remove LVM's list of disks and rebuild the initramfs.", "boot_mounts", "boot"),),
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
