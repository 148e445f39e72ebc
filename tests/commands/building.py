"""Plans and runs for tests: one instance with two volumes, as far as a run may have come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from models.cloud.flavor import Flavor
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.login import CloudIdentity, Login
from models.cloud.network import Network
from models.cloud.volume import Volume
from models.findings import AskedFor, Checklist, Finding, Outcome, Remedy, Severity
from models.run.kind import RunKind
from models.run.plan import Plan, PlannedStep, PlannedVolume, TestLaunchPlan
from models.run.record import RunnerPresence, RunRecord, RunState, StepRecord
from models.run.request import RunRequest
from models.steps import CREATE_STEPS, StepName
from models.verdict import Strength, Verdict, VerdictWord

START = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
IDENTITY = CloudIdentity(cloud="alice", auth_url="http://cloud/identity", project_id="p1", user_id="u1")
LOGIN = Login(identity=IDENTITY)
NETWORK = Network(id="n1", name="auto")
FLAVOR = Flavor(id="1", name="m3.tiny", vcpus=1, ram_mib=3072, disk_gib=20)
BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG, reason="the marker was printed")
FAILED = Verdict(
    word=VerdictWord.FAILED,
    reason="emergency mode",
    evidence=("You are in emergency mode.",),
    hints=("a device was missing",),
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def instance(**fields: Any) -> Instance:
    return Instance(**({"id": "i1", "name": "db-07", "status": "ACTIVE"} | fields))


def finding(rule: str = "VOL-DETACHED", **fields: Any) -> Finding:
    usual: dict[str, Any] = {
        "rule": rule,
        "chapter": "Volumes",
        "title": "Attached volumes",
        "outcome": Outcome.FAIL,
        "severity": Severity.BLOCK,
        "evidence": "2 volumes are attached",
        "remedy": Remedy(text="Detach them.", command="openstack server remove volume i1 v1"),
    }
    return Finding(**(usual | fields))


def asking(rule: str, by: AskedFor) -> Finding:
    return finding(rule, outcome=Outcome.UNKNOWN, severity=Severity.ASK, asked_for=by, evidence=f"{rule} is asked")


def checklist(*findings: Finding, **fields: Any) -> Checklist:
    return Checklist(profile="jetstream", findings=findings, **fields)


def volume(number: int, name: str, device: str) -> PlannedVolume:
    return PlannedVolume(
        attachment=VolumeAttachment(volume_id=f"v{number}", device=device),
        volume=Volume(id=f"v{number}", name=name, status="in-use", size_gib=10),
    )


def plan(**fields: Any) -> Plan:
    usual: dict[str, Any] = {
        "request": RunRequest(name="db-07-v1", description="PostgreSQL 16, with PostGIS, on Ubuntu 24.04"),
        "login": LOGIN,
        "checklist": checklist(),
        "source": instance(),
        "volumes": (volume(1, "pgdata", "/dev/vdb"), volume(2, "scratch", "/dev/vdc")),
        "test": TestLaunchPlan(flavors=(FLAVOR,), why="smallest that fits", network=NETWORK, networks=(NETWORK,)),
        "steps": (
            PlannedStep(step=StepName.STOP, summary="Stop db-07.", commands=("openstack server stop i1",)),
            PlannedStep(step=StepName.LOCK, summary="Lock db-07.", skipped=True),
        ),
        "warnings": ("vdd comes back as vdc",),
        "made_at": START,
    }
    return Plan(**(usual | fields))


def steps(**records: StepRecord) -> tuple[StepRecord, ...]:
    """The steps of a run, with some records of their own by the names of `StepName`."""
    return tuple(records.get(step.name, StepRecord(step=step)) for step in CREATE_STEPS)


def run(**fields: Any) -> RunRecord:
    usual: dict[str, Any] = {
        "id": "k3f9a1",
        "kind": RunKind.CREATE,
        "state": RunState.RUNNING,
        "identity": IDENTITY,
        "host": "here",
        "created_at": START,
        "updated_at": at(10),
        "plan": plan(),
        "steps": steps(),
        "runner": RunnerPresence(host="here", pid=1, heartbeat_at=START, alive=True),
    }
    return RunRecord(**(usual | fields))
