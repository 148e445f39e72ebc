"""One run, as `imaging create`, `verify`, `runs`, `watch` and others write it with `--json`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document, Named
from imaging.commands.documents.export import ExportedDocument, exported_document
from imaging.commands.documents.imported_file import SentFileDocument, sent_file
from imaging.commands.documents.works import WorksDocument, works_document
from models.run.kind import RunKind
from models.run.record import OwnedKind, RunRecord, RunState, StepRecord, Trouble
from models.run.source_seen import SourceState
from models.seal.verdict import SealWord
from models.steps import StepName, StepState
from models.verdict import Stage, Strength, VerdictWord


class TroubleDocument(Document):
    """Why something waits or failed."""

    what: str
    meaning: str
    remedy: str
    request_id: str | None


class StepDocument(Document):
    """One step of a run."""

    step: StepName
    state: StepState
    started_at: datetime | None
    seconds: float | None
    note: str
    trouble: TroubleDocument | None


class TestDocument(Document):
    """The test launch."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    flavor: str | None = Field(description="The flavor of the test instance, or the planned one before the launch.")
    verdict: VerdictWord | None = Field(description="null: no verdict yet.")
    strength: Strength | None
    stage: Stage | None = Field(description="How far the boot got.")
    reason: str
    evidence: tuple[str, ...] = Field(description="Console lines, the deciding one last.")
    hints: tuple[str, ...]


class LeftBehindDocument(Document):
    """Something that a run did not delete because it could not be shown to be its own."""

    kind: OwnedKind
    id: str
    name: str
    reason: str = Field(description="Why it does not count as created by the run.")


class SealDocument(Document):
    """What the proofs of a seal came to."""

    verdict: SealWord
    reasons: tuple[str, ...] = Field(description="What was found, or could not be proved; empty if it is sealed.")
    proofs: tuple[str, ...] = Field(description="What was shown.")
    kept: tuple[str, ...] = Field(description="What was kept on purpose.")


class RunDocument(Document):
    """One run: `imaging create`, `verify`, `runs`, `watch`, `resume`, `cancel` and `undo`."""

    version: Literal["imaging.run/1"] = Field(default="imaging.run/1", alias="schema")
    run: str
    kind: RunKind
    state: RunState
    cloud: str
    host: str
    created_at: datetime
    ended_at: datetime | None
    steps: tuple[StepDocument, ...]
    instance: Named | None = Field(description="The source instance; null for `imaging verify`.")
    image: Named | None = Field(description="The image; null if there is none yet.")
    file: SentFileDocument | None = Field(default=None, description="Of `imaging import`: the file; else null.")
    test: TestDocument
    works: WorksDocument | None = Field(
        default=None, description="Whether the image works, by its checks and tests; null: it was not judged yet."
    )
    seal: SealDocument | None = Field(description="null: nothing was sealed, or it was not judged yet.")
    export: ExportedDocument | None = Field(default=None, description="null: the run exports nothing.")
    instance_seen: SourceState | None = Field(
        description="What was seen of the instance after it was restored; null before that."
    )
    instance_restored: bool | None = Field(description="null: the source was never changed.")
    report: str | None = Field(description="Path of the report on the machine that ran it.")
    left_behind: tuple[LeftBehindDocument, ...] = Field(
        description="Resources that refer to the run but were not proven to be created by it, so they were not deleted."
    )
    trouble: TroubleDocument | None = Field(
        description="Why the run waits, failed or was cancelled; for a run that succeeded, what it left behind."
    )


def run_document(run: RunRecord) -> RunDocument:
    """One run."""
    return RunDocument(
        run=run.id,
        kind=run.kind,
        state=run.state,
        cloud=run.identity.cloud,
        host=run.host,
        created_at=run.created_at,
        ended_at=run.ended_at,
        steps=tuple(_step(step) for step in run.steps),
        instance=Named(id=run.plan.source.id, name=run.plan.source.name) if run.plan.source else None,
        image=_image_of(run),
        file=sent_file(run),
        test=_test(run),
        works=works_document(run.works),
        seal=_seal(run),
        export=exported_document(run),
        instance_seen=run.source_seen.state if run.source_seen else None,
        instance_restored=run.instance_restored,
        report=run.report_path,
        left_behind=tuple(
            LeftBehindDocument(kind=each.kind, id=each.id, name=each.name, reason=each.reason)
            for each in run.left_behind
        ),
        trouble=_trouble(run.trouble),
    )


def _image_of(run: RunRecord) -> Named | None:
    if run.image_id is not None:
        return Named(id=run.image_id, name=run.plan.request.name)
    return Named(id=run.plan.image.id, name=run.plan.image.name) if run.plan.image else None


def _seal(run: RunRecord) -> SealDocument | None:
    verdict = run.seal_verdict
    if verdict is None:
        return None
    return SealDocument(verdict=verdict.word, reasons=verdict.reasons, proofs=verdict.proofs, kept=verdict.kept)


def _step(step: StepRecord) -> StepDocument:
    return StepDocument(
        step=step.step,
        state=step.state,
        started_at=step.started_at,
        seconds=step.seconds,
        note=step.note,
        trouble=_trouble(step.trouble),
    )


def _trouble(trouble: Trouble | None) -> TroubleDocument | None:
    if trouble is None:
        return None
    return TroubleDocument(
        what=trouble.what, meaning=trouble.meaning, remedy=trouble.remedy, request_id=trouble.request_id
    )


def _flavor(run: RunRecord) -> str | None:
    """The flavor that was tried last; before that the first that is planned.

    A flavor for which the cloud finds no host is followed by the next larger one.
    """
    planned = run.plan.test.flavors if run.plan.test else ()
    return run.test_flavor or next((flavor.name for flavor in planned), None)


def _test(run: RunRecord) -> TestDocument:
    verdict = run.verdict
    return TestDocument(
        flavor=_flavor(run),
        verdict=verdict.word if verdict else None,
        strength=verdict.strength if verdict else None,
        stage=verdict.stage if verdict else None,
        reason=verdict.reason if verdict else "",
        evidence=verdict.evidence if verdict else (),
        hints=verdict.hints if verdict else (),
    )
