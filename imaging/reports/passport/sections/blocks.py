"""What a passport says, in sections of a few kinds of blocks: each form of it writes the same blocks in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a word is meant; it is never told by a colour alone, for the word says it."""

    PLAIN = ""
    GOOD = "good"
    DOUBT = "doubt"
    BAD = "bad"


@dataclass(frozen=True)
class Cell:
    """A text of a table, or of a list of facts."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Facts:
    """Names with their values."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Table:
    """Rows under named columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Lines:
    """A text of a guest as it is, line by line."""

    caption: str
    lines: tuple[str, ...]


class PictureKind(StrEnum):
    """What a picture shows; a form without pictures leaves it out, for tables say the same."""

    TIMELINE = "timeline"
    SIZES = "sizes"


@dataclass(frozen=True)
class Picture:
    """A drawing of what a table beside it says."""

    kind: PictureKind


Block = Paragraph | Facts | Table | Lines | Picture


@dataclass(frozen=True)
class Section:
    """A heading with its blocks."""

    title: str
    blocks: tuple[Block, ...]
