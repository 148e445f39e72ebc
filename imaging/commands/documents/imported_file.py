"""The file of an import, as `--json` writes it: as it was planned, and what was sent of it."""

from __future__ import annotations

from imaging.commands.documents.models import PlanFileDocument, SentFileDocument
from models.run.file_plan import FilePlan
from models.run.record import RunRecord


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
        sha256=file.identity.sha256 if file.identity is not None else None,
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
