"""How a guest was inspected, and how it differs from before the last run, as `--json` writes it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from imaging.commands.documents.base import Document
from models.findings import (
    InspectionMethod,
)
from models.guest.facts import GuestFacts
from models.guest.since_run import DifferenceCode, SinceRun


class DifferenceDocument(Document):
    """One thing that differs from before a run."""

    code: DifferenceCode
    what: str = Field(description="Its name: a mount point, a unit, a port, a container, a program.")
    evidence: str


class SinceRunDocument(Document):
    """An inspection by SSH compared with the one that the last run was made on."""

    run: str
    before_read_at: datetime = Field(description="When the inspection before the run was made.")
    differences: tuple[DifferenceDocument, ...] = Field(
        description="What is missing; `mount-new` and `listener-new`: what is there now and was not."
    )
    not_compared: tuple[str, ...] = Field(description="What could not be compared, and why.")


class InspectionDocument(Document):
    """How a guest was inspected."""

    method: InspectionMethod = Field(description="`brought by the user`: a report, and the user says whose it is.")
    user: str
    as_root: bool = Field(description="False: what only root may read is unknown.")
    read_at: datetime = Field(description="Of a report that was brought: by the clock of that machine.")
    notices: tuple[str, ...] = Field(description="Doubts about a report that was brought: its age, and whose it is.")
    since_run: SinceRunDocument | None = Field(
        default=None,
        description="How it differs from before the last run that stopped it; null: nothing was compared.",
    )


def inspection_document(facts: GuestFacts, notices: tuple[str, ...] = ()) -> InspectionDocument:
    """How a guest was inspected."""
    return InspectionDocument(
        method=facts.method,
        user=facts.user,
        as_root=facts.as_root,
        read_at=facts.read_at,
        notices=notices,
        since_run=_since_run(facts.since_run) if facts.since_run is not None else None,
    )


def _since_run(since: SinceRun) -> SinceRunDocument:
    return SinceRunDocument(
        run=since.run,
        before_read_at=since.before_at,
        differences=tuple(
            DifferenceDocument(code=each.code, what=each.what, evidence=each.evidence) for each in since.differences
        ),
        not_compared=since.not_compared,
    )
