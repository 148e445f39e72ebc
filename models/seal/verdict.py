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


class SealProof(StrEnum):
    """What a verdict rests on."""

    CLONE = "clone"
    """What the clone carried out, and what was found in it afterwards."""
    IMAGE = "image"
    """What lies in the sealed image."""
    NAMES = "names"
    """That no name of the source is left in it."""
    CANARIES = "canaries"
    """That its raw disk holds nothing of what was deleted."""
    BOOTS = "boots"
    """That it boots a second time, as itself."""
    INSTANCES = "instances"
    """That two instances of it differ."""


class SealVerdict(Frozen):
    """The verdict, with what it rests on."""

    word: SealWord
    reasons: tuple[CleanText, ...] = ()
    """What was found, or what could not be proved, a sentence each; empty where it is sealed."""
    doubts: tuple[SealProof, ...] = ()
    """By which proofs something was found; where it is unknown, which could not be made."""
    proofs: tuple[CleanText, ...] = ()
    """What was shown, a sentence each."""
    kept: tuple[CleanText, ...] = ()
    """What was kept on purpose: named on the image."""
