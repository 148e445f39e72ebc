"""What the list tells about an image beside the others: a newer base, its age, an end of support."""

from __future__ import annotations

from collections.abc import Sequence

from models.cloud.image import Image
from models.guidelines.image_note import ImageNote
from screens.context import Console


def notes_of(image: Image, listed: Sequence[Image], console: Console) -> tuple[ImageNote, ...]:
    """The notes on an image of a list that is whole, for a newer one may come last; none where nothing is listed."""
    if not listed:
        return ()
    from imaging.guidelines.lineage.list_notes import ImageNotes  # noqa: PLC0415  # not for the first paint

    login = console.login
    project_id = login.identity.project_id if login is not None else None
    return ImageNotes(listed, console.profile, console.clock.now(), project_id).of(image)
