"""The verdict on a seal: given only where all proofs agree, and noted on the image by its id."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class SealWord(StrEnum):
    """What the proofs of a seal come to."""

    SEALED = "sealed"
    NOT_SEALED = "not sealed"
    UNKNOWN = "unknown"
    """A proof could not be made; never counted as sealed."""


class SealVerdict(Frozen):
    """The verdict, with what it rests on."""

    word: SealWord
    reasons: tuple[CleanText, ...] = ()
    """What was found, or what could not be proved, a sentence each; empty where it is sealed."""
    proofs: tuple[CleanText, ...] = ()
    """What was shown, a sentence each."""
    kept: tuple[CleanText, ...] = ()
    """What was kept on purpose: named on the image."""
