"""The rows of the review: what a run would do, and what the user decided, each row leading to what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.widgets.columns import GAP, Cell, Column
from screens.widgets.wrapping import wrapped
from screens.wizard.targets import Target

_RULE_CELLS = 18
_INDENT = 2
_USUAL_WIDTH = 76
"""In cells, before the first layout."""

COLUMNS = (Column("", _INDENT), Column("", 20, grow=1), Column("", _RULE_CELLS, right=True))


class Deed(StrEnum):
    """What Enter does on a row that leads to no page."""

    READ = "read"
    """Show the whole text of the row."""
    WAIVE = "waive"
    """Ask for the reason of the waiver again."""
    UNINSPECTED = "uninspected"
    """Ask again why there is no inspection."""
    STEPS = "steps"
    """Show or hide the steps."""


@dataclass(frozen=True)
class Item:
    """One thing that the review says, however many lines it takes."""

    text: str
    sign: str = ""
    tone: Tone = Tone.PLAIN
    rule: str = ""
    leads_to: Target | Deed | None = None
    most: int = 2
    """Lines at most; 0 for all."""
    title: str = ""
    """Of the window with the whole text."""
    at_edge: bool = False
    """Whether it begins at the left edge, as headings do; everything else stands behind its sign."""


@dataclass(frozen=True)
class Row:
    """One line of the review."""

    key: str
    item: Item
    text: str
    is_first: bool = True


BLANK = Item("")


def heading(text: str, tone: Tone = Tone.STRONG) -> Item:
    """The line above a section."""
    return Item(text, tone=tone, at_edge=True)


def sections(*parts: Sequence[Item]) -> tuple[Item, ...]:
    """Sections with a blank line between them; empty ones are left out."""
    found: list[Item] = []
    for part in parts:
        if part:
            found += [BLANK, *part] if found else part
    return tuple(found)


def rows_of(items: Iterable[Item], width: int, glyphs: Glyphs) -> tuple[Row, ...]:
    """The lines of the items, broken for a list of so many cells; what is cut can be read whole."""
    rows: list[Row] = []
    for number, item in enumerate(items):
        whole = wrapped(glyphs.plain(item.text), _room(item, width or _USUAL_WIDTH))
        lines = wrapped(glyphs.plain(item.text), _room(item, width or _USUAL_WIDTH), most=item.most, cut=glyphs.cut)
        is_cut = len(whole) > len(lines)
        shown = replace(item, leads_to=Deed.READ) if is_cut and item.leads_to is None else item
        rows += [Row(f"{number}.{line}", shown, each, line == 0) for line, each in enumerate(lines)]
    return tuple(rows)


def _room(item: Item, width: int) -> int:
    if item.at_edge:
        return width
    return width - _INDENT - GAP - (_RULE_CELLS + GAP if item.rule else 0)


def cells(row: Row) -> Sequence[Cell]:
    """One line: headings begin at the edge, everything else behind its sign, the rule's id at the right."""
    item = row.item
    if item.at_edge:
        return (Cell(row.text, item.tone, span=3),)
    sign = Cell(item.sign.rjust(_INDENT) if row.is_first else "", item.tone)
    tone = Tone.PLAIN if item.sign and item.tone is not Tone.QUIET else item.tone
    if not item.rule:
        return sign, Cell(row.text, tone, span=2)
    return sign, Cell(row.text, tone), Cell(item.rule if row.is_first else "", Tone.QUIET)
