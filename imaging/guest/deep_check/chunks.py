"""A temporary instance's report as lines on a console: numbered pieces with checksums, each said twice.

A line is `@@imaging-deep NONCE 3/12 CHECKSUM PIECE`; another report than a deep check's has a word of its own. Boot
messages may stand before it on the same line, and messages of the kernel may break it: a broken one is left out,
for its checksum does not fit, and its twin is taken.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property

from models.errors import BadProbeError
from models.text import many_lines, one_line

WORD = "@@imaging-deep"
"""With which the lines of a deep check begin."""
WIDTH = 144
"""Characters of a piece; a whole line then stays below 200."""
LIMIT = 32_768
"""Characters of a report: said twice, with what stands around each piece, it stays below the last 100 KiB of a
console, which is all that libvirt keeps."""

_PIECE = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3}) (\d{1,10}) ([A-Za-z0-9+/=]{1,1000})", re.ASCII)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_VALUES = {letter: place for place, letter in enumerate(_LETTERS, start=1)}
_PRIME = 2147483647
_LARGEST_TEXT = 4_000_000
"""Characters of console that are read, the last ones."""
_LONGEST_TAIL = 65_536
"""Characters without a line end that are waited for; a piece has 200."""
_LONGEST_REASON = 300
_LONGEST_PROGRESS = 80
_MOST_COPIES = 20
"""How many times as many good pieces are kept as the longest report has: each comes twice, and what another boot says
may differ."""
_LARGEST_REPORT = 9_000_000
"""Bytes that a report may unpack to: the probe's own limit and a little more."""
_NAMED = 12
"""How many missing pieces are named before the rest is only counted."""


@dataclass(frozen=True)
class Heard:
    """What a console has shown of a report so far."""

    began: bool
    """Whether the temporary instance runs our script at all."""
    ended: bool
    """Whether it has said everything, both times."""
    failed: str
    """Why it gave up, in its own words; empty if it did not."""
    progress: str
    """What it said last of how far it is, in its own words: `reading vda: 40 %`; empty if it said nothing."""
    copies: tuple[tuple[int, int, str], ...]
    """Number, total and text of each good piece, in the order in which they came, without exact repeats."""

    @cached_property
    def total(self) -> int:
        """Of how many pieces the report is: the last one that is whole, else the last one."""
        there: dict[int, set[int]] = {}
        for number, total, _ in reversed(self.copies):
            there.setdefault(total, set()).add(number)
        return next((total for total, numbers in there.items() if len(numbers) == total), next(iter(there), 0))

    @cached_property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the pieces of that report of which no good copy came."""
        there = {number for number, total, _ in self.copies if total == self.total}
        return tuple(number for number in range(1, self.total + 1) if number not in there)

    @property
    def whole(self) -> bool:
        """Whether every piece is there."""
        return bool(self.copies) and not self.missing


class Listener:
    """Finds the pieces of one report in a console that grows: each line is read once.

    The console's text is the guest's: anything else may stand in it, in lines of any length.
    """

    def __init__(self, nonce: str, word: str = WORD, limit: int = LIMIT) -> None:
        """Listen for one report; others are left alone.

        Args:
            nonce: of the user data that the temporary instance was given.
            word: with which the lines of the report begin.
            limit: characters of the longest report. One that is longer than `LIMIT` is heard over several polls.
        """
        self._beginning = f"{word} {nonce} "
        self._tail = ""
        self._heard = _Transmission(most=-(-limit // WIDTH))

    def take(self, text: str) -> None:
        """Listen on to what the console has shown since; raw, as the cloud gave it."""
        lines, end, tail = f"{self._tail}{text}".replace("\r", "\n").rpartition("\n")
        self._tail = tail[:_LONGEST_TAIL]
        if end:
            self._heard.take(lines, self._beginning)

    @property
    def heard(self) -> Heard:
        """What was heard so far; a last line counts although more of it may come."""
        said = replace(self._heard, copies=self._heard.copies.copy())
        said.take(self._tail, self._beginning)
        return Heard(
            began=said.began,
            ended=said.ended,
            failed=said.failed,
            progress=said.progress,
            copies=tuple(said.copies),
        )


@dataclass
class _Transmission:
    """What stands behind our marker and nonce."""

    most: int
    """Pieces of the longest report."""
    began: bool = False
    ended: bool = False
    failed: str = ""
    progress: str = ""
    copies: dict[tuple[int, int, str], None] = field(default_factory=dict)

    def take(self, text: str, beginning: str) -> None:
        if beginning not in text:
            return
        for line in many_lines(text).split("\n"):
            for rest in line.split(beginning)[1:]:
                self._take_one(rest.rstrip())

    def _take_one(self, rest: str) -> None:
        self.began = self.began or rest == "began"
        self.ended = self.ended or rest == "ended"
        if rest.startswith("failed "):
            self.failed = one_line(rest.removeprefix("failed "), _LONGEST_REASON)
        elif rest.startswith("progress "):
            self.progress = one_line(rest.removeprefix("progress "), _LONGEST_PROGRESS)
        elif (piece := _piece(rest, self.most)) is not None and len(self.copies) < _MOST_COPIES * self.most:
            self.copies[piece] = None


def hear(text: str, nonce: str, word: str = WORD, limit: int = LIMIT) -> Heard:
    """Find the pieces of one report in a console's text; see `Listener`."""
    listener = Listener(nonce, word, limit)
    listener.take(text[-_LARGEST_TEXT:])
    return listener.heard


