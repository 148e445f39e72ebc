"""The signs beside the words. None is an emoji or of ambiguous width, and all have an ASCII stand-in."""

from __future__ import annotations

import codecs
import locale
from dataclasses import dataclass

from models.findings import FindingClass

_ASCII = str.maketrans(
    {
        "…": "...",
        "·": "-",
        "–": "-",
        "—": "-",
        "→": "->",
        "›": ">",
        "×": "x",
        "≥": ">=",
        "≤": "<=",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "\N{REPLACEMENT CHARACTER}": "?",
    }
)


@dataclass(frozen=True)
class Glyphs:
    """One set of signs, each exactly one cell wide, and none with two meanings."""

    good: str
    bad: str
    warn: str
    unknown: str
    waived: str
    by_run: str
    """A step of the run fixes it: nothing to do."""
    none: str
    """Not applicable, skipped."""
    note: str
    """Good to know, no action needed."""
    confirm: str
    """Waits for the user's own word."""
    pending: str
    running: str
    """A run or a step that is under way."""
    active: str
    """An instance that is on."""
    stopped: str
    set_aside: str
    """An instance that is suspended, paused, shelved, or in another state that is neither on nor off."""
    changing: str
    locked: str
    folded: str
    unfolded: str
    rising: str
    """Beside the column by which a list is sorted."""
    falling: str
    cut: str
    """Stands at the end of a text that was cut."""
    ascii: bool = False

    def plain(self, text: str) -> str:
        """The text with our own punctuation made fit for this set; names from the cloud stay as they are."""
        return text.translate(_ASCII) if self.ascii else text


def class_glyph(kind: FindingClass, glyphs: Glyphs) -> str:
    """The sign before the findings of a class; screens and commands have the same."""
    return {
        FindingClass.BLOCKER: glyphs.bad,
        FindingClass.TO_CONFIRM: glyphs.confirm,
        FindingClass.WARNING: glyphs.warn,
        FindingClass.UNKNOWN: glyphs.unknown,
        FindingClass.FIXED_BY_RUN: glyphs.by_run,
        FindingClass.WAIVED: glyphs.waived,
        FindingClass.NOTE: glyphs.note,
        FindingClass.PASS: glyphs.good,
        FindingClass.NOT_APPLICABLE: glyphs.none,
    }[kind]


UNICODE = Glyphs(
    good="✓",
    bad="✗",
    warn="!",
    unknown="?",
    waived="~",
    by_run="»",
    none="-",
    note="i",
    confirm="☐",
    pending="◦",
    running="▸",
    active="▪",
    stopped="▫",
    set_aside="▯",
    changing="↻",
    locked="#",
    folded="›",
    unfolded="▾",
    rising="▴",
    falling="▿",
    cut="…",
)

ASCII = Glyphs(
    good="+",
    bad="x",
    warn="!",
    unknown="?",
    waived="w",
    by_run="r",
    none="-",
    note="i",
    confirm="_",
    pending=".",
    running=">",
    active="|",
    stopped="o",
    set_aside="=",
    changing="*",
    locked="#",
    folded="(",
    unfolded=")",
    rising="^",
    falling="v",
    cut="~",
    ascii=True,
)


def glyphs_for(encoding: str | None = None) -> Glyphs:
    """The set that a terminal of this encoding can show; the locale's encoding if none is given."""
    return UNICODE if terminal_is_unicode(encoding) else ASCII


def terminal_is_unicode(encoding: str | None = None) -> bool:
    """Whether a terminal of this encoding shows Unicode; the locale's encoding if none is given.

    Python's UTF-8 mode, which it enters by itself where the locale is C, has `locale.getpreferredencoding` say *utf-8*
    of a terminal that shows nothing but ASCII; `locale.getencoding` asks the locale.
    """
    name = encoding if encoding is not None else locale.getencoding()
    try:
        return codecs.lookup(name).name == "utf-8"
    except LookupError:
        return False
