"""The verdict on the seal of an image in few cells, for lists."""

from __future__ import annotations

from models.seal.verdict import SealWord
from screens.style.glyphs import Glyphs
from screens.style.wording import seal_word_sign
from screens.widgets.columns import Cell

_SHORT = {SealWord.SEALED: "sealed", SealWord.NOT_SEALED: "NOT", SealWord.UNKNOWN: "unknown"}


def seal_cell(word: str | None, glyphs: Glyphs) -> Cell:
    """The verdict; empty for an image that nobody has sealed, and for a word that is no verdict."""
    if word is None or word not in set(SealWord):
        return Cell("")
    found = SealWord(word)
    sign = seal_word_sign(found, glyphs)
    return Cell(f"{sign.glyph} {_SHORT[found]}", sign.tone)
