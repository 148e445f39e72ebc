"""An export, as `--json` writes it: its plan, and its file."""

from __future__ import annotations

from imaging.commands.documents.models import ExportedDocument, ExportPlanDocument, RoomDocument
from models.run.export_plan import ExportPlan
from models.run.record import RunRecord
from models.steps import StepName, StepState


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
