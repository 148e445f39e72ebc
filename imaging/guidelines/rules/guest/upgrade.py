"""Chapter *Upgrade*: pending updates, how old their list is, reboots, and a broken package database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted, shortened
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import RootCommands, package_manager, root_commands
from imaging.guidelines.guest.facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from models.findings import Severity
from models.formatting import counted, minute
from models.guest.facts import InspectionMethod
from models.guest.packages import PendingUpdate, Updates
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import RemedyAction
from models.text import cut

_FRESH = timedelta(days=1)
_TOUCHED = ("packages", "updates", "boot", "directories")
_KEEP = "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
"""Changed settings are kept without asking: nobody is there to answer."""

_BY_HAND = {
    "apt": root_commands("apt-get update", "apt-get upgrade"),
    "dnf": root_commands("dnf upgrade"),
    "yum": root_commands("yum update"),
    "zypper": root_commands("zypper update"),
}
_UNASKED = {
    "apt": root_commands("apt-get update", f"DEBIAN_FRONTEND=noninteractive apt-get -y {_KEEP} upgrade"),
    "dnf": root_commands("dnf -y upgrade"),
    "yum": root_commands("yum -y update"),
    "zypper": root_commands("zypper --non-interactive update"),
}
_REFRESH = {
    "apt": root_commands("apt-get update"),
    "dnf": root_commands("dnf -y makecache"),
    "yum": root_commands("yum -y makecache"),
    "zypper": root_commands("zypper --non-interactive refresh"),
}
_REPAIR_APT = root_commands(
    "DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a",
    f"DEBIAN_FRONTEND=noninteractive apt-get -y {_KEEP} -f install",
)


_REBOOT_TOOLS = {
    "apt": ("update-notifier-common", "ls -l /run/reboot-required"),
    "dnf": ("dnf-utils", "needs-restarting -r"),
    "yum": ("yum-utils", "needs-restarting -r"),
    "zypper": ("zypper", "zypper needs-rebooting"),
}
"""Which package brings the tool that says so, and how it is asked."""


@rule(
    "UPD-PENDING",
    Chapter.UPGRADE,
    "Pending updates",
    Severity.WARN,
    sentences=("S22", "S23", "S24"),
    by_hand="apt-get -s -o Debug::NoLocking=1 upgrade | grep ^Inst || dnf -C -q check-update",
)
def upd_pending(facts: InstanceFacts, _profile: Profile) -> Answer:
    updates = inside(facts, parts.updates)
    if updates.pending is None:
        words, command = _to_refresh(facts)
        return guest_unknown(_sentence("It could not say", updates.pending_unknown_because), words, command=command)
    if updates.pending:
        by_hand, action = _upgrade(facts)
        return guest_failed(
            _named(updates.pending),
            "Upgrade, then reboot if that is asked for, then probe again.",
            facts,
            parts.updates,
            command=by_hand,
            actions=action,
        )
    if not _is_fresh(updates, facts):
        listed = f"the list is of {minute(updates.lists_at)}" if updates.lists_at else "there is no list of updates"
        words, command = _to_refresh(facts)
        return guest_unknown(f"None, but {listed}: too old to tell.", words, command=command)
    passed = guest_passed(f"None, by a list of {_time(updates)}.", facts, parts.updates)
    return unless_incomplete(passed, facts, parts.updates)


def _named(pending: tuple[PendingUpdate, ...]) -> str:
    """How many, how many of them for security, and the first names; those come first."""
    first = sorted(pending, key=lambda each: not each.security)
    security = sum(each.security for each in pending)
    about = f", {security} for security" if security else ""
    return fitted(f"{counted(len(pending), 'update')}{about}: ", [each.name for each in first])


def _upgrade(facts: InstanceFacts) -> tuple[str | None, tuple[RemedyAction, ...]]:
    """The command as the page has it, and what the console would run."""
    manager = package_manager(facts)
    if manager not in _BY_HAND:
        return None, ()
    return _BY_HAND[manager].shown, (_UNASKED[manager].action("Install all pending updates.", *_TOUCHED),)


@rule(
    "UPD-STALE",
    Chapter.UPGRADE,
    "Age of the list of updates",
    Severity.WARN,
    sentences=("S24",),
    by_hand="ls -lt /var/lib/apt/lists /var/cache/dnf | head",
)
def upd_stale(facts: InstanceFacts, _profile: Profile) -> Answer:
    updates = inside(facts, parts.updates)
    manager = package_manager(facts)
    if _is_fresh(updates, facts):
        passed = guest_passed(f"The list is of {_time(updates)}.", facts, parts.updates)
        return unless_incomplete(passed, facts, parts.updates)
    refresh = _REFRESH.get(manager)
    said = f"The list is of {_time(updates)}" if updates.lists_at else "There is no list of updates"
    return guest_failed(
        f"{said}: newer updates are not known.",
        "Fetch the list again; that changes nothing else.",
        facts,
        parts.updates,
        command=refresh.shown if refresh else None,
        actions=(refresh.action("Fetch the list of updates again.", "updates", "directories"),) if refresh else (),
    )


def _is_fresh(updates: Updates, facts: InstanceFacts) -> bool:
    return updates.lists_at is not None and facts.now - updates.lists_at <= _FRESH


def _to_refresh(facts: InstanceFacts) -> tuple[str, str | None]:
    refresh = _REFRESH.get(package_manager(facts))
    return "Fetch the list again, then probe again.", refresh.shown if refresh else None


@rule(
    "UPD-REBOOT",
    Chapter.UPGRADE,
    "Reboot after updates",
    Severity.WARN,
    sentences=("S22",),
    by_hand="cat /run/reboot-required.pkgs || needs-restarting -r",
)
def upd_reboot(facts: InstanceFacts, _profile: Profile) -> Answer:
    updates = inside(facts, parts.updates)
    guest = facts.guest.value
    if guest is not None and guest.method is InspectionMethod.DEEP_CHECK:
        return guest_unknown(f"Unknown, {NEEDS_SSH}: the test instance has just booted.")
    if guest is not None and guest.method is InspectionMethod.IMAGE_FILE:
        return not_applicable("Every instance of this disk boots with what is on it.")
    if updates.reboot_required:
        return _wants_reboot(fitted("Reboot required: ", updates.reboot_packages or ("no package is named",)), facts)
    system = inside_or_none(facts, parts.system)
    kernel = system.kernel if system is not None else ""
    if kernel and updates.newest_kernel and kernel != updates.newest_kernel:
        return _wants_reboot(f"Kernel {_short(kernel)} runs, {_short(updates.newest_kernel)} is installed.", facts)
    if updates.reboot_required is None:
        tool, command = _REBOOT_TOOLS.get(package_manager(facts), _REBOOT_TOOLS["dnf"])
        said = "The system does not say whether a reboot is required."
        return guest_unknown(said, f"Its own tool may be missing ({tool}):", command=command)
    return guest_passed("No reboot is asked for.", facts, parts.updates)


def _wants_reboot(evidence: str, facts: InstanceFacts) -> Answer:
    """No action: a reboot ends the connection, and users may be at work."""
    return guest_failed(
        evidence, "Reboot it, then probe again.", facts, parts.updates, parts.system, command="sudo systemctl reboot"
    )


@rule(
    "UPD-HEALTH",
    Chapter.UPGRADE,
    "State of the package database",
    Severity.BLOCK,
    by_hand="dpkg --audit && apt-get check || dnf check",
)
def upd_health(facts: InstanceFacts, _profile: Profile) -> Answer:
    problems = inside(facts, parts.updates).problems
    manager = package_manager(facts)
    if problems is None:
        return guest_unknown("The package database could not be asked.")
    if not problems:
        passed = guest_passed("The package manager finds nothing wrong.", facts, parts.updates)
        return unless_incomplete(passed, facts, parts.updates)
    repair = _REPAIR_APT if manager == "apt" else None
    return guest_failed(
        fitted("It complains: ", problems),
        "Let the package manager finish what was interrupted.",
        facts,
        parts.updates,
        command=_repair_by_hand(manager),
        actions=(repair.action("Finish interrupted installations.", *_TOUCHED),) if repair else (),
    )


def _repair_by_hand(manager: str) -> str | None:
    by_manager: Mapping[str, RootCommands] = {
        "apt": root_commands("dpkg --configure -a", "apt-get -f install"),
        "dnf": root_commands("dnf check", "rpm --rebuilddb"),
        "yum": root_commands("yum check", "rpm --rebuilddb"),
        "zypper": root_commands("zypper verify"),
    }
    remedy = by_manager.get(manager)
    return remedy.shown if remedy else None


def _time(updates: Updates) -> str:
    return minute(updates.lists_at) if updates.lists_at else "?"


def _short(version: str) -> str:
    return shortened(version, 40)


def _sentence(said: str, reason: str) -> str:
    return f"{said}: {cut(reason, 110).rstrip('. ')}." if reason else f"{said}."
