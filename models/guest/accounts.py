"""Accounts, and who may log in by what."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class PasswordState(StrEnum):
    """What /etc/shadow holds for an account; the hash itself is never read out of the guest."""

    LOCKED = "locked"
    NONE = "none"
    """An empty password: anybody gets in."""
    SET = "set"
    UNREAD = "unread"


class Account(Frozen):
    """An account of /etc/passwd: root, and those of people."""

    name: CleanText
    uid: int
    gid: int | None = None
    home: CleanText = ""
    shell: CleanText = ""
    password: PasswordState = PasswordState.UNREAD


class Group(Frozen):
    """A group of /etc/group that people are in, or that is theirs."""

    name: CleanText
    gid: int
    members: tuple[CleanText, ...] = ()


class SudoRule(Frozen):
    """A line of sudoers that asks for no password."""

    file: CleanText
    who: CleanText


class AuthorizedKeys(Frozen):
    """A file of keys that let somebody in."""

    path: CleanText
    owner: CleanText = ""
    count: int = 0


class OrphanFiles(Frozen):
    """Files outside /home that belong to an account of a person."""

    uid: int
    owner: CleanText = ""
    count: int = 0
    example: CleanText = ""


class Accounts(Frozen):
    """Who is known here."""

    first_uid: int = 1000
    """UID_MIN of login.defs: accounts of people begin there."""
    accounts: tuple[Account, ...] = ()
    groups: tuple[Group, ...] = ()
    default_user: CleanText = ""
    """The account that cloud-init makes for the image's users (`system_info: default_user: name`)."""
    sudo_without_password: tuple[SudoRule, ...] | None = None
    """None: not readable without root."""
    authorized_keys: tuple[AuthorizedKeys, ...] = ()
    key_comments: tuple[CleanText, ...] = ()
    """What stands behind those keys: `alice@laptop`."""
    orphans: tuple[OrphanFiles, ...] = ()
    autologins: tuple[CleanText, ...] = ()
    """Files that log somebody in without asking."""

    @property
    def people(self) -> tuple[Account, ...]:
        """The accounts of people: those from UID_MIN on, without nobody."""
        return tuple(account for account in self.accounts if self.first_uid <= account.uid < 65534)  # noqa: PLR2004  # nobody
