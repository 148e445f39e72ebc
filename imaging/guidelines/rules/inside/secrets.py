"""Chapter *Secrets*: files that a table names, and passwords, login keys, launch scripts and free space."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines import parts, tables
from imaging.guidelines.evidence import fitted, on_names, on_paths, removal, size_bytes, size_kib
from imaging.guidelines.guest_commands import doing
from imaging.guidelines.guest_facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.people import set_up_users
from imaging.guidelines.rule import Answer, Judge
from imaging.guidelines.rules.inside.found_files import judge_files
from imaging.guidelines.wording import counted
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.accounts import Account, Accounts, PasswordState
from models.profile import Profile

_LOCK = ("sudo", "passwd", "-l")
_MANY = ("%", "+", "#", "ALL")
"""How a sudoers line begins that speaks of groups, of numbers, or of everybody."""
_NO_SHELL = ("nologin", "false")
_TAKE_AWAY = "Keep a copy elsewhere if you need it, and remove it before imaging."

_FILES = {
    "SEC-PRIVKEY": "No private key was found in homes, /etc, /opt and /srv.",
    "SEC-OPENSTACK": "No OpenStack credentials were found.",
    "SEC-CLOUD": "No credentials of other clouds were found.",
    "SEC-IRODS": "No iRODS password was found.",
    "SEC-DEV": "No tokens of developer tools were found.",
    "SEC-JUPYTER": "No Jupyter password or token was found.",
    "SEC-GLOBUS": "No Globus key or token was found.",
    "SEC-VNC": "No VNC or Guacamole password was found.",
    "SEC-HISTORY": "No history of commands was found.",
    "SEC-LOGS": "No log with a secret that we know, and no mail was found.",
    "SEC-TLS": "No TLS key of a site was found.",
    "SEC-WALLET": "No browser profile, key ring or GnuPG secret key was found.",
}


def _passwords(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Root's password and empty ones let strangers in: they block; passwords and sudo of people are warned of."""
    accounts = inside(facts, parts.accounts)
    open_doors = [each for each in accounts.accounts if _stands_open(each)]
    if open_doors:
        said = [f"{each.name} ({'has a password' if each.password is PasswordState.SET else 'none'})"
                for each in open_doors]  # fmt: skip
        return guest_failed(
            fitted("Every child would be open by the same password of ", said),
            "Lock these passwords; logging in by key goes on working.",
            facts,
            parts.accounts,
            command=on_names(_LOCK, [each.name for each in open_doors]),
        )
    doors = _doors_of_people(accounts)
    if doors:
        return guest_failed(
            fitted("The same in every child: ", [said for said, _ in doors]),
            "Lock passwords that no child needs, and take sudo without password from people.",
            facts,
            parts.accounts,
            command="\n".join(dict.fromkeys(command for _, command in doors if command)) or None,
            severity=Severity.WARN,
        )
    unread = [each.name for each in accounts.accounts if each.password is PasswordState.UNREAD]
    if unread or accounts.sudo_without_password is None:
        what = fitted("Only root can read the passwords of ", unread) if unread else "Only root can read sudoers."
        return guest_unknown(what, "Look again with `sudo` allowed.")
    passed = guest_passed("No account has a password, and none of people has sudo without one.", facts, parts.accounts)
    return unless_incomplete(passed, facts, parts.accounts)


def _stands_open(account: Account) -> bool:
    """Whether anybody gets in, or root does by a password that all children share."""
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


def _login_keys(facts: InstanceFacts, _profile: Profile) -> Answer:
    files = [each for each in inside(facts, parts.accounts).authorized_keys if each.count]
    if not files:
        passed = guest_passed("No key is there that lets somebody in.", facts, parts.accounts)
        return unless_incomplete(passed, facts, parts.accounts)
    said = [f"{counted(each.count, 'key')} in {each.path}" for each in files]
    return guest_failed(
        fitted("Their owners get into every child: ", said),
        "Empty them last of all: you log in by them. A child gets its launcher's key from cloud-init.",
        facts,
        parts.accounts,
        command=on_paths(["sudo", "truncate", "-s", "0"], [each.path for each in files]),
    )


def _launch_scripts(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    kept = sorted((each for each in cloud_init.user_data if each.size_bytes), key=lambda each: not each.looks_secret)
    if not kept:
        passed = guest_passed("No user data of this or an earlier instance is kept.", facts, parts.cloud_init)
        return unless_incomplete(passed, facts, parts.cloud_init)
    secret = [each for each in kept if each.looks_secret]
    unread = all(each.looks_secret is None for each in kept)
    what = (
        "with what looks like a secret" if secret else "that could not be read" if unread else "without known secrets"
    )
    said = [f"{each.path} ({size_bytes(each.size_bytes)})" for each in secret or kept]
    return guest_failed(
        fitted(f"Will be published, user data {what}: ", said),
        "Remove it; cloud-init fetches a child's own anew.",
        facts,
        parts.cloud_init,
        command=removal([each.path for each in kept]),
        severity=None if secret else Severity.WARN,
    )


def _free_space(facts: InstanceFacts, _profile: Profile) -> Answer:
    root = inside(facts, parts.disks).root
    mounts = inside_or_none(facts, parts.mounts)
    if root is None or root.free_kib is None:
        return guest_unknown("How much of the root file system is free was not told.")
    options = next((each.options for each in mounts.mounts if each.point == "/"), ()) if mounts is not None else ()
    if "discard" in options:
        return guest_passed("Mounted with discard: what is deleted is given back at once.", facts, parts.mounts)
    trim = doing("fstrim -v /")
    return guest_failed(
        f"{size_kib(root.free_kib)} of free space may still hold what was deleted.",
        "Give the free space back right before the instance is stopped.",
        facts,
        parts.disks,
        command=trim.shown,
        actions=(trim.action("Give the free space of / back to the cloud's storage (fstrim).", "disks"),),
    )


JUDGES: Mapping[str, Judge] = {
    **{rule: judge_files(rule, nothing, tables.secrets, _TAKE_AWAY) for rule, nothing in _FILES.items()},
    "SEC-PASSWD": _passwords,
    "SEC-AUTHKEYS": _login_keys,
    "SEC-USERDATA": _launch_scripts,
    "SEC-FREESPACE": _free_space,
}
