"""What the wizard begins with where it is opened for something: after a run that failed, for its instance again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.run.record import RunRecord, RunState
from models.run.request import RunRequest


@dataclass(frozen=True)
class Beginning:
    """A request to be completed, and the finding that the user is led to."""

    request: RunRequest
    seen: Mapping[str, str] = field(default_factory=dict)
    """What the waived findings said when they were waived: where they say something else now, the waiver lapses."""
    rule: str = ""
    asks_waiver: bool = False
    """Whether the reason for continuing despite that finding is asked for at once."""
    ends_on_review: bool = False
    """Whether the review is shown at once, where no such finding is left: all its answers are there."""


def beginning_of(run: RunRecord) -> Beginning:
    """What was asked of a run, without what has to be said again for another image: its name and the confirmations."""
    fresh = {"name": "", "attestations": (), "uninspected": "", "publish_unverified": False, "attended": True}
    request = run.plan.request.model_copy(update=fresh)
    waived = {waiver.rule for waiver in request.waivers}
    findings = run.plan.checklist.findings if run.plan.checklist is not None else ()
    failure = boot_failure(run.verdict)
    return Beginning(
        request=request,
        seen={finding.rule: finding.evidence for finding in findings if finding.rule in waived},
        rule=failure.rule if failure is not None else "",
        ends_on_review=run.state is RunState.FAILED or failure is not None,
    )
