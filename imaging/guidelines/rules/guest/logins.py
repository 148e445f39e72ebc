"""Chapter *Secrets*: passwords and login keys that would be the same in every new instance."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted, on_names, on_paths
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    unless_incomplete,
)
from imaging.guidelines.guest.people import set_up_users
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.formatting import counted
from models.guest.accounts import Account, Accounts, PasswordState
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_LOCK = ("sudo", "passwd", "-l")
_MANY = ("%", "+", "#", "ALL")
"""How a sudoers line begins that speaks of groups, of numbers, or of everybody."""
_NO_SHELL = ("nologin", "false")


@rule(
    "SEC-PASSWD",
    Chapter.SECRETS,
    "Passwords, and sudo without a password",
    Severity.BLOCK,
    by_hand="sudo awk -F: '$2 == \"\" || length($2) > 3 {print $1}' /etc/shadow; sudo grep -rs NOPASSWD /etc/sudoers.d",
)
def sec_passwd(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Root's password and empty ones let strangers in: they block; passwords and sudo of people are warned of."""
    accounts = inside(facts, parts.accounts)
    open_doors = [each for each in accounts.accounts if _stands_open(each)]
    if open_doors:
        said = [f"{each.name} ({'has a password' if each.password is PasswordState.SET else 'none'})"
                for each in open_doors]  # fmt: skip
        return guest_failed(
            fitted("Every new instance would be open to the same password of ", said),
            "Lock these passwords; logging in by key still works.",
            facts,
            parts.accounts,
            command=on_names(_LOCK, [each.name for each in open_doors]),
        )
    doors = _doors_of_people(accounts)
    if doors:
        return guest_failed(
            fitted("The same in every new instance: ", [said for said, _ in doors]),
            "Lock passwords that no new instance needs, and let people use sudo only with a password.",
            facts,
            parts.accounts,
            command="\n".join(dict.fromkeys(command for _, command in doors if command)) or None,
            severity=Severity.WARN,
        )
    unread = [each.name for each in accounts.accounts if each.password is PasswordState.UNREAD]
    if unread or accounts.sudo_without_password is None:
        what = fitted("Only root can read the passwords of ", unread) if unread else "Only root can read sudoers."
        return guest_unknown(what, "Inspect again with `sudo` allowed.")
    passed = guest_passed("No account has a password, and none of people has sudo without one.", facts, parts.accounts)
    return unless_incomplete(passed, facts, parts.accounts)


def _stands_open(account: Account) -> bool:
    """Whether anybody gets in, or root does by a password that all new instances share."""
    if account.password is PasswordState.NONE:
        return not account.shell.endswith(_NO_SHELL)
    return account.uid == 0 and account.password is PasswordState.SET


def _doors_of_people(accounts: Accounts) -> list[tuple[str, str | None]]:
    """Passwords of people, and their sudo without one: what it is, and what shuts it.

    That the user whom cloud-init sets up may do everything is how cloud images work, and the accounts of services have
    rules of their own.
    """
    usual = {*set_up_users(accounts), "root", "%sudo", "%wheel", "%admin"}
    doors: list[tuple[str, str | None]] = [
        (f"the password of {each.name}", on_names(_LOCK, [each.name]))
        for each in accounts.people
        if each.password is PasswordState.SET
    ]
    people = {each.name for each in accounts.people}
    rules = [
        each
        for each in accounts.sudo_without_password or ()
        if each.who not in usual and (each.who in people or each.who.startswith(_MANY))
    ]
    doors += [
        (f"sudo of {rule.who} ({rule.file})", on_paths(["sudo", "visudo", "-f"], [rule.file], end=())) for rule in rules
    ]
    return doors


@rule(
    "SEC-AUTHKEYS",
    Chapter.SECRETS,
    "Authorized SSH keys",
    Severity.WARN,
    by_hand="sudo wc -l /home/*/.ssh/authorized_keys /root/.ssh/authorized_keys",
)
def sec_authkeys(facts: InstanceFacts, _profile: Profile) -> Answer:
    files = [each for each in inside(facts, parts.accounts).authorized_keys if each.count]
    if not files:
        passed = guest_passed("No key is there that lets somebody in.", facts, parts.accounts)
        return unless_incomplete(passed, facts, parts.accounts)
    said = [f"{counted(each.count, 'key')} in {each.path}" for each in files]
    return guest_failed(
        fitted("Holders of these keys can log in to every instance launched from the image: ", said),
        "Empty them last of all: you log in by them. A new instance gets its user's key from cloud-init.",
        facts,
        parts.accounts,
        command=on_paths(["sudo", "truncate", "-s", "0"], [each.path for each in files]),
    )
