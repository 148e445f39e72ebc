"""`imaging images --json`: one image of the list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document
from models.cloud.image import Image
from models.cloud.login import Login
from models.guidelines.image_note import ImageNote, NoteCode
from models.seal.verdict import SealWord
from models.works.verdict import WorksWord


class ImageNoteDocument(Document):
    """Something that is told about an image in the list."""

    code: NoteCode = Field(description="What it is about; scripts decide by it.")
    text: str = Field(description="A sentence for people; its words may change.")
    image: str | None = Field(description="The id of the image that it names, if it names one.")


class ImageDocument(Document):
    """One image of `imaging images`."""

    version: Literal["imaging.image/1"] = Field(default="imaging.image/1", alias="schema")
    id: str
    name: str
    status: str
    visibility: str
    mine: bool | None = Field(description="True if it belongs to the logged-in project; null if unknown.")
    description: str
    snapshot: bool
    volume_backed: bool = Field(description="True for an image without content that only names volume snapshots.")
    size_bytes: int | None
    min_disk_gib: int
    min_ram_mib: int
    disk_format: str | None
    protected: bool
    verdict: str | None = Field(description="The verdict of a test launch of this image, if it is noted on it.")
    sealed: str | None = Field(
        description="The verdict on the seal of this image, if it is noted on it: sealed, not sealed or unknown."
    )
    works: WorksWord | None = Field(
        default=None, description="Whether this image works beyond its boot, if that is noted on it."
    )
    created_at: datetime | None
    hidden: bool = Field(description="True for an image that lists leave out by default.")
    follows: str | None = Field(description="The id of the older image that it follows, if that is noted on it.")
    followed_by: str | None = Field(description="The id of the newer image that follows it, if that is noted on it.")
    notes: tuple[ImageNoteDocument, ...] = Field(
        description="A base image with a newer release, its age, the end of its system's support."
    )


def image_document(image: Image, login: Login, notes: Iterable[ImageNote] = ()) -> ImageDocument:
    """One image of the list, and what is told about it beside the others."""
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
