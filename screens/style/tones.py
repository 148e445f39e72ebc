"""Tones: what a text is meant to feel like. Stylesheets and themes decide on the colour."""

from __future__ import annotations

from enum import StrEnum

from textual.content import Content


class Tone(StrEnum):
    """How a piece of text is coloured; every state also has a word and a glyph."""

    PLAIN = "plain"
    QUIET = "quiet"
    STRONG = "strong"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


_STYLES = {
    Tone.PLAIN: "",
    Tone.QUIET: "$text-muted",
    Tone.STRONG: "bold",
    Tone.ACCENT: "$text-accent",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "$text-error",
}


def toned(text: str, tone: Tone = Tone.PLAIN) -> Content:
    """The text as it is, never as markup, in the colour of its tone."""
    return Content.styled(text, _STYLES[tone]) if _STYLES[tone] else Content(text)


def joined(*parts: Content | str) -> Content:
    """Parts one after the other; plain strings are taken literally, never as markup."""
    return Content("").join(part if isinstance(part, Content) else Content(part) for part in parts)
