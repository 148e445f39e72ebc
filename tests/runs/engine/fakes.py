"""A run whose steps are plain functions: what the engine does with them is all that these tests read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.runs.core.step_context import Procedures, StepContext, StepResult
from imaging.runs.engine.engine import Engine
from imaging.runs.engine.run_context import RunContext
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import Lease
from imaging.runs.plan.new_run import run_of_plan
from imaging.runtime.paths import Paths
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity, Login
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import RunRequest
from models.steps import StepName
from models.verdict import Strength, Verdict, VerdictWord
from tests.support.clock import ManualClock
from tests.support.known import present

NOW = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
IDENTITY = CloudIdentity(cloud="test", auth_url="http://cloud/identity", project_id="p-1", user_id="u-1")
PROFILE = Profile(name="test", title="Test")
SOURCE = Instance(id="source-1", name="db-07", status="ACTIVE")
BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)

StepBody = Callable[[StepContext], Awaitable[StepResult | None]]


def plan(*, source: Instance | None = SOURCE, **request: Any) -> Plan:
    image = None if source else Image(id="image-1", name="an image", status="active")
    return Plan(
        kind=RunKind.CREATE if source else RunKind.VERIFY,
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

    async def server_time(self) -> datetime:
        return NOW

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

    @property
    def as_cloud(self) -> Cloud:
        """The same to who takes a whole cloud: of a run whose steps are functions, no more of it is asked."""
        return cast("Cloud", self)

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
        self.unlisted: list[str] = []
        """Why the list of a base was ended without one, each time."""
        self.verdict = verdict
        self._own: dict[str, StepBody] = {}

    def on(self, name: str, body: StepBody | Exception, *, times: int | None = None) -> None:
        """Let a step or clean-up do something, always or the first few times."""
        left = [times]

        async def own(ctx: StepContext) -> StepResult | None:
            if left[0] is not None:
                if left[0] == 0:
                    await self._usual(name, ctx)
                    return None
                left[0] -= 1
            if isinstance(body, Exception):
                raise body
            return await body(ctx)

        self._own[name] = own

    @property
    def procedures(self) -> Procedures:
        steps = {name: self._function(name.value) for name in StepName}
        return Procedures(
            steps=steps,
            release_claim=self._clean_up("release claim"),
            remove_unfinished_image=self._clean_up("remove unfinished image"),
            remove_unfinished_sealed=self._clean_up("remove unfinished sealed"),
            remove_inspection=self._function("remove inspection"),
            remove_checked=self._function("remove checked"),
            end_listing=self._end_listing,
            remove_base=self._function("remove base"),
            remove_kept=self._function("remove kept"),
            mark_unverified=self._clean_up("mark unverified"),
            clear_import=self._clean_up("clear import"),
            clear_export=self._clean_up("clear the export"),
        )

    def _function(self, name: str) -> Callable[[StepContext], Awaitable[StepResult]]:
        async def function(ctx: StepContext) -> StepResult:
            return await self._carry_out(name, ctx) or StepResult()

        return function

    async def _end_listing(self, ctx: StepContext, because: str) -> StepResult:
        self.unlisted.append(because)
        await ctx.record(base_unread=because)
        return await self._carry_out("end listing", ctx) or StepResult("not known", skipped=True)

    def _clean_up(self, name: str) -> Callable[[StepContext], Awaitable[None]]:
        async def function(ctx: StepContext) -> None:
            await self._carry_out(name, ctx)

        return function

    async def _carry_out(self, name: str, ctx: StepContext) -> StepResult | None:
        self.done.append(name)
        if own := self._own.get(name):
            return await own(ctx)
        await self._usual(name, ctx)
        return None

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

    async def new_run(self, a_plan: Plan | None = None, **request: Any) -> RunRecord:
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
        context.cloud = self.cloud.as_cloud
        return context, lease

    async def pragma(self, statement: str) -> int | None:
        """Ask or tell SQLite something, on the connection of the journal."""
        connection = present(self.journal._connection)
        row = await self.journal._thread.do(lambda: connection.execute(f"PRAGMA {statement}").fetchone())
        return int(row[0]) if row else None

    async def work(self, run: RunRecord) -> RunRecord:
        """Let a runner work on the run as far as it goes, then give up its lease."""
        context, lease = await self.context(run)
        try:
            return await Engine(context, self.steps.procedures, self._connect).work()
        finally:
            await self.journal.give_back(lease)

    async def _connect(self) -> Cloud:
        if self.connect_errors:
            raise self.connect_errors.pop(0)
        return self.cloud.as_cloud
