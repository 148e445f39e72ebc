"""The files of sshd as it reads them itself: what is included stands where its Include does, and ends its own Match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.included_files import IncludedFiles
from imaging.guest.file_probe.part_rows import PartRows

SSHD_CONFIG: Final = "/etc/ssh/sshd_config"
_DEEPEST: Final = 16
"""Files within files; sshd refuses more."""
_SETTING: Final = re.compile(r"\A[ \t]*([A-Za-z0-9]+)(?:[ \t]*=[ \t]*|[ \t]+)(.*)")
_WORD: Final = re.compile(r"(?:[^ \t\r\"']|\"[^\"]*\"|'[^']*')+")
_QUOTES: Final = str.maketrans("", "", "\"'")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line that says something."""

    key: str
    """In small letters."""
    words: tuple[str, ...]
    """What it is set to, without quotes and comments."""
    is_for_all: bool
    """Whether it stands outside of Match blocks, which count for some users or hosts alone."""


class SshdFiles:
    """All settings, in the order in which sshd reads them."""

    def __init__(self, files: GuestFiles, rows: PartRows) -> None:
        """Read them from the files of a disk."""
        self._files = files
        self._included = IncludedFiles(files, rows, SSHD_CONFIG)

    def settings(self) -> Iterator[Setting]:
        """Those of its own file and of all that it takes in."""
        return self._of_file(SSHD_CONFIG, is_for_all=True, depth=0)

    def _of_file(self, path: str, *, is_for_all: bool, depth: int) -> Iterator[Setting]:
        applies = is_for_all
        for line in self._files.lines(path):
            setting = _SETTING.match(line)
            if setting is None or not (words := _words(setting[2])):
                continue
            key = setting[1].lower()
            if key == "match":
                applies = is_for_all and words[0].lower() == "all"
            elif key == "include":
                for found in self._taken_in(words, depth):
                    yield from self._of_file(found.path, is_for_all=applies, depth=depth + 1)
            else:
                yield Setting(key, words, applies)

    def _taken_in(self, patterns: tuple[str, ...], depth: int) -> Iterator[Found]:
        if depth >= _DEEPEST:
            self._included.refuse()
            return
        for pattern in patterns:
            yield from self._included.take(pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}")


def _words(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for word in _WORD.findall(text):
        if word.startswith("#"):
            break
        words.append(word.translate(_QUOTES))
    return tuple(words)
