"""The suite *boot*: whether the run came to its end, the image booted, its seal is proved, the instance is restored."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.reports.case import Case, CaseOutcome, Suite
from models.run.record import RunRecord, RunState, Trouble
from models.run.source_seen import SourceState
from models.seal.verdict import SealVerdict, SealWord
from models.steps import StepName
from models.verdict import Verdict, VerdictWord

NAME = "boot"
_GROUP = "imaging.boot"


def boot_suite(run: RunRecord) -> Suite:
    """The suite of a run."""
    cases = [_run(run)]
    if run.spec.tests_image:
        cases.append(_boot(run))
    if run.spec.seals:
        cases.append(_seal(run.seal_verdict))
    if run.instance_restored is not None:
        cases.append(_restored(run))
    return Suite(name=NAME, cases=tuple(cases))


def not_begun(trouble: Trouble) -> Suite:
    """The suite where no run began."""
    case = Case(
        name="run", group=_GROUP, outcome=CaseOutcome.ERROR, reason=trouble.what, evidence=tuple(_trouble(trouble))
    )
    return Suite(name=NAME, cases=(case,))


def _run(run: RunRecord) -> Case:
    """Whether it did what it was there for; what it found of the image is told by the other cases."""
    outcome, reason = CaseOutcome.PASSED, ""
    if run.state in {RunState.FAILED, RunState.CANCELLED, RunState.UNDONE}:
        outcome = CaseOutcome.ERROR
        reason = run.trouble.what if run.trouble is not None else f"The run is {run.state.value}."
    elif not run.state.is_over:
        outcome, reason = CaseOutcome.SKIPPED, f"The run is not over: {run.state.value}."
    ended = run.ended_at
    return Case(
        name="run",
        group=_GROUP,
        outcome=outcome,
        reason=reason,
        evidence=(f"run {run.id}: {run.state.value}", *(_trouble(run.trouble) if run.trouble is not None else ())),
        seconds=(ended - run.created_at).total_seconds() if ended is not None else None,
    )


def _trouble(trouble: Trouble) -> Iterator[str]:
    named = (("meaning", trouble.meaning), ("remedy", trouble.remedy), ("request id", trouble.request_id))
    yield from (f"{name}: {text}" for name, text in named if text)


def _boot(run: RunRecord) -> Case:
    verdict = run.verdict
    if verdict is None:
        asked = run.plan.request.test
        reason = "Unknown: the test launch came to no verdict." if asked else "No test launch was asked for."
        return Case(name="boot", group=_GROUP, outcome=CaseOutcome.SKIPPED, reason=reason)
    outcome, reason = _boot_outcome(verdict)
    return Case(
        name="boot",
        group=_GROUP,
        outcome=outcome,
        reason=reason,
        evidence=tuple(_boot_evidence(verdict)),
        seconds=_seconds_of(run, StepName.VERIFY),
    )


def _boot_outcome(verdict: Verdict) -> tuple[CaseOutcome, str]:
    match verdict.word:
        case VerdictWord.BOOTED if verdict.has_proved_boot:
            return CaseOutcome.PASSED, ""
        case VerdictWord.BOOTED:
            return CaseOutcome.FAILED, "It booted, and says that it has no network address."
        case VerdictWord.FAILED:
            return CaseOutcome.FAILED, verdict.reason or "It did not boot."
        case VerdictWord.INCONCLUSIVE:
            return CaseOutcome.SKIPPED, f"Unknown: {verdict.reason or 'its console does not tell.'}"
        case VerdictWord.NOT_TESTED:
            return CaseOutcome.SKIPPED, verdict.reason or "It was not tested."


def _boot_evidence(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.word.value}{f' ({verdict.strength.value})' if verdict.strength is not None else ''}"
    yield from (f"hint: {hint}" for hint in verdict.hints)
    yield from (f"console: {line}" for line in verdict.evidence)


def _seal(verdict: SealVerdict | None) -> Case:
    if verdict is None:
        return Case(
            name="seal", group=_GROUP, outcome=CaseOutcome.SKIPPED, reason="Unknown: its seal came to no verdict."
        )
    told = " ".join(verdict.reasons)
    outcome, reason = {
        SealWord.SEALED: (CaseOutcome.PASSED, ""),
        SealWord.NOT_SEALED: (CaseOutcome.FAILED, told or "It is not sealed."),
        SealWord.UNKNOWN: (CaseOutcome.SKIPPED, f"Unknown: {told}"),
    }[verdict.word]
    kept = tuple(f"kept on purpose: {each}" for each in verdict.kept)
    return Case(name="seal", group=_GROUP, outcome=outcome, reason=reason, evidence=(*verdict.proofs, *kept))


def _restored(run: RunRecord) -> Case:
    """Whether the source is as it was, and comes up again."""
    seen = run.source_seen
    is_down = seen is not None and seen.state is SourceState.DOES_NOT_COME_UP
    if run.instance_restored and not is_down:
        outcome, reason = CaseOutcome.PASSED, ""
    elif run.instance_restored:
        outcome, reason = CaseOutcome.FAILED, f"It is restored: {run.source_words}."
    else:
        outcome, reason = CaseOutcome.FAILED, f"It is not restored: `imaging undo {run.id}` restores it."
    return Case(
        name="instance restored",
        group=_GROUP,
        outcome=outcome,
        reason=reason,
        evidence=tuple(f"console: {line}" for line in seen.evidence) if seen is not None else (),
        seconds=_seconds_of(run, StepName.RESTORE),
    )


def _seconds_of(run: RunRecord, step: StepName) -> float | None:
    return next((record.seconds for record in run.steps if record.step is step), None)
