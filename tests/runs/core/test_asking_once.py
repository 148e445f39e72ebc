"""A change is asked for once; again only where it took no effect. Answers, and how long they take, are the test's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from imaging.guidelines.profiles import load_profile
from imaging.runs.core.idempotency import ask_until, create_once, observe_until_found
from imaging.runs.core.step_context import CancelRequested
from models.errors import (
    ConflictError,
    ForbiddenError,
    LostAnswerError,
    NotFoundError,
    ServerFaultError,
    UnreachableError,
)
from models.run.record import StepRecord
from models.steps import StepName
from tests.runs.ownership.things import run_of
from tests.runs.steps.memory_context import MemoryContext, TooLongError
from tests.support.clock import ManualClock

LOST = [LostAnswerError("the line dropped"), ServerFaultError("it fell over")]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ctx(clock: ManualClock, tmp_path: Path) -> MemoryContext:
    run = run_of(steps=(StepRecord(step=StepName.STOP),))
    return MemoryContext(None, clock, run, load_profile("openstack"), tmp_path)  # type: ignore[arg-type]  # no cloud is asked


class Asked:
    """A request that is answered so, one answer after the other, and then with success."""

    def __init__(self, *answers: Exception) -> None:
        self.times, self._answers = 0, list(answers)

    async def change(self) -> None:
        self.times += 1
        if self._answers:
            raise self._answers.pop(0)

    async def create(self) -> str:
        await self.change()
        return f"made {self.times}"


def seen_after(clock: ManualClock, seconds: float, thing: str = "seen") -> Callable[[], Awaitable[str | None]]:
    """What is there from a moment on."""
    begins = clock.monotonic() + seconds

    async def observe() -> str | None:
        return thing if clock.monotonic() >= begins else None

    return observe


class TestLookingFor:
    async def test_what_comes_in_time_is_seen(self, ctx: MemoryContext, clock: ManualClock) -> None:
        assert await observe_until_found(ctx, seen_after(clock, 59), what="it") == "seen"

    async def test_what_does_not_come_is_waited_for_a_minute_and_no_longer(
        self, ctx: MemoryContext, clock: ManualClock
    ) -> None:
        began = clock.monotonic()
        assert await observe_until_found(ctx, seen_after(clock, 100), what="it") is None
        assert clock.monotonic() - began == 60

    async def test_what_comes_with_the_last_look_is_seen(self, ctx: MemoryContext, clock: ManualClock) -> None:
        assert await observe_until_found(ctx, seen_after(clock, 60), what="it") == "seen"

    async def test_a_cloud_that_does_not_answer_has_a_minute_more(self, ctx: MemoryContext, clock: ManualClock) -> None:
        async def unreachable() -> str | None:
            raise UnreachableError("no line")

        began = clock.monotonic()
        with pytest.raises(TooLongError, match="the thing"):
            await observe_until_found(ctx, unreachable, what="the thing", seconds=10)
        assert clock.monotonic() - began == 70.5

    async def test_it_is_not_cut_short_by_a_cancellation_unless_that_is_allowed(
        self, ctx: MemoryContext, clock: ManualClock
    ) -> None:
        ctx.cancelled = True
        assert await observe_until_found(ctx, seen_after(clock, 5), what="it") == "seen"
        with pytest.raises(CancelRequested):
            await observe_until_found(ctx, seen_after(clock, 5), what="it", cancellable=True)


class TestAChange:
    async def until(self, ctx: MemoryContext, asked: Asked, seconds: float, **options: bool) -> str:
        clock = ctx.clock
        assert isinstance(clock, ManualClock)
        return await ask_until(
            ctx, asked.change, seen_after(clock, seconds), what="the goal", limit_seconds=300, **options
        )

    async def test_it_is_asked_once_and_awaited(self, ctx: MemoryContext, clock: ManualClock) -> None:
        asked, began = Asked(), clock.monotonic()
        assert await self.until(ctx, asked, 250) == "seen"
        assert (asked.times, clock.monotonic() - began) == (1, 250)

    async def test_a_goal_that_does_not_come_is_named(self, ctx: MemoryContext, clock: ManualClock) -> None:
        began = clock.monotonic()
        with pytest.raises(TooLongError, match="the goal"):
            await self.until(ctx, Asked(), 400)
        assert clock.monotonic() - began == 300.5

    @pytest.mark.parametrize("lost", LOST)
    async def test_a_lost_answer_is_not_asked_again_where_the_goal_comes(
        self, ctx: MemoryContext, lost: Exception
    ) -> None:
        asked = Asked(lost)
        assert await self.until(ctx, asked, 50) == "seen"
        assert asked.times == 1
        assert ctx.phases[0].startswith(f"no clear answer ({lost.args[0]})")

    @pytest.mark.parametrize("lost", LOST)
    async def test_after_a_minute_without_the_goal_it_is_asked_once_more(
        self, ctx: MemoryContext, lost: Exception
    ) -> None:
        asked = Asked(lost)
        assert await self.until(ctx, asked, 61) == "seen"
        assert asked.times == 2

    @pytest.mark.parametrize("refusal", [ConflictError("it is being done"), NotFoundError("it is gone")])
    async def test_a_second_request_that_the_first_made_needless_is_no_failure(
        self, ctx: MemoryContext, refusal: Exception
    ) -> None:
        assert await self.until(ctx, Asked(LOST[0], refusal), 100) == "seen"

    async def test_any_other_refusal_is(self, ctx: MemoryContext) -> None:
        with pytest.raises(ForbiddenError):
            await self.until(ctx, Asked(LOST[0], ForbiddenError("no")), 100)
        with pytest.raises(ConflictError):
            await self.until(ctx, Asked(ConflictError("no")), 0)

    @pytest.mark.parametrize("asked", [Asked(), Asked(LOST[0])])
    async def test_a_cancellation_ends_the_wait_unless_it_may_not(self, ctx: MemoryContext, asked: Asked) -> None:
        ctx.cancelled = True
        began = ctx.clock.monotonic()
        with pytest.raises(CancelRequested):
            await self.until(ctx, asked, 100)
        assert (asked.times, ctx.clock.monotonic() - began) == (1, 0)

    @pytest.mark.parametrize("seconds", [50, 100])
    async def test_a_wait_that_may_not_be_cancelled_goes_on(self, ctx: MemoryContext, seconds: float) -> None:
        ctx.cancelled = True
        assert await self.until(ctx, Asked(LOST[0]), seconds, cancellable=False) == "seen"
        assert await self.until(ctx, Asked(), seconds, cancellable=False) == "seen"


class TestMakingOne:
    async def make(self, ctx: MemoryContext, asked: Asked, seconds: float, *, before: bool = False) -> str:
        clock = ctx.clock
        assert isinstance(clock, ManualClock)
        return await create_once(ctx, asked.create, seen_after(clock, seconds), what="the thing", asked_before=before)

    async def test_what_is_there_is_taken(self, ctx: MemoryContext) -> None:
        asked = Asked()
        assert await self.make(ctx, asked, 0) == "seen"
        assert asked.times == 0

    async def test_what_is_not_there_is_made_at_once(self, ctx: MemoryContext, clock: ManualClock) -> None:
        began = clock.monotonic()
        assert await self.make(ctx, Asked(), 30) == "made 1"
        assert clock.monotonic() == began

    async def test_what_an_earlier_runner_may_have_asked_for_is_looked_for_a_minute(
        self, ctx: MemoryContext, clock: ManualClock
    ) -> None:
        asked = Asked()
        assert await self.make(ctx, asked, 55, before=True) == "seen"
        assert asked.times == 0
        began = clock.monotonic()
        assert await self.make(ctx, asked, 100, before=True) == "made 1"
        assert clock.monotonic() - began == 60

    @pytest.mark.parametrize("lost", LOST)
    async def test_after_a_lost_answer_it_is_looked_for_and_made_again_only_where_it_is_not(
        self, ctx: MemoryContext, lost: Exception
    ) -> None:
        asked = Asked(lost)
        assert await self.make(ctx, asked, 50) == "seen"
        assert asked.times == 1
        assert ctx.phases[0].startswith(f"no clear answer ({lost.args[0]})")
        assert await self.make(ctx, Asked(lost), 61) == "made 2"

    async def test_a_conflict_says_that_an_earlier_request_is_being_carried_out(self, ctx: MemoryContext) -> None:
        asked = Asked(ConflictError("busy"))
        assert await self.make(ctx, asked, 5) == "seen"
        assert asked.times == 1
        assert ctx.phases == ["busy; the first request is being carried out"]

    async def test_a_conflict_without_anything_to_see_is_a_refusal(
        self, ctx: MemoryContext, clock: ManualClock
    ) -> None:
        began = clock.monotonic()
        with pytest.raises(ConflictError, match="busy"):
            await self.make(ctx, Asked(ConflictError("busy")), 6)
        assert clock.monotonic() - began == 5

    @pytest.mark.parametrize("before,answers", [(True, ()), (False, (LOST[0],)), (False, (ConflictError("busy"),))])
    async def test_what_it_looks_for_is_named_and_no_cancellation_ends_the_look(
        self, ctx: MemoryContext, *, before: bool, answers: tuple[Exception, ...]
    ) -> None:
        looks = 0

        async def find() -> str | None:
            nonlocal looks
            looks += 1
            if before or looks > 1:
                raise UnreachableError("no line")
            return None

        ctx.cancelled = True
        with pytest.raises(TooLongError, match="the thing"):
            await create_once(ctx, Asked(*answers).create, find, what="the thing", asked_before=before)
