"""The images of a list as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.commands.documents.models import ImageDocument, ImageNoteDocument
from models.cloud.image import Image
from models.cloud.login import Login
from models.guidelines.image_note import ImageNote
from models.seal.verdict import SealWord
from models.works.verdict import WorksWord


def image_document(image: Image, login: Login, notes: Iterable[ImageNote] = ()) -> ImageDocument:
    """One image of the list, and what is told of it beside the others."""
    return ImageDocument(
        id=image.id,
        name=image.name,
        status=image.status,
        visibility=image.visibility,
        mine=None if image.owner is None else image.owner == login.identity.project_id,
        description=image.description,
        snapshot=image.is_snapshot,
        volume_backed=image.is_volume_backed,
        size_bytes=image.size_bytes,
        min_disk_gib=image.min_disk_gib,
        min_ram_mib=image.min_ram_mib,
        disk_format=image.disk_format,
        protected=image.protected,
        verdict=image.noted_verdict,
        sealed=image.noted_seal if image.noted_seal in set(SealWord) else None,
        works=WorksWord(noted) if (noted := image.noted_works) in set(WorksWord) else None,
        created_at=image.created_at,
        hidden=image.hidden,
        follows=image.noted_older,
        followed_by=image.noted_newer,
        notes=tuple(ImageNoteDocument(code=note.code, text=note.text, image=note.about_id or None) for note in notes),
    )
