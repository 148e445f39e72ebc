"""Root and people, their groups, and the account that cloud-init makes for the owner of a new instance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import People, number
from models.guest.accounts import PasswordState

_DEFAULT_USER: Final = re.compile(r"^ *default_user:")
_NEXT_SETTING: Final = re.compile(r"[^ #]")
_NAME: Final = re.compile(r"^ *name: *[\"']*([A-Za-z0-9._-]*)")
_SHADOWED: Final = "x"
_LEAST_OF_PASSWD, _LEAST_OF_GROUP = 6, 3


def tell_accounts(files: GuestFiles, people: People, rows: PartRows) -> None:
    """Each account with the kind of its password, and the groups that they are in."""
    passwords = _passwords(files, rows)
    names: set[str] = set()
    groups: set[str] = set()
    for fields in people.passwd:
        if len(fields) < _LEAST_OF_PASSWD:
            continue
        name, password, uid, gid, _, home, shell = (field.replace("\t", " ") for field in (*fields, "")[:7])
        value = number(uid)
        if value is None or not (value == 0 or people.is_person(value)):
            continue
        state = passwords.get(name, _without_shadow(passwords)) if password == _SHADOWED else _kind(password)
        rows.row("account", name, uid, gid, state, shell, home)
        names.add(name)
        if value:
            groups.add(gid)
    _tell_groups(files, names, groups, rows)


def tell_default_user(files: GuestFiles, rows: PartRows) -> None:
    """The last one that the settings name."""
    last = None
    for name in _default_users(files):
        last = name
    if last is not None:
        rows.row("default_user", last)


def _passwords(files: GuestFiles, rows: PartRows) -> Mapping[str, str]:
    """The kind of each password by the account; empty where nothing tells."""
    text = files.text("/etc/shadow")
    if text is None:
        rows.incomplete("nothing tells which passwords are set")
    fields = (line.split(":", 2) for line in (text or "").split("\n") if line)
    return {name: _kind(rest[0] if rest else "") for name, *rest in fields}


def _without_shadow(passwords: Mapping[str, str]) -> str:
    return PasswordState.LOCKED if passwords else PasswordState.UNREAD


def _kind(password: str) -> str:
    if not password:
        return PasswordState.NONE
    return PasswordState.LOCKED if password[0] in "!*" else PasswordState.SET


def _tell_groups(files: GuestFiles, names: set[str], gids: set[str], rows: PartRows) -> None:
    for line in files.lines("/etc/group"):
        fields = line.replace("\t", " ").split(":")
        if len(fields) < _LEAST_OF_GROUP:
            continue
        members = fields[3] if len(fields) > _LEAST_OF_GROUP else ""
        if fields[2] in gids or not names.isdisjoint(members.split(",")):
            rows.row("group", fields[0], fields[2], members)


def _default_users(files: GuestFiles) -> Iterator[str]:
    yield from _names_below_default_user(files.lines("/etc/cloud/cloud.cfg"))
    for found in files.files("/etc/cloud/cloud.cfg.d/*.cfg"):
        yield from _names_below_default_user(files.lines_of(found))


def _names_below_default_user(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        begins = not inside and _DEFAULT_USER.match(line) is not None
        if (inside or begins) and (name := _NAME.match(line)):
            yield name[1]
        inside = begins or (inside and _NEXT_SETTING.match(line) is None)
