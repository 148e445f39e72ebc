"""How a guest was inspected, and how it differs from before the last run, as `--json` writes it."""

from __future__ import annotations

from imaging.commands.documents.models import (
    DifferenceDocument,
    GuestDocument,
    InspectionDocument,
    InstanceState,
    SinceRunDocument,
)
from models.cloud.instance import Instance
from models.guest.facts import GuestFacts
from models.guest.since_run import SinceRun


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


def guest_document(instance: Instance, facts: GuestFacts) -> GuestDocument:
    """The facts of a guest."""
    return GuestDocument(
        instance=InstanceState(id=instance.id, name=instance.name, status=instance.status), facts=facts
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
