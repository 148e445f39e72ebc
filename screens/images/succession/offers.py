"""What can be done with an image that follows another one, or is followed, by what the list tells. Pure."""

from __future__ import annotations

from imaging.guidelines.lineage.succession import DeletionFacts, Hindrance, deletion_hindrances
from models.cloud.image import Image
from models.cloud.login import Login

_OF_NEWER = frozenset({Hindrance.NO_SUCCESSOR, Hindrance.SUCCESSOR_NOT_PROVED})
"""What only the image that follows it can tell."""


def has_place(image: Image) -> bool:
    """Whether there is something to show of what follows what."""
    return image.noted_older is not None or image.noted_newer is not None


def can_be_hidden(image: Image, login: Login | None) -> bool:
    """Whether it can be hidden, or shown again; what follows it is read before that is asked."""
    is_own = login is not None and image.owner == login.identity.project_id
    return is_own and (image.hidden or image.noted_newer is not None)


def may_be_deleted(image: Image, login: Login | None) -> bool:
    """Whether another image follows it, and nothing that the list tells forbids that it is deleted."""
    if login is None or image.noted_newer is None:
        return False
    facts = DeletionFacts(image=image, members={}, instances=(), published_by_run=False)
    return {each.code for each in deletion_hindrances(facts, login.identity.project_id)} <= _OF_NEWER
