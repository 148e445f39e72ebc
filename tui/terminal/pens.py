"""How a cell is drawn, read from the colour codes that Textual writes and written with as few of them as will do."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Pen(NamedTuple):
    """Colours, marks and link of a cell. Two pens that are equal look the same."""

    fore: str = ""
    """The colour of the letters: the parameters of SGR without the digit that says *letters*; empty for the default."""
    back: str = ""
    """The colour behind them, in the same form, so that both can be compared."""
    marks: int = 0
    """Bold, reversed and so on, a bit each: see `_MARKS`."""
    link: str = ""
    """Parameters and address of a hyperlink (OSC 8)."""


class _Mark(NamedTuple):
    """One way to mark letters."""

    on: int
    off: int
    shows_on_blank: bool = False


_MARKS = (
    _Mark(1, 22), _Mark(2, 22), _Mark(3, 23), _Mark(4, 24, shows_on_blank=True), _Mark(5, 25), _Mark(6, 25),
    _Mark(7, 27, shows_on_blank=True), _Mark(8, 28), _Mark(9, 29, shows_on_blank=True),
    _Mark(21, 24, shows_on_blank=True), _Mark(53, 55, shows_on_blank=True),
)  # fmt: skip
_ON = {mark.on: 1 << place for place, mark in enumerate(_MARKS)}
_OFF = {mark.off: sum(1 << place for place, one in enumerate(_MARKS) if one.off == mark.off) for mark in _MARKS}
VISIBLE_ON_BLANK = sum(1 << place for place, mark in enumerate(_MARKS) if mark.shows_on_blank)
"""The marks that can be seen where there is no letter."""
PLAIN = Pen()
_EXTENDED, _INDEXED, _TRUE = 8, 5, 2


@lru_cache(4096)
def sgr_read(pen: Pen, parameters: str) -> Pen:
    """The pen after a select-graphic-rendition sequence with these parameters."""
    codes = [int(code or 0) for code in parameters.split(";") if code.isdecimal() or not code]
    fore, back, marks, place = pen.fore, pen.back, pen.marks, 0
    while place < len(codes):
        code = codes[place]
        place += 1
        if code == 0:
            fore, back, marks = "", "", 0
        elif code in _ON:
            marks |= _ON[code]
        elif code in _OFF:
            marks &= ~_OFF[code]
        elif code in {38, 48}:
            size = 4 if codes[place : place + 1] == [_TRUE] else 2
            colour = ";".join(str(one) for one in (_EXTENDED, *codes[place : place + size]))
            place += size
            fore, back = (colour, back) if code == 38 else (fore, colour)  # noqa: PLR2004  # the code of letters
        else:
            fore, back = _simple_colour(code, fore, back)
    return _same(Pen(fore, back, marks, pen.link))


def _simple_colour(code: int, fore: str, back: str) -> tuple[str, str]:
    """One of the sixteen colours, or the default one; any other code changes nothing."""
    family, colour = divmod(code, 10)
    if family in {3, 9} and (colour < _EXTENDED or code == 39):  # noqa: PLR2004  # the default colour of letters
        return ("" if colour > _EXTENDED else f"{'' if family == 3 else 'bright'}{colour}"), back  # noqa: PLR2004
    if family in {4, 10} and (colour < _EXTENDED or code == 49):  # noqa: PLR2004  # the default one behind them
        return fore, ("" if colour > _EXTENDED else f"{'' if family == 4 else 'bright'}{colour}")  # noqa: PLR2004
    return fore, back


@lru_cache(4096)
def on_blank(pen: Pen) -> Pen:
    """The pen of a blank cell without what nobody can see there."""
    if pen.marks & VISIBLE_ON_BLANK or pen.link:
        return pen
    return _same(Pen(back=pen.back))


_DARK = {"0", "1", "4", "5", "6", "bright0", "bright4", "bright5"}


@lru_cache(4096)
def readable(pen: Pen) -> Pen:
    """The pen of a letter; where only sixteen colours are left of a theme, two of its colours may have become one."""
    if pen.fore != pen.back or not pen.back or pen.back.startswith(str(_EXTENDED) + ";"):
        return pen
    return _same(pen._replace(fore="7" if pen.back in _DARK else "0"))


@lru_cache(4096)
def linked(pen: Pen, link: str) -> Pen:
    """The pen with this link, or with none."""
    return _same(pen._replace(link=link if link.strip(";") else ""))


@lru_cache(4096)
def change(before: Pen | None, after: Pen) -> str:
    """The shortest sequence that leads from one pen to the other; from an unknown one everything is set."""
    fresh = f"\x1b[{';'.join(['0', *_codes(PLAIN, after)])}m".replace("[0m", "[m")
    link = f"\x1b]8;{after.link or ';'}\x1b\\" if (before.link if before else "") != after.link else ""
    if before is None:
        return fresh + link
    codes = _codes(before, after)
    steps = f"\x1b[{';'.join(codes)}m" if codes else ""
    return min(steps, fresh, key=len) + link


def _codes(before: Pen, after: Pen) -> list[str]:
    marks, codes = before.marks, []
    for mark in _MARKS:
        if marks & _ON[mark.on] & ~after.marks:
            codes.append(str(mark.off))
            marks &= ~_OFF[mark.off]
    codes += [str(mark.on) for mark in _MARKS if after.marks & _ON[mark.on] & ~marks]
    if before.fore != after.fore:
        codes.append(_colour(after.fore, "3", "9"))
    if before.back != after.back:
        codes.append(_colour(after.back, "4", "10"))
    return codes


def _colour(colour: str, usual: str, bright: str) -> str:
    if colour.startswith("bright"):
        return bright + colour.removeprefix("bright")
    return usual + (colour or "9")


_known: dict[Pen, Pen] = {PLAIN: PLAIN}


def _same(pen: Pen) -> Pen:
    """One object for equal pens, so that cells are compared quickly; there are never many."""
    if len(_known) > 20_000:  # noqa: PLR2004  # more than any palette has
        _known.clear()
        _known[PLAIN] = PLAIN
    return _known.setdefault(pen, pen)
