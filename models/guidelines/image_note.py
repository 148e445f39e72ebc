"""What the list of images tells about one of them beside the others."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class NoteCode(StrEnum):
    """What a note is about."""

    NEWER_BASE = "newer base"
    """Its base image has a newer release."""
    FOLLOWED = "followed"
    """Another image of the project follows it."""
    OLD = "old"
    """It is older than the profile wants images to be."""
    SUPPORT_ENDED = "support ended"


class ImageNote(Frozen):
    """One thing that is told about an image in the list."""

    code: NoteCode
    text: CleanText
    """A sentence for people. Nothing is decided by its words."""
    about_id: CleanText = ""
    """The image that it names: the newer base, or the one that follows."""
