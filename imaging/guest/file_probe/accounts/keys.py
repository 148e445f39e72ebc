"""How many keys in which files let somebody in, and what stands behind them: whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import People

_MOST_COMMENTS: Final = 40
"""Of one file."""
_KEY: Final = re.compile(r"^[ \t\v\f\r]*[^# \t\v\f\r]")
_COMMENT: Final = re.compile(r"^.*[ \t\v\f\r]AAAA[^ \t\v\f\r]*[ \t\v\f\r]+(.*)", re.DOTALL)


def tell_keys(files: GuestFiles, people: People, rows: PartRows) -> None:
    """Those of the homes, and those that the machine itself keeps for its accounts."""
    names = people.names()
    for path in _places(files, people):
        file, itself = files.find(path), files.find_itself(path)
        if file is not None and file.is_file and itself is not None:
            owner = str(itself.node.uid)
            _tell_file(path, files.text_of(file) or "", names.get(owner, owner), rows)


def _places(files: GuestFiles, people: People) -> Iterator[str]:
    for home in people.homes:
        files.tree.check()
        yield f"{home}/.ssh/authorized_keys"
        yield f"{home}/.ssh/authorized_keys2"
    for found in files.matching("/etc/ssh/authorized_keys.d/*", "/etc/ssh/authorized_keys/*"):
        yield found.path


def _tell_file(path: str, text: str, owner: str, rows: PartRows) -> None:
    keys = [line for line in text.split("\n") if _KEY.match(line)]
    rows.row("keys", owner, len(keys), path)
    comments = [found[1] for line in keys if (found := _COMMENT.match(line))]
    for comment in comments[:_MOST_COMMENTS]:
        rows.row("key-comment", comment.replace("\t", " "))
