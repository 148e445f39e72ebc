"""Chapter *System files*: changes that a new instance would miss, or would not want to have."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.found_files import file_rule
from imaging.guidelines.rules.guest.one_system_file import no_lines_in, system_file
from models.findings import Severity
from models.formatting import counted, size_kib
from models.guest.files import PackageState
from models.guest.mounts import FstabEntry
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_USUAL_POINTS = frozenset({"/", "/boot", "/boot/efi", "/efi", "none", "swap"})
_MADE_AT_FIRST_BOOT = "comment=cloudconfig"
"""cloud-init's mark on the lines that it writes, and writes again on a new instance."""
_SMALL_LOG_KIB = 64


@rule(
    "SYS-FSTAB",
    Chapter.SYSTEM_FILES,
    "Added entries in /etc/fstab",
    Severity.WARN,
    sentences=("S35", "S36"),
    by_hand="cat /etc/fstab",
)
def sys_fstab(facts: InstanceFacts, _profile: Profile) -> Answer:
    entries = inside(facts, parts.boot_mounts).fstab
    added = [each for each in entries if not _is_usual(each)]
    if not added:
        usual = "It has / and what belongs to it, no other entry." if entries else "It is empty."
        return unless_incomplete(guest_passed(usual, facts, parts.boot_mounts), facts, parts.boot_mounts)
    said = [f"line {each.line} ({each.source} on {each.point})" for each in added]
    return guest_failed(
        fitted("Entries beyond those of the root disk go into every new instance: ", said),
        "Take out what a new instance does not have; VOL-FSTAB says which of them keep it from booting.",
        facts,
        parts.boot_mounts,
    )


def _is_usual(entry: FstabEntry) -> bool:
    by_cloud_init = any(option.endswith(_MADE_AT_FIRST_BOOT) for option in entry.options)
    return entry.point in _USUAL_POINTS or entry.fs_type == "swap" or by_cloud_init


_HOSTCONF_DELIVERED = frozenset({"multi on", "order hosts,bind"})
"""What distributions deliver."""


@rule(
    "SYS-HOSTCONF",
    Chapter.SYSTEM_FILES,
    "Changes to /etc/host.conf",
    Severity.INFO,
    sentences=("S35", "S39"),
    by_hand="cat /etc/host.conf",
)
def sys_hostconf(facts: InstanceFacts, _profile: Profile) -> Answer:
    file = system_file(facts, "/etc/host.conf")
    if not file.there:
        return guest_passed("There is none.", facts, parts.system_files)
    if file.package_state is PackageState.UNCHANGED:
        return guest_passed("As its package delivered it.", facts, parts.system_files)
    odd = [line for line in file.lines if " ".join(line.split()) not in _HOSTCONF_DELIVERED]
    if not file.readable:
        return guest_unknown("It could not be read.", "In the guest:", command="sudo cat /etc/host.conf")
    if not odd:
        return guest_passed("It says what every system's does.", facts, parts.system_files)
    return guest_failed(
        fitted("Beyond what was delivered: ", odd),
        "Take it back if no new instance needs it.",
        facts,
        parts.system_files,
    )


@rule(
    "SYS-HOSTSDENY",
    Chapter.SYSTEM_FILES,
    "Entries in /etc/hosts.deny (the page: host.deny)",
    Severity.WARN,
    sentences=("S35", "S40"),
    by_hand="grep -v '^#' /etc/hosts.deny",
)
def sys_hostsdeny(facts: InstanceFacts, _profile: Profile) -> Answer:
    return no_lines_in(
        facts,
        "/etc/hosts.deny",
        "Take out what new instances do not need: a denial of all shuts everybody out where sshd follows it.",
    )


@rule(
    "SYS-HOSTSALLOW",
    Chapter.SYSTEM_FILES,
    "Entries in /etc/hosts.allow (the page: host.allow)",
    Severity.WARN,
    sentences=("S35", "S38"),
    by_hand="grep -v '^#' /etc/hosts.allow",
)
def sys_hostsallow(facts: InstanceFacts, _profile: Profile) -> Answer:
    return no_lines_in(facts, "/etc/hosts.allow", "Take out names and addresses that mean nothing to a new instance.")


@rule(
    "SYS-ROOT",
    Chapter.SYSTEM_FILES,
    "Added files in /root",
    Severity.WARN,
    sentences=("S35", "S48"),
    by_hand="sudo ls -A /root",
)
def sys_root(facts: InstanceFacts, _profile: Profile) -> Answer:
    root = inside(facts, parts.directories).at("/root")
    if root is None:
        return guest_unknown("/root was not read.", "In the guest:", command="sudo ls -A /root")
    if root.own_files:
        biggest = [f"{each.name} ({size_kib(each.size_kib)})" for each in root.biggest]
        added = f"{counted(root.own_files, 'file')} added. "
        # The biggest are told with what the system itself put there: it is not counted, and not told apart.
        where = (
            fitted(f"{added}Biggest in /root: ", biggest) if biggest else f"{added}In all: {size_kib(root.size_kib)}."
        )
        return guest_failed(
            where,
            "Move what new instances need to /opt or /usr/local, and delete the rest.",
            facts,
            parts.directories,
            command="sudo ls -lA /root",
        )
    if root.incomplete:
        return guest_unknown(fitted("Not all of it was read: ", [root.incomplete]), command="sudo ls -A /root")
    passed = guest_passed("Nothing but what it came with.", facts, parts.directories)
    return unless_incomplete(passed, facts, parts.directories)


@rule(
    "SYS-VARLOG",
    Chapter.SYSTEM_FILES,
    "Logs in /var/log",
    Severity.INFO,
    sentences=("S35", "S49"),
    by_hand="sudo du -xsh /var/log",
)
def sys_varlog(facts: InstanceFacts, _profile: Profile) -> Answer:
    logs = inside(facts, parts.directories).at("/var/log")
    if logs is None:
        return guest_unknown("/var/log was not read.", "In the guest:", command="sudo du -xsh /var/log")
    if logs.size_kib <= _SMALL_LOG_KIB and not logs.incomplete:
        passed = guest_passed(f"{size_kib(logs.size_kib)}: emptied already.", facts, parts.directories)
        return unless_incomplete(passed, facts, parts.directories)
    least = "at least " if logs.incomplete else ""
    return guest_failed(
        f"Will be in the image: {least}{size_kib(logs.size_kib)} of logs in {counted(logs.files, 'file')}, with names"
        " and addresses of users.",
        "Empty them right before the instance is stopped.",
        facts,
        parts.directories,
        command="sudo journalctl --rotate --vacuum-time=1s && sudo find /var/log -type f -exec truncate -s 0 {} +",
        severity=Severity.INFO,
    )


sys_ldap = file_rule(
    "SYS-LDAP",
    Chapter.SYSTEM_FILES,
    "LDAP configuration",
    Severity.BLOCK,
    sentences=("S35", "S42"),
    by_hand="sudo ls -l /etc/ldap.conf /etc/ldap /etc/openldap /etc/sssd/sssd.conf /etc/nslcd.conf",
    nothing="No LDAP set-up was found.",
    remedy="Take the password out; give it to new instances by user data.",
)
