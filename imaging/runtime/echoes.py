"""Finding a secret that an error echoes in another writing: encoded, escaped, broken into lines, or pulled apart.

The text is decoded step by step, and what is invisible or a line end is left out. In each text that results the secret
is searched for as it is, in hexadecimal and in the three forms that Base64 gives it. Only where something was found are
the positions traced back to the text as it came, so that an ordinary text costs a few passes over it.
"""

from __future__ import annotations

import base64
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from imaging.runtime.escapes import ESCAPES, KINDS, meaning_of
from models.text import UNSEEN

LONG = 8
"""Characters from which on a secret is also found with blanks and line ends in it; shorter ones occur by chance."""
_LEAST_CORE = 6
"""Characters of Base64 that are searched for: fewer occur by chance."""
_LEAST_BEGINNING = 6
"""How much of a secret at the end of a text that was cut off is taken for one."""
_DECODING_STEPS = 3

_UNSEEN = rf"\x00-\x08\x0e-\x1a\x1c-\x1f{UNSEEN}\ufe0e\ufe0f\ufffc\ufffd…"
"""With what such characters become when they are shown, and when a text is cut."""


def _run_of(characters: str) -> re.Pattern[str]:
    """A row of such characters; a control sequence of a terminal, or what is left of one, begins it.

    One set of characters stands first: a pattern that begins with it is searched for several times as quickly.
    """
    return re.compile(rf"[\x1b{characters}](?:(?<=\x1b)\[[0-?]*[ -/]*[@-~])?[{characters}]*")


_INVISIBLE = _run_of(_UNSEEN)
_INVISIBLE_OR_BLANK = _run_of(rf"{_UNSEEN}\s")
_FROM_URLSAFE = str.maketrans("-_", "+/")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
"""ASCII alone: other letters change their number when their case is changed, and positions with it."""
_BASE64_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")

_SHARED_LETTERS = 2
"""Letters of Base64 on each side that hold a few bits of the secret, also where a line ends between them."""
_FEW = 8
"""Kinds of letters that are left out one after the other; of more, a pattern is quicker."""
_FARTHEST = 200
"""How far a word of Base64 is followed, so that many echoes in one word take no longer than one."""

Span = tuple[int, int]
_Places: TypeAlias = "array[int]"  # which cannot be subscripted before Python 3.12
_NUMBER = "I"
"""Four bytes: no text has four thousand million characters."""
Decoding = tuple[re.Pattern[str], ...]
"""The escapes that were decoded, one after the other."""


@dataclass(frozen=True)
class Echo:
    """One secret, in the writings that are searched for."""

    value: str

    @cached_property
    def is_long(self) -> bool:
        """Whether it is searched for across blanks as well."""
        return len(self.value) >= LONG

    @cached_property
    def plain(self) -> frozenset[str]:
        """Itself, and as a form sends it; of a long one also in hexadecimal, and in small letters."""
        forms = {self.value, self.value.replace(" ", "+")}
        if self.is_long:  # decoded as the text is: what looks like an escape in the secret is taken for one there
            forms |= {form for form, _ in _decodings(self.value) if len(form) >= LONG}
        found = {_left_out(self.is_long).sub("", form) for form in forms}
        if self.is_long:
            found |= {encoded.hex() for encoded in self._encoded}
            found = {form.translate(_LOWER) for form in found}
        return frozenset(filter(None, found))

    @cached_property
    def base64(self) -> frozenset[str]:
        """What is in the Base64 of any text that holds it, for each of the three places where it may begin there."""
        cores = (_core(encoded, place) for encoded in self._encoded for place in range(3))
        return frozenset(core for core in cores if len(core) >= _LEAST_CORE)

    @property
    def _encoded(self) -> set[bytes]:
        latin = {self.value.encode("latin-1")} if all(ord(letter) < 256 for letter in self.value) else set()  # noqa: PLR2004  # what Latin-1 has
        return {self.value.encode("utf-8", "surrogatepass")} | latin


def find_echoes(text: str, echoes: Iterable[Echo]) -> list[Span]:
    """Where in a text secrets stand, in any encoding: from and to, in order, without overlaps."""
    wanted = tuple(echoes)
    found: list[Span] = []
    for decoded, decoding in _decodings(text):
        if _holds(decoded, wanted):
            mapped = _Mapped.of(text)
            for escapes in decoding:
                mapped = mapped.replaced(escapes, meaning_of)
            found += mapped.spans(wanted)
    return _merged(found)


def _decodings(text: str) -> Iterator[tuple[str, Decoding]]:
    """The text as it is, with one kind of escapes decoded, and with all decoded as often as that changes anything.

    One kind alone, because what has been escaped in one writing may hold what looks like an escape of another.
    """
    yield text, ()
    for kind in KINDS:
        decoded = kind.sub(meaning_of, text)
        if decoded != text:
            yield decoded, (kind,)
    decoding: Decoding = ()
    for _ in range(_DECODING_STEPS):
        before, text, decoding = text, ESCAPES.sub(meaning_of, text), (*decoding, ESCAPES)
        if text == before:
            return
        yield text, decoding


def _holds(text: str, echoes: tuple[Echo, ...]) -> bool:
    """Whether there is anything to be found: quick, and for almost all texts the end of it."""
    return any(
        _beginning_at_end(view, needle) if only_begun else needle in view
        for view, needle, is_long, _ in _searches(lambda pattern: _without(pattern, text), echoes)
        for only_begun in ((False, True) if is_long else (False,))
    )


