"""Chapter *System files*: changes that a child would miss, or would not want to have."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines import parts, tables
from imaging.guidelines.evidence import fitted, size_kib
from imaging.guidelines.guest_facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.rule import Answer, Judge
from imaging.guidelines.rules.inside import name_service, people
from imaging.guidelines.rules.inside.found_files import judge_files
from imaging.guidelines.rules.inside.one_system_file import no_lines_in, system_file
from imaging.guidelines.wording import counted
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.files import PackageState
from models.guest.mounts import FstabEntry
from models.profile import Profile

_USUAL_POINTS = frozenset({"/", "/boot", "/boot/efi", "/efi", "none", "swap"})
_MADE_AT_FIRST_BOOT = "comment=cloudconfig"
"""cloud-init's mark on the lines that it writes, and writes anew on a child."""
_SMALL_LOG_KIB = 64


def _fstab(facts: InstanceFacts, _profile: Profile) -> Answer:
    entries = inside(facts, parts.boot_mounts).fstab
    added = [each for each in entries if not _is_usual(each)]
    if not added:
        usual = "It has / and what belongs to it, no other entry." if entries else "It is empty."
        return unless_incomplete(guest_passed(usual, facts, parts.boot_mounts), facts, parts.boot_mounts)
    said = [f"line {each.line} ({each.source} on {each.point})" for each in added]
    return guest_failed(
        fitted("Entries beyond those of the root disk go into every child: ", said),
        "Take out what a child does not have; VOL-FSTAB says which of them keep it from booting.",
        facts,
        parts.boot_mounts,
    )


def _is_usual(entry: FstabEntry) -> bool:
    by_cloud_init = any(option.endswith(_MADE_AT_FIRST_BOOT) for option in entry.options)
    return entry.point in _USUAL_POINTS or entry.fs_type == "swap" or by_cloud_init


_HOSTCONF_DELIVERED = frozenset({"multi on", "order hosts,bind"})
"""What distributions deliver."""


def _host_conf(facts: InstanceFacts, _profile: Profile) -> Answer:
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
        fitted("Beyond what was delivered: ", odd), "Take it back if no child needs it.", facts, parts.system_files
    )


def _hosts_deny(facts: InstanceFacts, _profile: Profile) -> Answer:
    return no_lines_in(facts, "/etc/hosts.deny", "A denial of all locks children out where sshd still heeds it.")


def _hosts_allow(facts: InstanceFacts, _profile: Profile) -> Answer:
    return no_lines_in(facts, "/etc/hosts.allow", "Take out names and addresses that mean nothing to a child.")


def _root(facts: InstanceFacts, _profile: Profile) -> Answer:
    root = inside(facts, parts.directories).at("/root")
    if root is None:
        return guest_unknown("/root was not looked at.", "In the guest:", command="sudo ls -A /root")
    if root.own_files:
        names = [f"{each.name} ({size_kib(each.size_kib)})" for each in root.biggest] or [size_kib(root.size_kib)]
        return guest_failed(
            fitted(f"{counted(root.own_files, 'file')} were put there: ", names),
            "Move what children need to /opt or /usr/local, and delete the rest.",
            facts,
            parts.directories,
            command="sudo ls -lA /root",
        )
    if root.incomplete:
        return guest_unknown(fitted("Not all of it was read: ", [root.incomplete]), command="sudo ls -A /root")
    passed = guest_passed("Nothing but what it came with.", facts, parts.directories)
    return unless_incomplete(passed, facts, parts.directories)


def _logs(facts: InstanceFacts, _profile: Profile) -> Answer:
    logs = inside(facts, parts.directories).at("/var/log")
    if logs is None:
        return guest_unknown("/var/log was not looked at.", "In the guest:", command="sudo du -xsh /var/log")
    if logs.size_kib <= _SMALL_LOG_KIB and not logs.incomplete:
        passed = guest_passed(f"{size_kib(logs.size_kib)}: emptied already.", facts, parts.directories)
        return unless_incomplete(passed, facts, parts.directories)
    least = "at least " if logs.incomplete else ""
    return guest_failed(
        f"Will be published: {least}{size_kib(logs.size_kib)} of logs in {counted(logs.files, 'file')}, with the names"
        " and addresses of who logged in.",
        "Empty them right before the instance is stopped.",
        facts,
        parts.directories,
        command="sudo journalctl --rotate --vacuum-time=1s && sudo find /var/log -type f -exec truncate -s 0 {} +",
        severity=Severity.INFO,
    )


JUDGES: Mapping[str, Judge] = {
    "SYS-FSTAB": _fstab,
    "SYS-GROUP": people.groups,
    "SYS-HOSTSALLOW": _hosts_allow,
    "SYS-HOSTCONF": _host_conf,
    "SYS-HOSTSDENY": _hosts_deny,
    "SYS-HOSTS": name_service.hosts,
    "SYS-LDAP": judge_files(
        "SYS-LDAP",
        "No LDAP set-up was found.",
        tables.secrets,
        "Take the password out; give it to children by their user data.",
    ),
    "SYS-PASSWD": people.accounts,
    "SYS-RESOLV": name_service.resolver,
    "SYS-SHADOW": people.passwords,
    "SYS-ROOT": _root,
    "SYS-VARLOG": _logs,
}
