"""An export, as `--json` writes it: its plan, and its file."""

from __future__ import annotations

from pydantic import Field

from imaging.commands.documents.base import Document
from models.findings import (
    Readiness,
)
from models.image_file.image_format import ImageFormat
from models.run.export_plan import ExportPlan, ExportRefusal
from models.run.record import RunRecord
from models.steps import StepName, StepState


class ExportedDocument(Document):
    """The file of an export."""

    path: str
    format: ImageFormat
    written: bool = Field(description="Whether the file has its name, and is whole.")
    size_bytes: int | None = Field(description="null, as all that follows, until it was inspected.")
    disk_size_bytes: int | None
    sha256: str | None
    compared: bool | None = Field(description="Whether it was compared with the cloud's hash; false: not verified.")
    readiness: Readiness | None = Field(description="What the checklist of the file comes to.")
    blockers: tuple[str, ...]


class RoomDocument(Document):
    """A folder that an export writes to."""

    folder: str
    needed_bytes: int = Field(description="At most; zeros take no room.")
    free_bytes: int


class ExportPlanDocument(Document):
    """What an export would write, and what it compares."""

    path: str
    format: ImageFormat
    stored_format: ImageFormat = Field(description="What the cloud says that the image is.")
    converts: bool
    size_bytes: int
    disk_size_bytes: int | None
    hash_algorithm: str | None = Field(description="null: nothing can be compared, so the file is not verified.")
    hash: str | None
    properties: tuple[str, ...] = Field(description="The names of those that go along.")
    left_properties: tuple[str, ...] = Field(description="The names of those that stay in the cloud.")
    rooms: tuple[RoomDocument, ...]
    refusals: tuple[ExportRefusal, ...] = Field(description="Why it cannot begin, even with a reason given.")


def export_plan_document(export: ExportPlan) -> ExportPlanDocument:
    """What would be written."""
    return ExportPlanDocument(
        path=export.path,
        format=export.format,
        stored_format=export.stored,
        converts=export.converts,
        size_bytes=export.size_bytes,
        disk_size_bytes=export.disk_size_bytes,
        hash_algorithm=export.hash_algorithm,
        hash=export.hash,
        properties=export.properties,
        left_properties=export.left_properties,
        rooms=tuple(
            RoomDocument(folder=room.folder, needed_bytes=room.needed_bytes, free_bytes=room.free_bytes)
            for room in export.rooms
        ),
        refusals=export.refusals,
    )


def exported_document(run: RunRecord) -> ExportedDocument | None:
    """What was written; None for a run that exports nothing."""
    export, exported = run.plan.export, run.exported
    if export is None:
        return None
    return ExportedDocument(
        path=export.path,
        format=exported.format if exported else export.format,
        written=any(each.step is StepName.WRITE_SIDECARS and each.state is StepState.DONE for each in run.steps),
        size_bytes=exported.size_bytes if exported else None,
        disk_size_bytes=exported.disk_size_bytes if exported else None,
        sha256=exported.sha256 if exported else None,
        compared=exported.compared if exported else None,
        readiness=exported.readiness if exported else None,
        blockers=exported.blockers if exported else (),
    )
