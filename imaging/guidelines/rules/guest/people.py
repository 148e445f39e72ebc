"""Chapter *System files*: /etc/passwd, /etc/group and /etc/shadow, as far as they tell about people."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted, on_names, shortened
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.guest.people import groups_of_people, people_of, set_up_users
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.formatting import counted
from models.guest.accounts import Accounts, Group, OrphanFiles, PasswordState
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


@rule(
    "SYS-PASSWD",
    Chapter.SYSTEM_FILES,
    "Accounts of users in /etc/passwd",
    Severity.WARN,
    sentences=("S35", "S43"),
    by_hand="awk -F: '$3 >= 1000' /etc/passwd",
)
def sys_passwd(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Whether a new instance would have accounts of people, or files that belong to nobody or to a stranger."""
    known = inside(facts, parts.accounts)
    people = people_of(known)
    orphans = [each for each in known.orphans if not _of_set_up(known, each)]
    if people:
        return guest_failed(
            fitted(
                "Will be in every new instance: ", [f"{each.name} ({each.uid})" for each in people], _files(orphans)
            ),
            "Remove accounts that no new instance needs; give what they own outside /home to root, or remove it.",
            facts,
            parts.accounts,
            command=on_names(["sudo", "userdel"], [each.name for each in people]),
        )
    if orphans:
        said = [f"{each.example} of {each.owner or each.uid}" for each in orphans]
        return guest_failed(
            fitted("Files outside /home would belong to the next user with that number: ", said),
            "Give them to root, or delete them.",
            facts,
            parts.accounts,
            command=shlex.join(["sudo", "find", "/", "-xdev", "-uid", str(orphans[0].uid), "-not", "-path", "/home/*"]),
        )
    users = sorted(each.name for each in known.people)
    nobody = fitted("None but ", users, ", whom the cloud sets up.") if users else "None of people."
    return unless_incomplete(guest_passed(nobody, facts, parts.accounts), facts, parts.accounts)


def _of_set_up(known: Accounts, orphan: OrphanFiles) -> bool:
    usual = set_up_users(known)
    names = {each.name for each in known.accounts if each.uid == orphan.uid} | {orphan.owner}
    return bool(names & usual)


def _files(orphans: list[OrphanFiles]) -> str:
    count = sum(each.count for each in orphans)
    return (
        f", with {counted(count, 'file')} outside /home such as {shortened(orphans[0].example, 40)}." if count else "."
    )


@rule(
    "SYS-GROUP",
    Chapter.SYSTEM_FILES,
    "Groups of users in /etc/group",
    Severity.WARN,
    sentences=("S35", "S37"),
    by_hand="awk -F: '$3 >= 1000' /etc/group",
)
def sys_group(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Whether a new instance would have groups of people, or people in the groups of the system."""
    known = inside(facts, parts.accounts)
    found = groups_of_people(known)
    if not found:
        passed = guest_passed("No group of people, and nobody in the system's.", facts, parts.accounts)
        return unless_incomplete(passed, facts, parts.accounts)
    said = [f"{each.name}" + (f" ({', '.join(each.members[:3])})" if each.members else "") for each in found]
    return guest_failed(
        fitted("Will be in every new instance: ", said),
        "Remove the accounts first (SYS-PASSWD); what is left of groups goes with groupdel.",
        facts,
        parts.accounts,
        command=on_names(["sudo", "groupdel"], _removable(found, known)),
    )


def _removable(found: Sequence[Group], known: Accounts) -> list[str]:
    """The groups that only removed people need: not those of the system, and none with a user who stays."""
    usual = set_up_users(known)
    return [each.name for each in found if each.gid >= known.first_uid and not usual & set(each.members)]


@rule(
    "SYS-SHADOW",
    Chapter.SYSTEM_FILES,
    "Password hashes in /etc/shadow",
    Severity.WARN,
    sentences=("S35", "S45"),
    by_hand="sudo awk -F: 'length($2) > 3 {print $1}' /etc/shadow",
)
def sys_shadow(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Whether anybody's password hash would be published."""
    known = inside(facts, parts.accounts)
    hashed = [each.name for each in known.accounts if each.password is PasswordState.SET]
    if hashed:
        return guest_failed(
            fitted("Will be in the image: the password hashes of ", hashed),
            "Take the hashes out, or delete the accounts. Logging in by key still works.",
            facts,
            parts.accounts,
            command=on_names(["sudo", "usermod", "-p", "*"], hashed),
        )
    unread = [each.name for each in known.accounts if each.password is PasswordState.UNREAD]
    if unread:
        return guest_unknown("Only root can read /etc/shadow.", "Inspect again with `sudo` allowed.")
    passed = guest_passed("Every password is locked.", facts, parts.accounts)
    return unless_incomplete(passed, facts, parts.accounts)
