"""A run whose steps are plain functions: what the engine does with them is all that these tests look at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from imaging.guest.store import GuestStore
from imaging.runs.context import Procedures, StepContext, StepResult
from imaging.runs.engine import Engine
from imaging.runs.journal import Journal
from imaging.runs.lease import Lease
from imaging.runs.new_runs import run_of_plan
from imaging.runs.run_context import RunContext
from imaging.runtime.paths import Paths
from models.claim import Claim
from models.image import Image
from models.instance import Instance
from models.login import CloudIdentity, Login
from models.plan import Plan
from models.profile import Profile
from models.request import RunRequest
from models.run import RunRecord
from models.steps import StepName
from models.verdict import Strength, Verdict, VerdictWord
from tests.support.clock import ManualClock

NOW = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
IDENTITY = CloudIdentity(cloud="test", auth_url="http://cloud/identity", project_id="p-1", user_id="u-1")
PROFILE = Profile(name="test", title="Test")
SOURCE = Instance(id="source-1", name="db-07", status="ACTIVE")
BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)

Doing = Callable[[StepContext], Awaitable[StepResult | None]]


def plan(*, source: Instance | None = SOURCE, **request) -> Plan:
    image = None if source else Image(id="image-1", name="an image", status="active")
    return Plan(
        request=RunRequest(name="an image", **request),
        login=Login(identity=IDENTITY),
        source=source,
        image=image,
        made_at=NOW,
    )


def claim_of(run: RunRecord, *, host: str = "login1") -> Claim:
    return Claim(run_id=run.id, instance_id="source-1", host=host, claimed_at=NOW, was_running=True, was_locked=False)


class FakeCompute:
    """One instance, to be read."""

    def __init__(self) -> None:
        self.source = SOURCE
        self.gone: Exception | None = None

    async def instance(self, instance_id: str) -> Instance:
        if self.gone is not None:
            raise self.gone
        return self.source


class FakeCloud:
    """A cloud that lets everybody log in."""

    def __init__(self, identity: CloudIdentity = IDENTITY) -> None:
        self.identity = identity
        self.compute = FakeCompute()
        self.protected: list[str] = []
        self.closed = False

    async def login(self) -> Login:
        return Login(identity=self.identity)

    def protect(self, instance_id: str) -> None:
        self.protected.append(instance_id)

    async def close(self) -> None:
        self.closed = True


class FakeSteps:
    """Steps that write down that they were done; `on` makes one do something of its own, or fail."""

    def __init__(self, verdict: Verdict | None = BOOTED) -> None:
        self.done: list[str] = []
        self.verdict = verdict
        self._own: dict[str, Doing] = {}

    def on(self, name: str, doing: Doing | Exception, *, times: int | None = None) -> None:
        """Let a step or clean-up do something, always or the first few times."""
        left = [times]

        async def own(ctx: StepContext) -> StepResult | None:
            if left[0] is not None:
                if left[0] == 0:
                    return await self._usual(name, ctx)
                left[0] -= 1
            if isinstance(doing, Exception):
                raise doing
            return await doing(ctx)

        self._own[name] = own

    @property
    def procedures(self) -> Procedures:
        steps = {name: self._function(name.value) for name in StepName}
        return Procedures(
            steps=steps,
            withdraw=self._function("withdraw"),
            remove_unfinished_image=self._function("remove unfinished image"),
            mark_unverified=self._function("mark unverified"),
        )

    def _function(self, name: str) -> Callable[[StepContext], Awaitable[StepResult]]:
        async def function(ctx: StepContext) -> StepResult:
            self.done.append(name)
            own = self._own.get(name)
            return (await own(ctx) if own else await self._usual(name, ctx)) or StepResult()

        return function

    async def _usual(self, name: str, ctx: StepContext) -> None:
        if name == "claim":
            await ctx.record(claim=claim_of(ctx.run))
        elif name == "create image":
            await ctx.record(image_id="image-1")
        elif name == "verify" and self.verdict is not None:
            await ctx.record(verdict=self.verdict)
        elif name == "report":
            await ctx.record(report_path="/a/report.md")


class Stage:
    """A journal, a clock, a cloud and steps, and the engine on them."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.journal = Journal(folder / "runs.sqlite", clock)
        self.cloud = FakeCloud()
        self.steps = FakeSteps()
        self.stopping = asyncio.Event()
        self.connect_errors: list[Exception] = []

    async def new_run(self, a_plan: Plan | None = None, **request) -> RunRecord:
        return await self.journal.create(run_of_plan(a_plan or plan(**request), self.clock.now()), PROFILE)

    async def context(self, run: RunRecord) -> tuple[RunContext, Lease]:
        lease = await self.journal.take_lease(run.id)
        context = RunContext(
            self.journal,
            lease,
            await self.journal.run(run.id),
            clock=self.clock,
            profile=PROFILE,
            folder=self.folder / run.id,
            guests=GuestStore(Paths.below(self.folder), self.clock),
            stopping=self.stopping,
        )
        context.cloud = self.cloud
        return context, lease

    async def pragma(self, statement: str) -> int | None:
        """Ask or tell SQLite something, on the connection of the journal."""
        connection = self.journal._connection
        row = await self.journal._thread.do(lambda: connection.execute(f"PRAGMA {statement}").fetchone())
        return row and row[0]

    async def work(self, run: RunRecord) -> RunRecord:
        """Let a runner work on the run as far as it goes, then give up its lease."""
        context, lease = await self.context(run)
        try:
            return await Engine(context, self.steps.procedures, self._connect).work()
        finally:
            await self.journal.give_back(lease)

    async def _connect(self) -> FakeCloud:
        if self.connect_errors:
            raise self.connect_errors.pop(0)
        return self.cloud
