"""How a run ends: pure questions about its record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from models.formatting import minute
from models.run.record import RunRecord, RunState, StepRecord, Trouble
from models.seal.verdict import SealWord
from models.steps import StepName, StepState
from models.words.seal_remedies import remedy_of_verdict
from models.works.verdict import WorksWord

_SEEN_AGAIN = {StepName.STOP, StepName.DETACH, StepName.LOCK}
"""What the image depends on: a new runner makes sure of it before an image is asked for."""

_KEEPING = {StepName.RUN_CHECKS, StepName.REMOVE_TEST}
KEPT_UNTIL = "kept until "
"""So begins what a step notes of a test instance that it keeps."""
_OF_THE_SOURCE = {StepName.RESTORE, StepName.SEE_UP}


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
    if not run.spec.changes_source or run.instance_restored is True:
        return False
    return run.spec.only_restores or was_begun(run, StepName.UNLOCK) or was_begun(run, StepName.CLAIM)


def outcome_by_verdict(run: RunRecord) -> RunState:
    """What a run that went through all its steps ends as: done only if what was to be shown was shown."""
    if run.spec.only_restores:
        return RunState.UNDONE
    if not run.spec.tests_image:
        return RunState.DONE  # it was to read the facts; that the test instance failed to boot is one of them
    test_wanted = run.spec.must_test or run.plan.request.test
    booted = run.verdict is not None and run.verdict.has_proved_boot
    shown = booted and not is_known_not_to_work(run) and (not run.spec.seals or is_proven_sealed(run))
    return RunState.DONE if shown or not test_wanted else RunState.FAILED


def is_proven_sealed(run: RunRecord) -> bool:
    """Whether the proofs of a seal agree; unknown is never sealed."""
    return run.seal_verdict is not None and run.seal_verdict.word is SealWord.SEALED


def is_known_not_to_work(run: RunRecord) -> bool:
    """Whether a blocking check or a test has failed; what is unknown or was not asked is no such thing."""
    return run.works is not None and run.works.word is WorksWord.NO


def is_overdue(run: RunRecord, now: datetime) -> bool:
    """Whether a test instance that was kept for a while should be gone by now."""
    return run.kept_until is not None and run.kept_until <= now and run.keeps_instance


def kept_hint(run: RunRecord) -> str:
    """How long the test instance of a run that is over stays, after other words; empty where none is kept."""
    if run.kept_until is None or not run.keeps_instance:
        return ""
    return f" It keeps its test instance until {minute(run.kept_until)}; `imaging cancel {run.id}` removes it now."


def kept_note(run: RunRecord) -> str:
    """Which test instance a run that is over keeps, until when, and how to log in to it; empty where it keeps none."""
    if run.kept_until is None or not run.keeps_instance:
        return ""
    notes = [each.note for each in run.steps if each.step in _KEEPING and KEPT_UNTIL in each.note]
    return f"until {notes[-1].rpartition(KEPT_UNTIL)[2]}" if notes else f"until {minute(run.kept_until)}"


def overdue_lines(runs: Iterable[RunRecord], now: datetime) -> tuple[str, ...]:
    """What should have been removed by now and was not: a sentence for each kept test instance."""
    return tuple(
        f"The test instance {each.name or each.id} of run {run.id} was to be removed by {minute(run.kept_until)}. "
        f"Remove it: imaging resume {run.id}"
        for run in runs
        if run.kept_until is not None and is_overdue(run, now)
        for each in run.kept_instances
    )


def way_out(run: RunRecord) -> str:
    """The command that ends a run which nobody works on, with what it does."""
    if run.spec.writes_file:
        return f"`imaging cancel {run.id}` removes what it has written"
    done = "restores the instance" if run.plan.source is not None else "removes what it made"
    return f"`imaging undo {run.id}` {done}"


def awaits_source(run: RunRecord) -> bool:
    """Whether the source was restored and started, but nobody has watched it come up yet."""
    record = _find(run, StepName.SEE_UP)
    is_left = record is not None and record.state in {StepState.PENDING, StepState.RUNNING, StepState.WAITING}
    return is_left and run.instance_restored is True and run.has_restarted_source


_READ_CONSOLE = "Read the console lines in the report."
_READ_CHECKS = "Read what the failed checks and tests told, in the report; fix the instance, and make the image again."
_READ_CHECKS_OF_ANOTHERS = (
    "Read what the failed checks and tests told, in the report. The person who made the image can fix its instance and "
    "make it again."
)
_LAUNCH_BY_HAND = "The console said nothing that could be read: launch an instance of the image to see if it comes up."


def trouble_at_the_end(run: RunRecord) -> Trouble | None:
    """Why a run did not end well: first that the source is not as it was, then what failed, then the verdict.

    Where all of that is in order: what it had to leave behind.
    """
    if run.outcome is RunState.UNDONE:
        return _trouble_of_what_is_left(run)
    failed = [record for record in run.steps if record.state is StepState.FAILED]
    for record in (*(each for each in failed if each.step in _OF_THE_SOURCE), *failed):
        if record.trouble is not None:
            return record.trouble
    if run.outcome is not RunState.FAILED or run.verdict is None:
        return _trouble_of_what_is_left(run)
    if run.works is not None and is_known_not_to_work(run) and run.verdict.has_proved_boot:
        return Trouble(
            what=f"The image boots, but it does not work: {', '.join(run.works.failed) or run.works.reason}.",
            meaning=_kept(run) or "The image itself was not changed.",
            remedy=_READ_CHECKS if run.spec.makes_image else _READ_CHECKS_OF_ANOTHERS,
        )
    if run.spec.seals and run.verdict.has_proved_boot:
        return _trouble_of_the_seal(run)
    return Trouble(
        what=f"The test launch: {run.verdict.word}.",
        meaning=" ".join(part for part in (run.verdict.reason, _kept(run)) if part),
        remedy=_READ_CONSOLE if run.verdict.evidence else _LAUNCH_BY_HAND,
    )


def _trouble_of_the_seal(run: RunRecord) -> Trouble:
    """Why a run that has seen its image boot has failed all the same."""
    verdict = run.seal_verdict
    word = verdict.word.value if verdict is not None else "not proven"
    reasons = verdict.reasons if verdict is not None else ()
    return Trouble(
        what=f"The seal: {word}.",
        meaning=" ".join(part for part in (*reasons, _kept(run)) if part),
        remedy=remedy_of_verdict(verdict, run.plan.source.name if run.plan.source is not None else ""),
    )


def left_note(run: RunRecord) -> str:
    """What was left because it is not shown to be the run's own, in a few words; empty where there is nothing."""
    names = ", ".join(f"{each.kind} {each.name or each.id}" for each in run.left_behind)
    return f"left: {names}" if names else ""


def _trouble_of_what_is_left(run: RunRecord) -> Trouble | None:
    if not run.left_behind:
        return None
    named = "; ".join(f"{each.kind} {each.id}: {each.reason}" for each in run.left_behind)
    return Trouble(
        what=f"Left alone, because it could not be shown to be this run's own: {named}.",
        meaning="A run deletes only what it made itself.",
        remedy="Check it, ask whose it is, and delete it by hand if it is nobody's.",
    )


def _kept(run: RunRecord) -> str:
    if not run.spec.makes_image or run.image_id is None:
        return ""
    publish = _find(run, StepName.PUBLISH)
    insisted = publish is not None and publish.state is StepState.DONE and run.plan.request.publish_unverified
    return f"The image is kept, {run.plan.request.visibility if insisted else 'private'}."


def _find(run: RunRecord, step: StepName) -> StepRecord | None:
    return next((record for record in run.steps if record.step is step), None)
