"""The seal of an image that exists: of which one it makes sense, and what is asked where the user has said nothing."""

from __future__ import annotations

from collections.abc import Collection

from models.cloud.image import Image
from models.run.request import Mode, RunRequest, Visibility
from models.seal.verdict import SealWord
from models.text import sentence

_ENDING = "-sealed"
_LONGEST = 255
"""Characters of a name that Nova and Glance take."""


def is_sealable(image: Image, project_id: str | None) -> bool:
    """Whether it is what a seal is for: an active private snapshot of the project's own that is not sealed yet."""
    is_private_snapshot = image.is_snapshot and image.visibility == Visibility.PRIVATE and not image.is_volume_backed
    is_own = project_id is not None and image.owner == project_id
    return is_own and is_private_snapshot and image.status == "active" and image.noted_seal != SealWord.SEALED


def proposed_name(image: Image, taken: Collection[str] = ()) -> str:
    """A name for the sealed image that none of these images has."""
    stem = f"{image.name[: _LONGEST - len(_ENDING) - 3]}{_ENDING}"
    number, name = 2, stem
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def proposed_description(image: Image) -> str:
    """What the sealed image says about itself: what the other one says, and that it is sealed."""
    said = sentence(image.description.strip() or image.name)
    return f"{said} Sealed: without people, homes, keys, secrets and logs."


def seal_request(name: str, description: str, *, profile: str, **more: object) -> RunRequest:
    """What a seal is asked for; a sealed image is always tested, and stays private."""
    return RunRequest(name=name, description=description, mode=Mode.SEALED, profile=profile).model_copy(update=more)
