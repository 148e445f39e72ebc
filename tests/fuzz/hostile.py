"""What strangers may send: hostile texts, numbers, depths and sizes, and ways to put them into something good."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from tests.support import hostile_values

DEEP = 3_000
"""Levels of nesting, which is more than Python's recursion takes."""
_DEEPEST_PLACE = 8

TEXTS = (
    *hostile_values.TEXTS,
    *hostile_values.MOMENTS,
    *("\t\n\r", "-", "--", "..", "../../etc/passwd", "/", "~root", "~", "a/../b", "-rf", "--help", "%", "%s%n%x"),
    *("$(touch /tmp/pwned)", "`id`", "; id", "| id", "{0.__class__}", "%(x)s", "${HOME}", "\\", '"', "'", "''"),
    *("<b>", "&#x1b;", "[@click=app.quit]x[/]", "[", "]", "[[", "\x1b]0;t\x07", "\x1b]8;;", "\x1bP", "\x9b2J", "\x1b"),
    *("\x1b\x1b[m[2J", "\u061c", "\u180e", "\u00ad", "\U000e0041\U000e007f", "\udfff\ud800", "\ufeff", "\ufffe"),
    *("\u2028", "z" + "\u0301" * 300, "\u115f\u3164", "\u200d", "汉" * 300, "①", "İ", "ß", "ﬁ", "None", "24:00"),
    *("2001:db8::1%$(id)", "2001:db8::1%,*", "127.0.0.1", "0x7f.1", "::ffff:127.0.0.1", "1.2.3.4\n", "*", "!", "a,b"),
    *("|1|a|b", "-----BEGIN SSH HOST KEY KEYS-----", "-----BEGIN OPENSSH PRIVATE KEY-----"),
    *("@@imaging-probe-begin abc", "imaging.claim.0", "a" * 256, "a" * 70_000, "\n" * 5_000, "a " * 20_000),
    *("\x1b]" * 5_000, "<h1>" * 5_000, "((" * 5_000, "\ufffd" * 9_000),
)
NUMBERS = (*hostile_values.NUMBERS, 2**32, 2**53 + 1, -(2**63), 10**18, 0.5, 1e-300, hostile_values.NOT_A_NUMBER)


def deep(levels: int = DEEP) -> Any:
    """Lists in mappings in lists."""
    built: Any = None
    for level in range(levels):
        built = [built] if level % 2 else {"message": built}
    return built


def values() -> tuple[Any, ...]:
    """Every hostile value of JSON."""
    odd: tuple[Any, ...] = (
        None,
        True,
        False,
        [],
        {},
        [[]],
        [None],
        [{}],
        {"": None},
        {"id": {}},
        [1, "a", None],
        {"a": [{"b": 1}]},
        deep(),
    )
    return (*TEXTS, *NUMBERS, *odd)


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside of a document, the document first, down to a depth that good ones have."""
    yield before
    if len(before) > _DEEPEST_PLACE:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*before, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*before, number))


def with_value(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The document with another value in one place."""
    if not place:
        return value
    changed = copy.copy(document)
    changed[place[0]] = with_value(document[place[0]], place[1:], value)
    return changed


class Spoiler:
    """Spoils good inputs, the same way each time for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._values = values()

    def document(self, good: Any) -> Any:
        """A JSON document with one to three values replaced, left out, doubled, or under another name."""
        spoilt = good
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            place = self._random.choice(list(places(spoilt)))
            spoilt = self._spoilt_at(spoilt, place)
        return spoilt

    def text(self, good: str) -> str:
        """A text with pieces put in, cut out, doubled, swapped or made endless."""
        spoilt = good
        for _ in range(self._random.choice((1, 1, 2, 4))):
            start = self._random.randint(0, len(spoilt))
            end = min(len(spoilt), start + self._random.choice((0, 1, 8, 200)))
            spoilt = spoilt[:start] + self._piece(spoilt[start:end]) + spoilt[end:]
        return spoilt

    def data(self, good: bytes) -> bytes:
        """Bytes, spoilt as a text and with bytes that are not UTF-8."""
        spoilt = bytearray(self.text(good.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass"))
        for _ in range(self._random.choice((0, 0, 1, 5))):
            if spoilt:
                spoilt[self._random.randrange(len(spoilt))] = self._random.randrange(256)
        return bytes(spoilt)

    def _piece(self, old: str) -> str:
        kind = self._random.randrange(6)
        if kind == 0:
            return ""
        if kind == 1:
            return old * self._random.choice((2, 3, 500))
        if kind == 2:
            return old[::-1]
        if kind == 3:
            return str(self._random.choice(NUMBERS))
        return str(self._random.choice(TEXTS)) + (old if kind == 4 else "")

    def _spoilt_at(self, document: Any, place: tuple[Any, ...]) -> Any:
        kind = self._random.randrange(8)
        if kind < 5 or not place:
            return with_value(document, place, self._random.choice(self._values))
        holder = document
        for step in place[:-1]:
            holder = holder[step]
        changed = copy.copy(holder)
        if kind == 5:
            del changed[place[-1]]
        elif isinstance(changed, dict):
            changed[self._random.choice(TEXTS)] = changed[place[-1]]
        else:
            changed.extend([changed[place[-1]]] * self._random.choice((1, 50)))
        return with_value(document, place[:-1], changed)


def as_json(document: Any) -> str:
    """As a stranger would send it: NaN, Infinity, lone surrogates and all."""
    try:
        return json.dumps(document)
    except RecursionError:
        return "[" * DEEP + "]" * DEEP
