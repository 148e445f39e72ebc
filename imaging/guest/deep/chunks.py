"""The report of a deep check as lines on a console: cut in numbered pieces, with checksums, each said twice.

A line is `@@imaging-deep NONCE 3/12 CHECKSUM PIECE`. Boot messages may stand before it on the same line, and messages
of the kernel may break it: a broken one is left out, for its checksum does not fit, and its twin is taken.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.errors import BadProbeError
from models.text import many_lines

WORD = "@@imaging-deep"
WIDTH = 144
"""Characters of a piece; a whole line then stays below 200."""
LIMIT = 32_768
"""Characters of a report: said twice, with what stands around each piece, it stays below the last 100 KiB of a
console, which is all that libvirt keeps."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_VALUES = {letter: place for place, letter in enumerate(_LETTERS, start=1)}
_PRIME = 2147483647
_MOST = -(-LIMIT // WIDTH)
_LARGEST_TEXT = 4_000_000
"""Characters of console that are looked at, the last ones."""
_LARGEST_REPORT = 9_000_000
"""Bytes that a report may unpack to: the probe's own limit and a little more."""
_NAMED = 12
"""How many missing pieces are named before the rest is only counted."""


@dataclass(frozen=True)
class Heard:
    """What a console has shown of a report so far."""

    began: bool
    """Whether the child runs our script at all."""
    ended: bool
    """Whether it has said everything, both times."""
    failed: str
    """Why it gave up, in its own words; empty if it did not."""
    copies: tuple[tuple[int, int, str], ...]
    """Number, total and text of each good piece, in the order in which they came, without exact repeats."""

    @property
    def total(self) -> int:
        """Of how many pieces the report is: the last one that is whole, else the last one."""
        totals = list(dict.fromkeys(total for _, total, _ in reversed(self.copies)))
        return next((total for total in totals if not self._missing_of(total)), totals[0] if totals else 0)

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the pieces of that report of which no good copy came."""
        return self._missing_of(self.total)

    @property
    def whole(self) -> bool:
        """Whether every piece is there."""
        return bool(self.copies) and not self.missing

    def _missing_of(self, wanted: int) -> tuple[int, ...]:
        there = {number for number, total, _ in self.copies if total == wanted}
        return tuple(number for number in range(1, wanted + 1) if number not in there)


def hear(text: str, nonce: str) -> Heard:
    """Find the pieces of one report in a console's text.

    Args:
        text: raw, as the cloud gave it, whatever else stands in it.
        nonce: that of the user data that the child was given; other reports are left alone.
    """
    said = _said(text, nonce)
    trouble = [rest.removeprefix("failed ") for rest in said if rest.startswith("failed ")]
    return Heard(
        began="began" in said,
        ended="ended" in said,
        failed=trouble[-1] if trouble else "",
        copies=tuple(dict.fromkeys(_pieces(said))),
    )


def unpack(heard: Heard) -> bytes:
    """Put the pieces together.

    Raises:
        BadProbeError: pieces are missing, which are named, or they do not fit together.
    """
    if heard.missing or not heard.copies:
        raise BadProbeError(_what_is_missing(heard))
    newest = {number: piece for number, total, piece in heard.copies if total == heard.total}
    oldest = {number: piece for number, total, piece in reversed(heard.copies) if total == heard.total}
    for copies in (newest, oldest):
        report = _unpacked("".join(copies[number] for number in sorted(copies)))
        if report is not None:
            return report
    raise BadProbeError(
        "The pieces of the report do not fit together, although each is whole.",
        meaning="The child has said something else than what it was asked to.",
    )


def checksum(text: str) -> int:
    """The checksum of a piece with its place, as the child's awk computes it, which has no operators on bits."""
    value = 0
    for letter in text:
        value = (value * 33 + _VALUES.get(letter, 0)) % _PRIME
    return value


def _said(text: str, nonce: str) -> list[str]:
    """What stands behind our word and nonce, line by line."""
    beginning = f"{WORD} {nonce} "
    lines = many_lines(text[-_LARGEST_TEXT:].replace("\r", "\n")).split("\n")
    return [rest.rstrip() for line in lines for rest in line.split(beginning)[1:]]


def _pieces(said: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for rest in said:
        found = re.match(r"([1-9]\d{0,3})/([1-9]\d{0,3}) (\d{1,10}) ([A-Za-z0-9+/=]{1,1000})", rest, re.ASCII)
        if found is None:
            continue
        number, total = int(found[1]), int(found[2])
        fits = number <= total <= _MOST and len(found[4]) <= WIDTH
        if fits and checksum(f"{number}/{total} {found[4]}") == int(found[3]):
            yield number, total, found[4]


def _unpacked(text: str) -> bytes | None:
    try:
        packed = base64.b64decode(text, validate=True)
        inflating = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        report = inflating.decompress(packed, _LARGEST_REPORT)
    except (binascii.Error, zlib.error):
        return None
    return report if inflating.eof else None


def _what_is_missing(heard: Heard) -> str:
    if heard.failed:
        return f"The child could not report: {heard.failed}."
    if not heard.copies:
        said = "began to look, but no report came" if heard.began else "has shown no report"
        return f"The child {said}."
    named = ", ".join(str(number) for number in heard.missing[:_NAMED])
    more = f" and {len(heard.missing) - _NAMED} more" if len(heard.missing) > _NAMED else ""
    return f"Of the {heard.total} pieces of the report these did not come whole: {named}{more}."
