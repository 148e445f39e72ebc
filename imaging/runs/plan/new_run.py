"""The records that runs begin with."""

from __future__ import annotations

import secrets
import socket
import string
from datetime import datetime

from models.cloud.instance import Instance
from models.cloud.login import Login
from models.run.claim import Claim
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.record import RunRecord, RunState, StepRecord
from models.run.request import RunRequest
from models.steps import StepName

_DIGITS = string.digits + string.ascii_lowercase


def new_run_id(now: datetime) -> str:
    """An id that sorts by time, made of a-z and 0-9: seven digits for the second, four by chance."""
    seconds, digits = int(now.timestamp()), ""
    for _ in range(7):
        seconds, digit = divmod(seconds, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits + "".join(secrets.choice(_DIGITS) for _ in range(4))


def run_of_plan(plan: Plan, now: datetime, *, run_id: str | None = None) -> RunRecord:
    """A run that carries out a plan.

    Args:
        plan: what is to be done.
        now: the time.
        run_id: the id that it is to have; None for a new one.
    """
    return RunRecord(
        id=run_id or new_run_id(now),
        kind=plan.kind,
        state=RunState.PLANNED,
        identity=plan.login.identity,
        host=socket.gethostname(),
        created_at=now,
        updated_at=now,
        plan=plan,
        steps=tuple(StepRecord(step=step) for step in steps_of(plan)),
    )


def steps_of(plan: Plan) -> tuple[StepName, ...]:
    """The steps of a run by this plan: those of its kind, and before the report what was asked for beyond them."""
    *steps, report = plan.kind.spec.steps
    return (*steps, *((StepName.LIST_BASE,) if plan.base is not None else ()), report)


def run_of_claim(claim: Claim, source: Instance, login: Login, now: datetime) -> RunRecord:
    """A run that only restores what a claim in an instance's metadata describes."""
    plan = Plan(kind=RunKind.UNDO, request=RunRequest(name=""), login=login, source=source, made_at=now)
    return run_of_plan(plan, now).model_copy(update={"claim": claim, "instance_restored": False})