def _without(pattern: re.Pattern[str], text: str) -> str:
    """The text without what a pattern matches: quick where that is blanks and a few kinds of letters, as in most."""
    joined = "".join(text.split()) if pattern is _INVISIBLE_OR_BLANK else text
    letters = [letter for letter in set(joined) if pattern.match(letter)]
    if "\x1b" in letters or len(letters) > _FEW:
        return pattern.sub("", text)
    for letter in letters:
        joined = joined.replace(letter, "")
    return joined


def _searches(
    without: Callable[[re.Pattern[str]], str], echoes: tuple[Echo, ...]
) -> Iterator[tuple[str, str, bool, bool]]:
    """What is searched for in what: the text, the needle, whether it is of a long secret, whether it is Base64.

    Args:
        without: the text without what a pattern matches.
        echoes: the secrets.
    """
    for is_long in (False, True):
        of_this_kind = [echo for echo in echoes if echo.is_long == is_long]
        if not of_this_kind:
            continue
        squeezed = without(_left_out(is_long))
        lower = squeezed.translate(_LOWER) if is_long else squeezed
        standard = squeezed.translate(_FROM_URLSAFE)
        for echo in of_this_kind:
            yield from ((lower, needle, is_long, False) for needle in echo.plain)
            yield from ((standard, needle, is_long, True) for needle in echo.base64)


class _Mapped:
    """A text, and for each of its characters where it came from; in arrays, for a report has 200,000 of them."""

    def __init__(self, text: str, begins: _Places, ends: _Places, origin: str) -> None:
        self.text, self._begins, self._ends, self._origin = text, begins, ends, origin

    @classmethod
    def of(cls, text: str) -> _Mapped:
        return cls(text, array(_NUMBER, range(len(text))), array(_NUMBER, range(1, len(text) + 1)), text)

    def replaced(self, pattern: re.Pattern[str], meaning: Callable[[re.Match[str]], str]) -> _Mapped:
        """The text with what the pattern matches replaced."""
        pieces: list[str] = []
        begins, ends = array(_NUMBER), array(_NUMBER)
        done = 0
        for match in pattern.finditer(self.text):
            begin, end = match.span()
            new = meaning(match)
            pieces += (self.text[done:begin], new)
            if new == match[0]:
                begins += self._begins[done:end]
                ends += self._ends[done:end]
            else:
                firsts, lasts = self._shares(begin, end, len(new))
                begins += self._begins[done:begin] + firsts
                ends += self._ends[done:begin] + lasts
            done = end
        text = "".join((*pieces, self.text[done:]))
        return _Mapped(text, begins + self._begins[done:], ends + self._ends[done:], self._origin)

    def _shares(self, begin: int, end: int, count: int) -> tuple[_Places, _Places]:
        """Which part of the place each of so many characters came from: an equal one, or all of it."""
        if count and (end - begin) % count == 0:
            width = (end - begin) // count
            return self._begins[begin:end:width], self._ends[begin + width - 1 : end : width]
        return self._begins[begin : begin + 1] * count, self._ends[end - 1 : end] * count

    def spans(self, echoes: tuple[Echo, ...]) -> list[Span]:
        """Where secrets stand in the text as it came."""
        squeezed = self

        def without(pattern: re.Pattern[str]) -> str:
            nonlocal squeezed
            squeezed = self.replaced(pattern, lambda _match: "")
            return squeezed.text

        return [
            squeezed.origin_of(place, with_word=is_base64)
            for view, needle, is_long, is_base64 in _searches(without, echoes)
            for place in _places(view, needle, cut=is_long)
        ]

    def origin_of(self, place: Span, *, with_word: bool) -> Span:
        """Where a part of this text came from; with the rest of its word where that is Base64."""
        begin, end = _with_letters(self.text, place, _SHARED_LETTERS) if with_word else place
        origin = self._begins[begin], self._ends[end - 1]
        return _with_letters(self._origin, origin, _FARTHEST) if with_word else origin


def _left_out(is_long: bool) -> re.Pattern[str]:  # of the secret
    return _INVISIBLE_OR_BLANK if is_long else _INVISIBLE


def _core(encoded: bytes, place: int) -> str:
    """The letters of Base64 that depend on these bytes alone, if they begin so many bytes behind a group of three."""
    letters = base64.b64encode(b"\0" * place + encoded).decode().rstrip("=")
    begin = (place * 8 + 5) // 6
    end = (place + len(encoded)) * 8 // 6
    return letters[begin:end]


def _places(text: str, needle: str, *, cut: bool) -> Iterator[Span]:
    """Where it stands, and where it has begun when the text ends."""
    place = text.find(needle)
    while place >= 0:
        yield place, place + len(needle)
        place = text.find(needle, place + len(needle))
    length = _beginning_at_end(text, needle) if cut else 0
    if length:
        yield len(text) - length, len(text)


def _beginning_at_end(text: str, needle: str) -> int:
    """How many characters of the needle the text ends with, if they are enough to tell."""
    begin = max(0, len(text) - len(needle) + 1)
    place = text.find(needle[:_LEAST_BEGINNING], begin)
    tries = 0
    while place >= 0 and tries < len(needle):
        if needle.startswith(text[place:]):
            return len(text) - place
        place, tries = text.find(needle[:_LEAST_BEGINNING], place + 1), tries + 1
    return 0


def _with_letters(text: str, place: Span, farthest: int) -> Span:
    """The place with the letters of Base64 beside it: half a decoded password would be enough."""
    begin, end = place
    while begin > 0 and text[begin - 1] in _BASE64_LETTERS and place[0] - begin < farthest:
        begin -= 1
    while end < len(text) and text[end] in _BASE64_LETTERS and end - place[1] < farthest:
        end += 1
    return begin, end


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