def unpack(heard: Heard, work: str = "inspection") -> bytes:
    """Put the pieces together.

    Args:
        heard: what came.
        work: what the temporary instance was to report of, for the error.

    Raises:
        BadProbeError: pieces are missing, which are named, or they do not fit together.
    """
    if heard.missing or not heard.copies:
        raise BadProbeError(_what_is_missing(heard, work))
    newest = {number: piece for number, total, piece in heard.copies if total == heard.total}
    oldest = {number: piece for number, total, piece in reversed(heard.copies) if total == heard.total}
    for copies in (newest, oldest):
        report = _unpacked("".join(copies[number] for number in sorted(copies)))
        if report is not None:
            return report
    raise BadProbeError(
        "The pieces of the report do not fit together, although each is complete.",
        meaning="The temporary instance printed something other than the report.",
    )


def checksum(text: str) -> int:
    """The checksum of a piece with its place, as awk computes it in the guest, which has no operators on bits."""
    value = 0
    for letter in text:
        value = (value * 33 + _VALUES.get(letter, 0)) % _PRIME
    return value


def said_again(heard: Heard, nonce: str, word: str) -> str:
    """The good pieces of a report as lines of a console: what is left of all that was heard, to be read elsewhere."""
    mine = {number: piece for number, total, piece in heard.copies if total == heard.total}
    places = ((f"{number}/{heard.total}", piece) for number, piece in sorted(mine.items()))
    return "".join(f"{word} {nonce} {place} {checksum(f'{place} {piece}')} {piece}\n" for place, piece in places)


def _piece(rest: str, most: int) -> tuple[int, int, str] | None:
    """Number, total and text of a piece whose checksum fits, of a report of at most so many."""
    found = _PIECE.match(rest)
    if found is None or len(found[4]) > WIDTH:
        return None
    number, total = int(found[1]), int(found[2])
    if number <= total <= most and checksum(f"{number}/{total} {found[4]}") == int(found[3]):
        return number, total, found[4]
    return None


def _unpacked(text: str) -> bytes | None:
    try:
        packed = base64.b64decode(text, validate=True)
        inflating = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        report = inflating.decompress(packed, _LARGEST_REPORT)
    except (binascii.Error, zlib.error):
        return None
    return report if inflating.eof else None


def _what_is_missing(heard: Heard, work: str) -> str:
    if heard.failed:
        return f"The temporary instance could not report: {heard.failed}."
    if not heard.copies:
        said = f"started the {work}, but printed no report" if heard.began else "printed no report"
        return f"The temporary instance {said}."
    named = ", ".join(str(number) for number in heard.missing[:_NAMED])
    more = f" and {len(heard.missing) - _NAMED} more" if len(heard.missing) > _NAMED else ""
    return f"Of the {heard.total} pieces of the report these are not complete: {named}{more}."
