"""Who needs no password, by the rules of sudoers that say so."""

from __future__ import annotations

import re
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from models.errors import DiskUnreadableError

_WHO: Final = re.compile(r'"[^"]*"|[^ \t]+')


def tell_sudo(files: GuestFiles, rows: PartRows) -> None:
    """One for each rule; a file that sudo does not read is left out. That all were read is told only where it is so."""
    if not files.exists("/etc/sudoers"):
        rows.row("sudo_read")
        return
    unread: list[str] = []
    for found in (files.find("/etc/sudoers"), *_added(files, unread)):
        text = files.text_of(found) if found is not None else None
        if found is None or text is None:
            unread.append("/etc/sudoers")
            continue
        for who in _without_password(text):
            rows.row("sudo", who, found.path)
    if not unread:
        rows.row("sudo_read")


def _added(files: GuestFiles, unread: list[str]) -> list[Found]:
    """The files that sudo reads beside its first one."""
    listed: list[Found] = []
    try:
        listed = files.tree.glob("/etc/sudoers.d/*", unreadable=unread.append)
    except DiskUnreadableError:
        unread.append("/etc/sudoers.d")
    for path in unread:
        files.unreadable(path)
    read = (files.find(each.path) for each in listed if "." not in each.name and not each.name.endswith("~"))
    return [each for each in read if each is not None and each.is_file]


def _without_password(text: str) -> list[str]:
    lines = (line.lstrip(" \t") for line in text.replace("\\\n", "").split("\n"))
    return [who for line in lines if _needs_none(line) and not (who := _who(line)).endswith("_Alias")]


def _needs_none(line: str) -> bool:
    is_said = "NOPASSWD" in line or (line.startswith("Defaults") and "!authenticate" in line)
    return is_said and not line.startswith("#")


def _who(line: str) -> str:
    found = _WHO.match(line)
    return found[0].replace("\t", " ") if found else ""
