"""Which packages of rpm miss something that they need, as `rpm -Va --nofiles` would find."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.packages.rpm.rpm_database import Rpm
from imaging.guest.file_probe.packages.rpm.rpm_header import Tag, damaged

_LESS, _GREATER, _EQUAL, _OF_RPM = 2, 4, 8, 1 << 24
"""Flags of a need: the last one is for what rpm itself can do, which its own database does not tell."""
_SIGNS: Final = {"<": _LESS, "<=": _LESS | _EQUAL, "=": _EQUAL, ">=": _GREATER | _EQUAL, ">": _GREATER}
_WORD: Final = re.compile(r"[()]|[^\s()]+(?:\([^\s()]*\)[^\s()]*)*")
_SEGMENT: Final = re.compile(r"[0-9]+|[A-Za-z]+|~|\^", re.ASCII)
_DEEPEST: Final = 20


class NotUnderstoodError(Exception):
    """A need of a form that is not known here: nobody may take what it is about for whole."""


@dataclass(frozen=True)
class Need:
    """A name, and which versions."""

    name: str
    flags: int = 0
    version: str = ""


class RpmSet:
    """The installed packages, and what they provide."""

    def __init__(self, rpms: Iterable[Rpm], tree: Tree) -> None:
        """Take them in.

        Raises:
            DiskUnreadableError: a header is damaged.
        """
        self._tree = tree
        self._needs: list[tuple[str, tuple[Need, ...]]] = []
        self._provided: dict[str, list[Need]] = defaultdict(list)
        self._files: set[str] = set()
        for rpm in rpms:
            tree.check()
            told = f"{rpm.name}-{rpm.version}.{rpm.architecture}"
            needs = _read(rpm, Tag.REQUIRE_NAMES, Tag.REQUIRE_FLAGS, Tag.REQUIRE_VERSIONS)
            self._needs.append((told, tuple(needs)))
            for each in _read(rpm, Tag.PROVIDE_NAMES, Tag.PROVIDE_FLAGS, Tag.PROVIDE_VERSIONS):
                self._provided[each.name].append(each)
            self._files.update(rpm.header.file_names())

    def missing(self) -> Iterator[str]:
        """The packages that miss something, each with its version and architecture.

        Raises:
            NotUnderstoodError: a need is of a form that is not known.
        """
        for told, needs in self._needs:
            self._tree.check()
            if not all(self._has(need) for need in needs):
                yield told

    def _has(self, need: Need) -> bool:
        if need.flags & _OF_RPM or need.name.startswith("rpmlib("):
            return True
        if need.name.startswith("("):
            return _Rich(need.name, self._has_plain).holds()
        return self._has_plain(need)

    def _has_plain(self, need: Need) -> bool:
        if any(_overlap(need, each) for each in self._provided.get(need.name, ())):
            return True
        return need.name.startswith("/") and any(path in self._files for path in self._same_places(need.name))

    def _same_places(self, path: str) -> Iterator[str]:
        """The paths under which a file may be packed: directories such as /bin are links to those in /usr."""
        yield path
        yield f"/usr{path}"
        yield path.removeprefix("/usr")


class _Rich:
    """A need that is put together: `(a if b)`, `(a or (b and c))`."""

    def __init__(self, text: str, has: Callable[[Need], bool]) -> None:
        self._words = _WORD.findall(text)
        self._has = has
        self._at = 0

    def holds(self) -> bool:
        """Whether it is met."""
        met = self._group(0)
        if self._at != len(self._words):
            raise NotUnderstoodError
        return met

    def _group(self, depth: int) -> bool:
        if depth > _DEEPEST:
            raise NotUnderstoodError
        self._expect("(")
        met = self._operand(depth)
        while self._word() != ")":
            met = self._joined(met, self._next(), depth)
        self._expect(")")
        return met

    def _joined(self, met: bool, word: str, depth: int) -> bool:  # what holds so far
        other = self._operand(depth)
        match word:
            case "and" | "with":
                return met and other
            case "or":
                return met or other
            case "if":
                otherwise = self._else(depth)
                return met if other else otherwise
            case "unless":
                otherwise = self._else(depth)
                return otherwise if other else met
            case "without":
                return met and not other
            case _:
                raise NotUnderstoodError

    def _else(self, depth: int) -> bool:
        if self._word() != "else":
            return True
        self._next()
        return self._operand(depth)

    def _operand(self, depth: int) -> bool:
        if self._word() == "(":
            return self._group(depth + 1)
        name = self._next()
        if self._word() not in _SIGNS:
            return self._has(Need(name))
        return self._has(Need(name, _SIGNS[self._next()], self._next()))

    def _word(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _next(self) -> str:
        word = self._word()
        if not word or word in "()":
            raise NotUnderstoodError
        self._at += 1
        return word

    def _expect(self, sign: str) -> None:
        if self._word() != sign:
            raise NotUnderstoodError
        self._at += 1


def _read(rpm: Rpm, names: Tag, flags: Tag, versions: Tag) -> Iterator[Need]:
    told = rpm.header.texts(names)
    signs = rpm.header.numbers(flags) or [0] * len(told)
    numbers = rpm.header.texts(versions) or [""] * len(told)
    if not len(told) == len(signs) == len(numbers):
        raise damaged()
    for name, sign, version in zip(told, signs, numbers, strict=True):
        yield Need(name, sign, version)


def _overlap(need: Need, provided: Need) -> bool:
    """Whether a version of the one is a version of the other."""
    if not need.version or not provided.version:
        return True
    order = compare_versions(provided.version, need.version)
    if order == 0:
        both = need.flags & provided.flags
        return bool(both & (_EQUAL | _LESS | _GREATER))
    first, second = (need, provided) if order > 0 else (provided, need)
    return bool(first.flags & _GREATER or second.flags & _LESS)


def compare_versions(one: str, other: str) -> int:
    """-1, 0 or 1: epochs, then versions, then releases where both have one."""
    first, second = _parts(one), _parts(other)
    for a, b in zip(first, second, strict=True):
        if (a is None or b is None) and a is not b:
            return 0
        order = _compare(a or "", b or "")
        if order:
            return order
    return 0


def _parts(text: str) -> tuple[str, str, str | None]:
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    version, dash, release = rest.partition("-")
    return epoch or "0", version, release if dash else None


def _compare(one: str, other: str) -> int:
    """As rpm compares: segment after segment, `~` before everything, `^` behind the end alone."""
    first, second = _SEGMENT.findall(one), _SEGMENT.findall(other)
    for at in range(max(len(first), len(second))):
        a = first[at] if at < len(first) else ""
        b = second[at] if at < len(second) else ""
        order = _compare_segments(a, b)
        if order:
            return order
    return 0


def _compare_segments(one: str, other: str) -> int:
    if one == other:
        return 0
    ranks = _rank(one), _rank(other)
    if ranks[0] != ranks[1]:
        return 1 if ranks[0] > ranks[1] else -1
    key = (len(one.lstrip("0")), one.lstrip("0")) if one[0].isdigit() else (0, one)
    other_key = (len(other.lstrip("0")), other.lstrip("0")) if other[0].isdigit() else (0, other)
    return (key > other_key) - (key < other_key)


def _rank(segment: str) -> int:
    if not segment:
        return 1
    return {"~": 0, "^": 2}.get(segment[0], 4 if segment[0].isdigit() else 3)
