"""The runs in the pictures: real ones, by the real engine on the demonstration cloud, whose clock turns as they wait.

So their times are the same each time. What differs by machine (its name, the folder of the reports) or by chance (the
token of the marker) is given a fixed name afterwards.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from imaging.cloud.connection import connect
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import resolve_cloud
from imaging.cloud.login.resolved import ResolvedCloud
from imaging.democloud.guests.recording import load
from imaging.guest.facts_cache import GuestStore
from imaging.guest.report import read_report
from imaging.guidelines.profiles import load_profile
from imaging.runs.engine.engine import Engine
from imaging.runs.engine.run_context import RunContext
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import this_process
from imaging.runs.plan.export.wanted import WantedExport
from imaging.runs.plan.image_plan import plan_run
from imaging.runs.plan.import_file.costs import Uploads
from imaging.runs.plan.new_run import run_of_plan
from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runs.planner import Planner
from imaging.runs.steps import PROCEDURES
from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.paths import Paths
from models.errors import UnreadableRunError
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.export_plan import Room
from models.run.plan import Plan
from models.run.record import RunnerPresence, RunRecord
from models.run.request import Attestation, Mode, RunRequest
from models.steps import StepName

_HOST = "login1"
_REPORTS = "/home/ada/.local/state/imaging-console/runs"
_PAUSE_BETWEEN_RUNS_SECONDS = 120.0
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Controls:
    """The demonstration cloud's own controls."""

    url: str
    token: str

    def order(self, path: str, body: object) -> None:
        """Ask for something that only it can do, such as turning its clock."""
        request = urllib.request.Request(  # noqa: S310  # the address is our own process
            f"{self.url}/_control/{path}",
            method="POST",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Control-Token": self.token},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=_PATIENCE_SECONDS).close()


class TurnedClock:
    """Sleeping takes no time: it turns the clock of the demonstration cloud with the story's own."""

    def __init__(self, controls: Controls, start: datetime) -> None:
        """Begin when the held clock of the cloud shows `start`."""
        self._controls, self._now, self._seconds = controls, start, 0.0

    def now(self) -> datetime:
        """The time in the demonstration cloud."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        """Turn both clocks."""
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds
        self._controls.order("clock", {"advance": seconds})
        await asyncio.sleep(0)


class _PictureTaken(BaseException):
    """The picture is taken now; the run goes no further."""


async def made_runs(controls: Controls, start: datetime) -> tuple[RunRecord, ...]:
    """Runs: an image that boots, one that does not, a sealed one, one that is not sealed, one that is being saved.

    Args:
        controls: of a demonstration cloud whose clock is held at `start`.
        start: the time there.
    """
    clock = TurnedClock(controls, start.astimezone(UTC))
    cloud = await connect(await resolve_cloud("demo", ask=None), SystemClock())
    try:
        with tempfile.TemporaryDirectory() as folder:
            runs = []
            for number, (name, mode, last) in enumerate(_STORY):
                run_id = f"0tn8q{number}k2"
                runs.append(await _made(cloud, clock, Path(folder), name=name, mode=mode, run_id=run_id, last=last))
                await clock.sleep(_PAUSE_BETWEEN_RUNS_SECONDS)
            return tuple(_anonymous(run, folder) for run in runs)
    finally:
        await cloud.close()


def inspected(name: str, now: datetime) -> Fact[GuestFacts]:
    """What was recorded of a guest of the demonstration, as an inspection just now."""
    recorded = load(name).report
    nonce = recorded["nonce"]
    framed = f"@@imaging-probe-begin {nonce}\n{json.dumps(recorded)}\n@@imaging-probe-end {nonce} 0\n"
    facts = read_report(framed.encode("ascii"), nonce=nonce, method=InspectionMethod.SSH, now=now)
    return Fact(value=facts, source=Source.GUEST, read_at=now)


async def _made(
    cloud: Cloud,
    clock: TurnedClock,
    folder: Path,
    *,
    name: str,
    mode: Mode,
    run_id: str,
    last: Callable[[RunRecord], bool] | None,
) -> RunRecord:
    """Carry a run of the instance `name` to its end, or until `last` is true of it."""
    profile = load_profile("jetstream")
    request = RunRequest(
        mode=mode,
        name=f"{name}-20261102" if mode is Mode.PLAIN else f"{name}-sealed",
        description=f"What the survey course needs, on top of the base image of {name}: its tools and its accounts.",
        attestations=(Attestation(rule="SW-ATTEST"), Attestation(rule="DATA-SAVED")),
        uninspected="known from the last course",
    )
    pages = [page async for page in cloud.compute.instances()]
    source_id = next(one.id for page in pages for one in page if one.name == name)
    guest = inspected(name, clock.now()) if mode is Mode.SEALED else None
    plan = await plan_run(cloud, clock, source_id, request, profile, guest=guest)
    refuse(obstacles(plan))
    journal = Journal(folder / "runs.sqlite", clock)
    try:
        run = await journal.create(run_of_plan(plan, clock.now()).model_copy(update={"id": run_id}), profile)
        lease = await journal.take_lease(run_id)
        guests = GuestStore(Paths.below(folder).prepared(), clock)
        context = _Watched(journal, lease, run, clock=clock, profile=profile, folder=folder / run_id, guests=guests)
        context.last = last
        try:
            await Engine(context, PROCEDURES, lambda: _same(cloud)).work()
        except _PictureTaken:
            return context.run
        return await journal.run(run_id)
    finally:
        await journal.close()


class _Watched(RunContext):
    """A context that lets the run go no further than wanted."""

    last: Callable[[RunRecord], bool] | None = None

    async def pause(self, seconds: float, *, cancellable: bool) -> None:
        """Pause, unless this is the moment of the picture."""
        if self.last is not None and self.last(self.run):
            raise _PictureTaken
        await super().pause(seconds, cancellable=cancellable)


def _is_being_saved(run: RunRecord) -> bool:
    phases = run.step(StepName.WAIT_FOR_IMAGE).phases
    return bool(phases) and "saving" in phases[-1].text


_STORY: tuple[tuple[str, Mode, Callable[[RunRecord], bool] | None], ...] = (
    ("web-01", Mode.PLAIN, None),
    ("gis-lab", Mode.PLAIN, None),
    ("db-07", Mode.SEALED, None),
    ("web-01", Mode.SEALED, None),
    ("db-07", Mode.PLAIN, _is_being_saved),
)


async def _same(cloud: Cloud) -> Cloud:
    return cloud


def _anonymous(run: RunRecord, folder: str) -> RunRecord:
    """The run as if its runner had worked on the machine of somebody's cluster."""
    text = run.model_dump_json().replace(folder, _REPORTS).replace(f'"{this_process().host}"', f'"{_HOST}"')
    text = re.sub(r"(imaging-marker )[0-9a-f]{8,}", r"\g<1>5d1c2c9e40b14d0f", text)
    runner = RunnerPresence(host=_HOST, pid=4711, heartbeat_at=run.updated_at, alive=not run.state.is_over)
    return RunRecord.model_validate_json(text).model_copy(update={"host": _HOST, "runner": runner})


async def _no_uploads() -> Uploads:
    return ()


class ShownPlans(Planner):
    """The real plans, but for the room on this machine."""

    async def export(
        self,
        cloud: Cloud,
        image_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        wanted: WantedExport,
        guest: Fact[GuestFacts],
    ) -> Plan:
        """The real plan, with the same free space on every machine."""
        plan = await super().export(cloud, image_id, request, profile, wanted=wanted, guest=guest)
        needed = plan.export.size_bytes if plan.export is not None else 0
        room = Room(folder="/home/ada", needed_bytes=needed, free_bytes=120 * 2**30)
        export = plan.export.model_copy(update={"rooms": (room,)}) if plan.export is not None else None
        return plan.model_copy(update={"export": export})


class ShownRuns:
    """Stands where the run service stands: plans for real, and shows the runs that were made beforehand."""

    unreadable_runs: tuple[UnreadableRunError, ...] = ()

    def __init__(self, clock: Clock, made: tuple[RunRecord, ...]) -> None:
        """Show none of these runs until told to: the console opens on a run that is not over."""
        self._clock = clock
        self._hidden = made
        self.made: dict[str, RunRecord] = {}
        self.plans = ShownPlans(clock, uploads=_no_uploads, state=Path("/home/ada/.local/state"))

    def show(self) -> None:
        """From now on the runs are there."""
        self.made = {run.id: run for run in self._hidden}

    async def start(self, plan: Plan, resolved: ResolvedCloud, profile: Profile) -> RunRecord:
        """The tour starts no run."""
        raise NotImplementedError

    async def resume(self, run_id: str, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Nor does it change one."""
        raise NotImplementedError

    async def cancel(self, run_id: str, resolved: ResolvedCloud | None) -> RunRecord:
        """The same."""
        raise NotImplementedError

    async def remove_kept(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """The same."""
        raise NotImplementedError

    async def undo(
        self, target: RunRecord | Claim, resolved: ResolvedCloud, *, other_host: str | None = None
    ) -> RunRecord:
        """The same."""
        raise NotImplementedError

    async def delete_image(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """The same."""
        raise NotImplementedError

    async def find_claim(self, cloud: Cloud, instance_id: str) -> Claim | None:
        """No instance has one."""
        raise NotImplementedError

    async def runs(self) -> tuple[RunRecord, ...]:
        """The runs, newest first."""
        return tuple(sorted(self.made.values(), key=lambda run: run.created_at, reverse=True))

    async def run(self, run_id: str) -> RunRecord:
        """One run."""
        return self.made[run_id]

    async def watch(self, run_id: str) -> AsyncIterator[RunRecord]:
        """One run, as it is."""
        yield self.made[run_id]
