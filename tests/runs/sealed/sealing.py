"""A sealed run on the demonstration cloud, by the real steps, planned from what was recorded of its guest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from imaging.cloud.instance_facts import gather_facts
from imaging.cloud.interface import Cloud
from imaging.guest.report import read_report
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.image_plan import plan_run
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.plan import Plan
from models.run.record import OwnedKind, RunRecord, RunState
from models.run.request import Attestation, Mode, RunRequest, Waiver
from models.seal.plan import SealPlan
from models.seal.report import SealState
from models.seal.verdict import SealWord
from models.verdict import VerdictWord
from models.works.verdict import WorksWord
from tests.guest.recordings.recording import RECORDINGS
from tests.runs.test_crash_matrix import PROFILE, DemoClock, a_run_of, clock, cloud, demo_cloud, everything, to_its_end

__all__ = ["clock", "cloud", "demo_cloud", "everything", "to_its_end"]

REQUEST = RunRequest(
    mode=Mode.SEALED,
    name="lidar-tools",
    description="PostgreSQL 16 and the lidar tools, which the base image does not have.",
    profile="openstack",
    attestations=(Attestation(rule="SW-ATTEST"),),
    uninspected="the demonstration cloud's guest is known",
)


def inspected(name: str, now: datetime) -> Fact[GuestFacts]:
    """What an inspection of a guest of the demonstration cloud finds."""
    recorded = json.loads((RECORDINGS / f"{name}.json").read_text("ascii"))["report"]
    nonce = recorded["nonce"]
    framed = f"@@imaging-probe-begin {nonce}\n{json.dumps(recorded)}\n@@imaging-probe-end {nonce} 0\n"
    facts = read_report(framed.encode("ascii"), nonce=nonce, method=InspectionMethod.SSH, now=now)
    return Fact(value=facts, source=Source.GUEST, read_at=now)


async def plan_sealed(cloud: Cloud, clock: DemoClock, source_id: str, guest: str, *, test: bool = True) -> Plan:
    """The plan of a sealed run; what its guidelines block is waived."""
    facts = inspected(guest, clock.now())
    read = await gather_facts(cloud, source_id, clock)
    first = await plan_run(cloud, clock, source_id, REQUEST, PROFILE, guest=facts, read=read)
    assert first.checklist is not None
    waivers = tuple(
        Waiver(rule=each.rule, reason="the test is about the seal") for each in first.checklist.findings if each.blocks
    )
    asked = tuple(each.rule for each in first.checklist.findings if each.awaits_confirmation)
    attested = (*REQUEST.attestations, *(Attestation(rule=rule) for rule in asked))
    request = REQUEST.model_copy(update={"waivers": waivers, "attestations": attested, "test": test})
    return await plan_run(cloud, clock, source_id, request, PROFILE, guest=facts, read=read)


@asynccontextmanager
async def a_sealed_run(
    cloud: Cloud,
    clock: DemoClock,
    folder: Path,
    source_id: str,
    *,
    guest: str = "db-07",
    test: bool = True,
    planned: Callable[[SealPlan], SealPlan] = lambda plan: plan,
) -> AsyncIterator[tuple[Journal, RunRecord]]:
    """A journal of its own with a new sealed run, by the plan that `planned` makes of its own."""
    plan = await plan_sealed(cloud, clock, source_id, guest, test=test)
    assert plan.seal is not None
    async with a_run_of(plan.model_copy(update={"seal": planned(plan.seal)}), clock, folder) as made:
        yield made


def assert_sealed(run: RunRecord) -> None:
    """It is done: sealed, proved to be so, booted, and the source restored."""
    assert (run.state, run.trouble, run.instance_restored) == (RunState.DONE, None, True)
    assert run.seal_verdict is not None
    assert (run.seal_verdict.word, run.seal_verdict.reasons) == (SealWord.SEALED, ())
    assert run.seal_report is not None
    assert run.seal_report.state is SealState.SEALED
    assert run.verdict is not None
    assert run.verdict.word is VerdictWord.BOOTED
    assert run.works is not None
    assert (run.works.word, run.works.boots) == (WorksWord.YES, 2)
    assert standing(run) == []


def standing(run: RunRecord) -> list[str]:
    """What of the run is still there but its image."""
    return [
        f"{each.kind} {each.name}"
        for each in run.owned
        if not each.removed and not (each.kind is OwnedKind.IMAGE and each.id == run.image_id)
    ]
