"""Runs as the pictures show them: the plan is real, from the demonstration cloud; what came of it is told here.

A real run would take other seconds each time, and the pictures are to have the same bytes each time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from imaging.runs.planning import plan_run, plan_verification
from imaging.runtime.clock import Clock
from models.claim import Claim, ClaimedVolume
from models.plan import Plan
from models.request import RunRequest
from models.run import Phase, RunKind, RunnerPresence, RunRecord, RunState, StepRecord, Trouble
from models.steps import StepName, StepState
from models.verdict import Stage, Strength, Verdict, VerdictWord

_HOST = "login1"

_COURSE: Mapping[StepName, tuple[float, str, tuple[tuple[float, str], ...]]] = {
    StepName.CHECK: (1, "139 rules, nothing blocks", ()),
    StepName.CLAIM: (4, "claimed, read back twice", ()),
    StepName.STOP: (7, "stopped", ((0.4, "asked to stop"), (6.6, "SHUTOFF"))),
    StepName.DETACH: (2, "2 volumes detached", ((0.6, "pgdata detached"), (1.7, "scratch detached"))),
    StepName.LOCK: (0, "locked", ()),
    StepName.CREATE_IMAGE: (1, "image 5d1c2c9e", ()),
    StepName.WAIT_FOR_IMAGE: (41, "active, 2.4 GiB", ((1, "image saving"), (12, "image uploading"), (40, "active"))),
    StepName.PUT_BACK: (9, "2 volumes, running", ((1, "pgdata attached"), (3, "scratch attached"), (8, "ACTIVE"))),
    StepName.DESCRIBE: (0, "needs 20 GiB disk", ()),
    StepName.TEST_LAUNCH: (11, "m3.tiny, the smallest that fits", ((1, "BUILD"), (10, "ACTIVE"))),
    StepName.VERIFY: (52, "booted, strong", ((6, "kernel"), (19, "system start"), (44, "login prompt"))),
    StepName.REMOVE_TEST: (4, "instance and security group removed", ()),
    StepName.REPORT: (0, "report.md", ()),
}
"""By step: seconds, note, and what was seen after how many seconds; steps that are not named are skipped."""

_BOOTED = Verdict(
    word=VerdictWord.BOOTED,
    strength=Strength.STRONG,
    stage=Stage.MARKER,
    reason="Its own start-up script answered on the console with status 0.",
    evidence=(
        "[   18.402113] cloud-init[712]: Cloud-init v. 24.1 running 'modules:final'",
        "Ubuntu 24.04 LTS imaging-test ttyS0",
        "imaging-test login:",
        "imaging-marker status=0 address=yes route=yes machine-id=own",
    ),
    has_address=True,
    has_default_route=True,
    has_own_machine_id=True,
)
_EMERGENCY = Verdict(
    word=VerdictWord.FAILED,
    stage=Stage.SYSTEM,
    reason="It ended in emergency mode.",
    evidence=(
        "[ TIME ] Timed out waiting for device dev-disk-by-uuid-6f1a.device.",
        "[DEPEND] Dependency failed for /data.",
        "You are in emergency mode. After logging in, type 'journalctl -xb' to view",
        "Cannot open access to console, the root account is locked.",
    ),
    hints=("/etc/fstab asks for a disk that the child does not have",),
)


def finished(run_id: str, plan: Plan, began: datetime) -> RunRecord:
    """A run that ended well."""
    return _told(run_id, plan, began, until=None)


def under_way(run_id: str, plan: Plan, began: datetime) -> RunRecord:
    """A run whose image is being saved."""
    return _told(run_id, plan, began, until=StepName.WAIT_FOR_IMAGE)


def unbootable(run_id: str, plan: Plan, began: datetime) -> RunRecord:
    """A run whose image does not boot."""
    run = _told(run_id, plan, began, until=None)
    trouble = Trouble(
        what="The test instance did not come up: it ended in emergency mode.",
        meaning="The image is kept, private. The source is as it was before.",
        remedy="Mend /etc/fstab in the source (nofail for every data volume), then make the image again.",
    )
    update = {"state": StepState.FAILED, "note": "failed: emergency mode", "trouble": trouble}
    steps = tuple(step.model_copy(update=update) if step.step is StepName.VERIFY else step for step in run.steps)
    changed: dict[str, Any] = {"state": RunState.FAILED, "verdict": _EMERGENCY, "steps": steps, "trouble": trouble}
    return run.model_copy(update=changed)


def _told(run_id: str, plan: Plan, began: datetime, *, until: StepName | None) -> RunRecord:
    steps, moment, reached = [], began, False
    for planned in plan.steps:
        seconds, note, phases = _COURSE.get(planned.step, (0, planned.summary, ()))
        if reached:
            steps.append(StepRecord(step=planned.step))
            continue
        end = moment + timedelta(seconds=seconds)
        reached = planned.step is until
        seen = tuple(Phase(at=moment + timedelta(seconds=after), text=text) for after, text in phases)
        if reached:
            steps.append(StepRecord(step=planned.step, state=StepState.RUNNING, started_at=moment, phases=seen[:-1]))
            continue
        state = StepState.DONE if planned.step in _COURSE else StepState.SKIPPED
        steps.append(
            StepRecord(step=planned.step, state=state, started_at=moment, ended_at=end, note=note, phases=seen)
        )
        moment = end
    over = until is None
    return RunRecord(
        id=run_id,
        kind=RunKind.CREATE,
        state=RunState.DONE if over else RunState.RUNNING,
        identity=plan.login.identity,
        host=_HOST,
        created_at=began,
        updated_at=moment,
        ended_at=moment if over else None,
        plan=plan,
        steps=tuple(steps),
        claim=_claim(run_id, plan, began),
        image_id="5d1c2c9e-40b1-4d0f-9f7e-d8a1f3c2b604",
        verdict=_BOOTED if over else None,
        source_restored=True if over else None,
        runner=RunnerPresence(host=_HOST, pid=4711, heartbeat_at=moment, alive=not over),
    )


def _claim(run_id: str, plan: Plan, began: datetime) -> Claim:
    volumes = tuple(
        ClaimedVolume(id=each.attachment.volume_id, order=order, device=each.attachment.device)
        for order, each in enumerate(plan.volumes)
    )
    instance_id = plan.source.id if plan.source else ""
    return Claim(
        run_id=run_id, instance_id=instance_id, host=_HOST, claimed_at=began, was_running=True, was_locked=False,
        volumes=volumes,
    )  # fmt: skip


class ToldRuns:
    """Stands in for the run service: plans for real, and shows the runs that it was given."""

    def __init__(self, clock: Clock) -> None:
        """Know no runs yet."""
        self._clock = clock
        self.told: dict[str, RunRecord] = {}

    async def plan(self, cloud: Any, instance_id: str, request: RunRequest, profile: Any) -> Plan:
        """The real plan."""
        return await plan_run(cloud, self._clock, instance_id, request, profile)

    async def plan_verification(self, cloud: Any, image_id: str, request: RunRequest, profile: Any) -> Plan:
        """The real plan."""
        return await plan_verification(cloud, self._clock, image_id, request, profile)

    async def runs(self) -> tuple[RunRecord, ...]:
        """The runs, newest first."""
        return tuple(sorted(self.told.values(), key=lambda run: run.created_at, reverse=True))

    async def run(self, run_id: str) -> RunRecord:
        """One run."""
        return self.told[run_id]

    async def watch(self, run_id: str) -> AsyncIterator[RunRecord]:
        """One run, as it is."""
        yield self.told[run_id]
