"""How a run ends: pure questions about its record."""

from __future__ import annotations

from models.run import RunKind, RunRecord, RunState, StepRecord, Trouble
from models.steps import StepName, StepState
from models.verdict import VerdictWord

_SEEN_AGAIN = {StepName.STOP, StepName.DETACH, StepName.LOCK}
"""What the image depends on: a new runner makes sure of it before an image is asked for."""


def was_begun(run: RunRecord, step: StepName) -> bool:
    """Whether a step of this run may have changed anything."""
    record = _find(run, step)
    return record is not None and record.started_at is not None


def stands(run: RunRecord, step: StepName) -> bool:
    """Whether a step came to its end, so that its goal was seen."""
    record = _find(run, step)
    return record is not None and record.state in {StepState.DONE, StepState.SKIPPED} and record.ended_at is not None


def to_be_seen_again(run: RunRecord, step: StepName) -> bool:
    """Whether a new runner has to make sure of a step that was done before."""
    return step in _SEEN_AGAIN and not was_begun(run, StepName.CREATE_IMAGE)


def source_may_need_help(run: RunRecord) -> bool:
    """Whether the source may still be other than it was before the run."""
    if run.kind in {RunKind.VERIFY, RunKind.DEEP_CHECK} or run.source_restored is True:
        return False
    return run.kind is RunKind.UNDO or was_begun(run, StepName.UNLOCK) or was_begun(run, StepName.CLAIM)


def ending_by_verdict(run: RunRecord) -> RunState:
    """What a run that went through all its steps ends as: done only if what was to be shown was shown."""
    if run.kind is RunKind.UNDO:
        return RunState.UNDONE
    if run.kind is RunKind.DEEP_CHECK:
        return RunState.DONE  # it was to read the facts; that the child failed to come up is one of them
    test_wanted = run.kind is RunKind.VERIFY or run.plan.request.test
    booted = run.verdict is not None and run.verdict.word is VerdictWord.BOOTED
    return RunState.DONE if booted or not test_wanted else RunState.FAILED


def trouble_at_the_end(run: RunRecord) -> Trouble | None:
    """Why a run did not end well: first that the source is not as it was, then what failed, then the verdict."""
    if run.ending is RunState.UNDONE:
        return None
    failed = [record for record in run.steps if record.state is StepState.FAILED]
    for record in (*(each for each in failed if each.step is StepName.PUT_BACK), *failed):
        if record.trouble is not None:
            return record.trouble
    if run.ending is not RunState.FAILED or run.verdict is None:
        return None
    return Trouble(
        what=f"The test launch: {run.verdict.word}.",
        meaning=" ".join(part for part in (run.verdict.reason, _kept(run)) if part),
        remedy="Look at the console lines in the report.",
    )


def _kept(run: RunRecord) -> str:
    if run.kind is not RunKind.CREATE or run.image_id is None:
        return ""
    publish = _find(run, StepName.PUBLISH)
    insisted = publish is not None and publish.state is StepState.DONE and run.plan.request.publish_unverified
    return f"The image is kept, {run.plan.request.visibility if insisted else 'private'}."


def _find(run: RunRecord, step: StepName) -> StepRecord | None:
    return next((record for record in run.steps if record.step is step), None)
