"""The records that runs begin with, and what keeps a run from beginning at all."""

from __future__ import annotations

import secrets
import socket
import string
from datetime import datetime

from models.claim import Claim
from models.errors import RunError
from models.findings import AskedFor
from models.instance import Instance
from models.login import Login
from models.plan import Plan
from models.request import RunRequest
from models.run import RunKind, RunRecord, RunState, StepRecord
from models.steps import CREATE_STEPS, DEEP_CHECK_STEPS, VERIFY_STEPS, StepName

UNDO_STEPS = (StepName.PUT_BACK, StepName.REPORT)
"""The steps of an undo without a journal."""

_DIGITS = string.digits + string.ascii_lowercase
_STEPS = {
    RunKind.CREATE: CREATE_STEPS,
    RunKind.VERIFY: VERIFY_STEPS,
    RunKind.DEEP_CHECK: DEEP_CHECK_STEPS,
    RunKind.UNDO: UNDO_STEPS,
}


def new_run_id(now: datetime) -> str:
    """An id that sorts by time, made of a-z and 0-9: seven digits for the second, four by chance."""
    seconds, digits = int(now.timestamp()), ""
    for _ in range(7):
        seconds, digit = divmod(seconds, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits + "".join(secrets.choice(_DIGITS) for _ in range(4))


def run_of_plan(plan: Plan, now: datetime) -> RunRecord:
    """A run that carries out a plan."""
    if plan.deep:
        return _record(RunKind.DEEP_CHECK, plan, now)
    return _record(RunKind.CREATE if plan.source is not None else RunKind.VERIFY, plan, now)


def run_of_claim(claim: Claim, source: Instance, login: Login, now: datetime) -> RunRecord:
    """A run that only puts back what a claim in an instance's metadata describes."""
    plan = Plan(request=RunRequest(name=""), login=login, source=source, made_at=now)
    return _record(RunKind.UNDO, plan, now).model_copy(update={"claim": claim, "source_restored": False})


def refuse_unready(plan: Plan) -> None:
    """Let pass a plan that may be carried out.

    Raises:
        RunError: something blocks, or the user's word is missing that is needed before a run.
    """
    if plan.deep and plan.test is not None and plan.test.refused_because:
        raise RunError(f"No deep check is possible: {plan.test.refused_because}.", meaning="Nothing was changed.")
    if plan.checklist is None:
        return
    blocking = [finding for finding in plan.checklist.findings if finding.blocks]
    if blocking:
        raise RunError(
            f"The checklist is not ready: {'; '.join(f'{each.rule}: {each.evidence}' for each in blocking)}.",
            meaning="Nothing was changed.",
            remedy="Put that right, or waive it with a reason (--waive RULE=WHY).",
        )
    missing = [
        finding.rule
        for finding in plan.checklist.findings
        if finding.awaits_word and finding.asked_for is AskedFor.BEFORE_RUN
    ]
    if missing:
        raise RunError(
            f"Your word is missing on: {', '.join(missing)}.",
            meaning="Nothing was changed.",
            remedy=f"Give it with {' '.join(f'--attest {rule}' for rule in missing)}.",
        )


def _record(kind: RunKind, plan: Plan, now: datetime) -> RunRecord:
    return RunRecord(
        id=new_run_id(now),
        kind=kind,
        state=RunState.PLANNED,
        identity=plan.login.identity,
        host=socket.gethostname(),
        created_at=now,
        updated_at=now,
        plan=plan,
        steps=tuple(StepRecord(step=step) for step in _STEPS[kind]),
    )
