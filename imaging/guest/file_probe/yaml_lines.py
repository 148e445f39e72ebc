"""Lines of YAML as they may be told: `imaging/guest/probe/yaml.sh` for a disk.

Secrets are masked where their form is known. In another one (a block of text, a mapping, an anchor) the text ends
there, and that is said.
"""

from __future__ import annotations

import re
from typing import Final

_EMPTY: Final = re.compile(r"\A[ \t]*(?:#|\Z)")
_KEY: Final = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z0-9_-]++)[\"']?+[ \t]*+:")
_SECRET: Final = re.compile(
    r"\A(?:(?:password|passwd|psk|passphrase|private(?:-key)?|keys?|token|shared|hashed_passwd|plain_text_passwd)\Z"
    r"|wep[a-z0-9-]*+\Z)"
)
_LONGEST_KEY: Final = 200
"""What is longer is no key of anybody's, and masked to be on the safe side."""
_OPENS_KEYS: Final = frozenset(" \t,{[\"'-")
"""What a key stands behind, beside the beginning of a line."""
_WORD: Final = re.compile(r"[^ \t]")
_QUOTED: Final = re.compile(r"\"[^\"\\]*+\"|'[^']*+'")
_OTHER_FORMS: Final = frozenset("[{|>&*!\"'")
"""Signs with which a value begins that is more than the rest of its line."""
_NOT_IN_FLOW: Final = _OTHER_FORMS | frozenset("]},")
_FLOW_SIGN: Final = re.compile(r"[\[\]{},]")
_BRACKETS: Final = re.compile(r"[{\[]")


class YamlLines:
    """The lines of one text, told one after the other."""

    def __init__(self) -> None:
        self._below = -1
        """What is indented further belongs to a secret; -1 for none."""
        self._depth = 0
        """How many brackets are open."""
        self.is_over = False
        """Whether a secret was met in a form that is not known: no line after it is told."""

    def told(self, line: str) -> str | None:
        """A line without its secrets; None for one that is not told."""
        if self.is_over or _EMPTY.match(line):
            return None
        indent = len(line) - len(line.lstrip(" "))
        if self._below >= 0 and indent > self._below:
            return None
        self._below = -1
        masked = self._masked(line, indent)
        if masked is None:
            self.is_over = True
            return None
        self._depth += sum(masked.count(each) for each in "{[") - sum(masked.count(each) for each in "]}")
        return masked.replace("\t", " ")

    def _masked(self, line: str, indent: int) -> str | None:
        """The line with `***` for secrets; None if one is in a form that is not known."""
        told: list[str] = []
        at = 0
        in_brackets = self._depth != 0
        while (key := _next_secret(line, at)) is not None:
            told.append(f'{line[at : key.end()]} "***"')
            in_brackets = in_brackets or _BRACKETS.search(line, at, key.end()) is not None
            end = _end_of_value(line, key.end(), in_brackets=in_brackets)
            if end is None:
                return None
            if not in_brackets:
                self._below = indent
            at = end
        return "".join([*told, line[at:]])


def _next_secret(line: str, at: int) -> re.Match[str] | None:
    """The next key that stands for a secret, up to its colon."""
    for found in _KEY.finditer(line, at):
        before = line[found.start() - 1 : found.start()] if found.start() > at else ""
        if _is_secret(found[1].lower(), opens=not before or before in _OPENS_KEYS):
            return found
    return None


def _is_secret(word: str, *, opens: bool) -> bool:
    """Whether a word, or what stands in it behind a hyphen, is a key of a secret."""
    if len(word) > _LONGEST_KEY:
        return True
    places = [0] if opens else []
    places += [place + 1 for place, letter in enumerate(word) if letter == "-"]
    return any(_names_secret(word[place:]) for place in places)


def _names_secret(key: str) -> bool:
    if key.endswith("secret") and not any(letter.isdigit() for letter in key):
        return True
    return bool(_SECRET.match(key))


def _end_of_value(line: str, at: int, *, in_brackets: bool) -> int | None:
    """Where the value of a secret ends, which begins here; None if its form is not known."""
    begins = _WORD.search(line, at)
    if begins is None:
        return None
    if not in_brackets and begins[0] not in _OTHER_FORMS:
        return len(line)
    if (quoted := _QUOTED.match(line, begins.start())) is not None:
        return quoted.end()
    sign = _FLOW_SIGN.search(line, begins.end())
    is_in_flow = begins[0] not in _NOT_IN_FLOW and sign is not None and sign[0] in ",}"
    return sign.start() if sign is not None and is_in_flow else None
