"""Reads who may log in."""

from __future__ import annotations

from imaging.guest.report.rows import Rows, whole
from models.guest.accounts import Account, Accounts, AuthorizedKeys, Group, OrphanFiles, PasswordState, SudoRule


def read_accounts(rows: Rows) -> Accounts:
    """Root and the people, their groups, and what lets them in."""
    first = next(iter(rows.read("first_uid", whole, fields=1)), None)
    return Accounts(
        first_uid=1000 if first is None else first,
        accounts=rows.read("account", _account, fields=6),
        groups=rows.read("group", _group, fields=3),
        default_user=rows.text("default_user"),
        sudo_without_password=rows.read("sudo", _sudo, fields=2) if rows.has("sudo_read") else None,
        authorized_keys=rows.read("keys", _keys, fields=3),
        key_comments=tuple(dict.fromkeys(rows.texts("key-comment"))),
        orphans=rows.read("orphans", _orphans, fields=4),
        autologins=rows.texts("autologin"),
    )


def _account(  # noqa: PLR0917  # the fields of a row
    name: str, uid: str, gid: str, password: str, shell: str, home: str
) -> Account:
    return Account(
        name=name, uid=_number(uid), gid=whole(gid), home=home, shell=shell, password=PasswordState(password)
    )


def _group(name: str, gid: str, members: str) -> Group:
    return Group(name=name, gid=_number(gid), members=tuple(member for member in members.split(",") if member))


def _sudo(who: str, file: str) -> SudoRule:
    return SudoRule(file=file, who=who)


def _keys(owner: str, count: str, path: str) -> AuthorizedKeys:
    return AuthorizedKeys(path=path, owner=owner, count=_number(count))


def _orphans(uid: str, owner: str, count: str, example: str) -> OrphanFiles:
    return OrphanFiles(uid=_number(uid), owner="" if owner == "-" else owner, count=_number(count), example=example)


def _number(text: str) -> int:
    number = whole(text)
    if number is None:
        raise ValueError("a number is missing")
    return number
