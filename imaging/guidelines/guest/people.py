"""Whose account is whose: those of people, and those that the cloud's own set-up makes in every instance."""

from __future__ import annotations

from models.guest.accounts import Account, Accounts, Group

_OF_SET_UPS = frozenset({"exouser"})
"""Accounts that a cloud's user interface makes in each new instance (Exosphere's)."""

_GROUPS_OF_SET_UPS = frozenset({
    "adm", "audio", "cdrom", "dialout", "dip", "docker", "floppy", "lxd", "netdev", "plugdev", "sudo",
    "systemd-journal", "users", "video", "wheel",
})  # fmt: skip
"""Groups into which cloud-init puts its default user (cloud-init, config/cloud.cfg.tmpl). It makes those that a system
lacks with the number of a person's group: on Debian's cloud image that is netdev."""


def set_up_users(accounts: Accounts) -> frozenset[str]:
    """The accounts that each new instance has anyway: cloud-init's default user, and those of known set-ups."""
    return _OF_SET_UPS | ({accounts.default_user} if accounts.default_user else frozenset())


def people_of(accounts: Accounts) -> tuple[Account, ...]:
    """The accounts that somebody added."""
    usual = set_up_users(accounts)
    return tuple(each for each in accounts.people if each.name not in usual)


def groups_of_people(accounts: Accounts) -> tuple[Group, ...]:
    """The groups that somebody added, or put somebody into."""
    usual = set_up_users(accounts)
    people = {each.name for each in people_of(accounts)}
    added = [
        each
        for each in accounts.groups
        if accounts.first_uid <= each.gid < 65534  # noqa: PLR2004  # nogroup
        and each.name not in usual
        and not (each.name in _GROUPS_OF_SET_UPS and usual.issuperset(each.members))
    ]
    joined = [each for each in accounts.groups if each not in added and people & set(each.members)]
    return (*added, *joined)
