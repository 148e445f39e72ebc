"""The file of an import, as `--json` writes it: as it was planned, and what was sent of it."""

from __future__ import annotations

from pydantic import Field

from imaging.commands.documents.base import Document
from models.image_file.image_format import ImageFormat
from models.image_file.wrapper import Wrapper
from models.run.file_plan import FilePlan, SendingWay
from models.run.record import RunRecord


class SentFileDocument(Document):
    """What an import has sent."""

    path: str = Field(description="The file, as the user named it.")
    format: ImageFormat = Field(description="What was sent.")
    size_bytes: int | None
    sha512: str | None = Field(description="Of the bytes that were sent; null until they were.")
    kept: str | None = Field(description="Path of a conversion that still lies on this machine.")


class PlanFileDocument(Document):
    """What an import makes of its file."""

    path: str
    format: ImageFormat | None = Field(description="Of the innermost file.")
    wrappers: tuple[Wrapper, ...] = Field(description="What it is packed in, from the outermost inward.")
    size_bytes: int | None
    sha256: str | None = Field(description="Of the file; null where nothing is compared with it.")
    disk_size_bytes: int | None
    target: ImageFormat = Field(description="What is sent.")
    converts: bool = Field(description="Whether a file is written first, in `work_dir`.")
    sent_bytes: int
    scratch_bytes: int = Field(description="How much of `work_dir` that is expected to take.")
    work_dir: str
    method: SendingWay
    min_disk_gib: int
    properties: dict[str, str]
    refusals: tuple[str, ...] = Field(description="Why it cannot be sent to this cloud.")
    upload_seconds: int


def planned_file(file: FilePlan | None) -> PlanFileDocument | None:
    """What is made of a file; None for a run that imports none."""
    if file is None:
        return None
    facts = file.facts
    return PlanFileDocument(
        path=file.path,
        format=facts.header.format if facts is not None else None,
        wrappers=facts.wrappers if facts is not None else (),
        size_bytes=facts.file_size_bytes if facts is not None else None,
        sha256=file.identity.sha256 or None if file.identity is not None else None,
        disk_size_bytes=facts.header.disk_size_bytes if facts is not None else None,
        target=file.target,
        converts=file.converts,
        sent_bytes=file.sent_bytes,
        scratch_bytes=file.scratch_bytes,
        work_dir=file.work_dir,
        method=file.way,
        min_disk_gib=file.min_disk_gib,
        properties=dict(file.properties),
        refusals=file.refusals,
        upload_seconds=file.upload_seconds,
    )


def sent_file(run: RunRecord) -> SentFileDocument | None:
    """What was sent; None for a run that imports no file."""
    file, sent, kept = run.plan.file, run.sent_file, run.kept_file
    if file is None:
        return None
    return SentFileDocument(
        path=file.path,
        format=file.target,
        size_bytes=sent.size_bytes if sent is not None else None,
        sha512=sent.sha512 or None if sent is not None else None,
        kept=kept.path if kept is not None and not kept.removed else None,
    )
