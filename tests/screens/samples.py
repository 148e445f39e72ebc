"""Frozen models to show: an instance, its plan, and runs in several states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity, Login
from models.fact import Fact
from models.findings import Finding, Outcome, Severity, Source
from models.guest.facts import GuestFacts
from models.run.claim import Claim
from models.run.kind import RunKind
from models.run.plan import Plan, PlannedStep
from models.run.record import Phase, RunnerPresence, RunRecord, RunState, StepRecord
from models.run.request import RunRequest
from models.steps import CREATE_STEPS, StepName, StepState
from tests.guidelines.guest_building import guest, read_then

NOW = datetime(2026, 11, 2, 14, 5, tzinfo=UTC)
IDENTITY = CloudIdentity(cloud="demo", auth_url="http://127.0.0.1/identity", project_id="p1", user_id="u1")
LOGIN = Login(identity=IDENTITY, user_name="ada", project_name="astro-survey")
HOSTILE = "[/red]\x1b[2J[bold]gone[/bold]"


def instance(name: str = "db-07", **fields: Any) -> Instance:
    return Instance(**{"id": f"id-{name}", "name": name, "status": "ACTIVE", "user_id": "u1", **fields})


def plan(source: Instance | None = None, **fields: Any) -> Plan:
    return Plan(
        request=RunRequest(name="db-07-20261102"),
        login=LOGIN,
        source=source or instance(),
        steps=tuple(PlannedStep(step=step, summary=f"What {step.value} does.") for step in CREATE_STEPS),
        made_at=NOW,
        **fields,
    )


def run(
    run_id: str = "r1", state: RunState = RunState.RUNNING, *, at: StepName = StepName.DETACH, **fields: Any
) -> RunRecord:
    """A run that has come as far as one step."""
    place = CREATE_STEPS.index(at)
    steps = [StepRecord(step=step, state=StepState.DONE, started_at=NOW, ended_at=NOW) for step in CREATE_STEPS[:place]]
    phases = (Phase(at=NOW, text="pgdata detached"),)
    steps.append(StepRecord(step=at, state=StepState.RUNNING, started_at=NOW, phases=phases))
    steps += [StepRecord(step=step) for step in CREATE_STEPS[place + 1 :]]
    return RunRecord(
        **{
            "id": run_id,
            "kind": RunKind.CREATE,
            "state": state,
            "identity": IDENTITY,
            "host": "login1",
            "created_at": NOW - timedelta(seconds=9),
            "updated_at": NOW,
            "plan": plan(),
            "steps": tuple(steps),
            "runner": RunnerPresence(host="login1", pid=1, heartbeat_at=NOW, alive=True),
            **fields,
        }
    )


def claim() -> Claim:
    return Claim(run_id="r1", instance_id="id-db-07", host="login1", claimed_at=NOW, was_running=True, was_locked=False)


def finding(outcome: Outcome = Outcome.FAIL, severity: Severity = Severity.BLOCK, **fields: Any) -> Finding:
    texts = {"rule": "X-RULE", "chapter": "Volumes", "title": "A rule", "evidence": "seen"}
    return Finding(outcome=outcome, severity=severity, **{**texts, **fields})


def inspected(**parts: Any) -> Fact[GuestFacts]:
    """What an inspection two minutes ago found in a healthy guest; parts can be given."""
    read_at = NOW - timedelta(minutes=2)
    return Fact[GuestFacts](value=read_then(guest(**parts), read_at), source=Source.GUEST, read_at=read_at)
