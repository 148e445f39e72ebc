"""The list kept fresh: few calls, no event without a change, and a full list when the machine slept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from imaging.cloud.instance_list_polling import InstanceWatch, WatchEvent
from imaging.cloud.interface import InstanceChanges
from models.cloud.instance import Instance
from models.errors import RateLimitedError, UnreachableError

START = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)


def instance(name: str, status: str = "ACTIVE", **more) -> Instance:
    return Instance(id=name, name=name, status=status, updated_at=START, **more)


class FakeCompute:
    """A Nova that remembers when it was asked for what."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.pages: list[tuple[Instance, ...]] = []
        self.answers: list[InstanceChanges | Exception] = []
        self.asked: list[tuple[str, object, float]] = []
        self.fail_full: Exception | None = None

    async def instances(self):
        self.asked.append(("full", None, self.clock.monotonic()))
        for page in self.pages:
            yield page
        if self.fail_full:
            raise self.fail_full

    async def changed_instances(self, since):
        self.asked.append(("changes", since, self.clock.monotonic()))
        answer = self.answers.pop(0) if self.answers else InstanceChanges((), START + timedelta(seconds=30))
        if isinstance(answer, Exception):
            raise answer
        return answer


class Cloud:
    def __init__(self, clock) -> None:
        self.compute = FakeCompute(clock)


@pytest.fixture
def cloud(clock):
    made = Cloud(clock)
    made.compute.pages = [(instance("a"), instance("b"))]
    return made


@pytest.fixture
def watch(cloud, clock):
    return InstanceWatch(cloud, clock)


async def take(watch: InstanceWatch, number: int) -> list[WatchEvent]:
    """The next events."""
    events = watch.events()
    try:
        return [await anext(events) for _ in range(number)]
    finally:
        await events.aclose()


async def run_for(watch: InstanceWatch, clock, seconds: float) -> list[WatchEvent]:
    """All events until the clock has turned so far."""
    seen: list[WatchEvent] = []

    async def collect():
        async for event in watch.events():
            seen.append(event)  # noqa: PERF401  # it never ends, and what came so far is wanted

    end = clock.monotonic() + seconds
    task = asyncio.ensure_future(collect())
    while clock.monotonic() < end:  # noqa: ASYNC110  # the clock turns as the watch sleeps
        await asyncio.sleep(0)
    task.cancel()
    return seen


async def test_it_begins_with_the_full_list_page_by_page(cloud, watch):
    cloud.compute.pages = [(instance("a"),), (instance("b"),)]
    first, second, end = await take(watch, 3)
    assert [one.id for one in first.changed] == ["a"]
    assert not first.complete
    assert [one.id for one in second.changed] == ["b"]
    assert end.complete
    assert set(watch.instances) == {"a", "b"}
    assert watch.read_at is not None


async def test_an_empty_project_is_complete_at_once_and_stays_still(cloud, watch, clock):
    cloud.compute.pages = []
    events = await run_for(watch, clock, 120)
    assert [(event.changed, event.gone, event.complete) for event in events] == [((), (), True)]


async def test_while_nothing_changes_there_are_few_calls_no_full_list_and_no_event(cloud, watch, clock):
    events = await run_for(watch, clock, 600)
    kinds = [kind for kind, _, _ in cloud.compute.asked]
    assert kinds[0] == "full"
    assert "full" not in kinds[1:]
    assert len(kinds) <= 6 * 10
    assert len(events) == 2


async def test_changes_are_asked_for_by_the_servers_time_minus_a_minute(cloud, watch, clock):
    cloud.compute.answers = [InstanceChanges((), START + timedelta(hours=5)), InstanceChanges((), None)]
    await run_for(watch, clock, 60)
    since = [since for kind, since, _ in cloud.compute.asked if kind == "changes"]
    assert since[0] == START - timedelta(seconds=60)
    assert since[1] == START + timedelta(hours=5, seconds=-60)
    assert since[2] == since[1]


async def test_changed_new_and_deleted_ones_are_merged_by_id(cloud, watch):
    answer = (instance("a", "SHUTOFF"), instance("c"), instance("b", "DELETED"), instance("never seen", "DELETED"))
    cloud.compute.answers = [InstanceChanges(answer, None)]
    event = (await take(watch, 3))[2]
    assert [one.id for one in event.changed] == ["a", "c"]
    assert event.gone == ("b",)
    assert {one.id: one.status for one in watch.instances.values()} == {"a": "SHUTOFF", "c": "ACTIVE"}


async def test_what_comes_again_unchanged_is_no_event(cloud, watch, clock):
    cloud.compute.answers = [InstanceChanges((instance("a"), instance("b")), None)] * 3
    assert len(await run_for(watch, clock, 60)) == 2


async def test_what_is_in_transition_is_watched_closely_but_not_for_ever(cloud, watch, clock):
    cloud.compute.pages = [(instance("a", task_state="image_uploading"),)]
    await run_for(watch, clock, 1200)
    times = [time for _, _, time in cloud.compute.asked]
    pauses = [round(later - earlier, 6) for earlier, later in pairwise(times)]
    assert pauses[0] == 3
    assert pauses == sorted(pauses)
    assert pauses[-1] == 15


async def test_what_hangs_in_transition_costs_no_more_calls_than_a_still_project_after_a_few_minutes(
    cloud, watch, clock
):
    cloud.compute.pages = [(instance("a", task_state="deleting"),)]
    await run_for(watch, clock, 1200)
    since_quiet = [time for _, _, time in cloud.compute.asked if 180 <= time < 1200]
    assert len(since_quiet) <= 6 * 17


async def test_an_hour_without_an_answer_brings_a_full_list(cloud, watch, clock):
    cloud.compute.answers = [UnreachableError("away")] * 300
    await run_for(watch, clock, 3900)
    kinds = [kind for kind, _, _ in cloud.compute.asked]
    assert kinds.count("full") == 2


async def test_after_the_machine_slept_the_full_list_is_asked_for_again(cloud, watch, clock):
    events = watch.events()
    await anext(events)
    await anext(events)
    clock._now += timedelta(minutes=20)
    cloud.compute.pages = [(instance("a"),)]
    event = await anext(events)
    assert event.gone == ("b",)
    assert [kind for kind, _, _ in cloud.compute.asked] == ["full", "full"]
    await events.aclose()


async def test_trouble_is_said_once_and_its_end_too_and_what_was_known_stays(cloud, watch, clock):
    cloud.compute.answers = [UnreachableError("away"), UnreachableError("away"), UnreachableError("gone")]
    events = await run_for(watch, clock, 120)
    assert [str(event.trouble) for event in events[2:]] == ["away", "gone", "None"]
    assert set(watch.instances) == {"a", "b"}


async def test_a_cloud_that_asks_for_patience_gets_it(cloud, watch, clock):
    cloud.compute.answers = [RateLimitedError("slow", retry_after_seconds=100.0)]
    await run_for(watch, clock, 200)
    times = [time for _, _, time in cloud.compute.asked]
    assert times[2] - times[1] == 100


async def test_a_full_list_that_breaks_off_drops_nothing_and_is_asked_for_again(cloud, watch, clock):
    cloud.compute.fail_full = UnreachableError("away")
    events = await run_for(watch, clock, 40)
    assert set(watch.instances) == {"a", "b"}
    assert [event.gone for event in events] == [(), ()]
    assert {kind for kind, _, _ in cloud.compute.asked} == {"full"}


class Patient:
    """A clock whose sleep never ends by itself."""

    def __init__(self, clock) -> None:
        self.now, self.monotonic = clock.now, clock.monotonic

    async def sleep(self, _seconds):
        await asyncio.Event().wait()


async def test_a_refresh_does_not_wait_for_the_end_of_the_pause(cloud, clock):
    watch = InstanceWatch(cloud, Patient(clock))
    events = watch.events()
    await anext(events)
    await anext(events)
    cloud.compute.answers = [InstanceChanges((instance("a", "SHUTOFF"),), None)]
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    watch.refresh()
    assert (await asyncio.wait_for(waiting, 5)).changed[0].status == "SHUTOFF"
    await events.aclose()


@pytest.mark.parametrize("full", [True, False])
async def test_a_refresh_is_answered_also_where_nothing_differs(cloud, clock, full):
    watch = InstanceWatch(cloud, Patient(clock))
    events = watch.events()
    await anext(events)
    await anext(events)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.01)
    watch.refresh(full=full)
    assert await asyncio.wait_for(waiting, 5) == WatchEvent()
    assert cloud.compute.asked[-1][0] == ("full" if full else "changes")
    await events.aclose()


async def test_a_refresh_that_fails_as_before_is_answered_too(cloud, clock):
    cloud.compute.answers = [UnreachableError("The cloud does not answer.") for _ in range(2)]
    watch = InstanceWatch(cloud, Patient(clock))
    events = watch.events()
    await anext(events)
    await anext(events)
    for _ in range(2):
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.01)
        watch.refresh()
        trouble = (await asyncio.wait_for(waiting, 5)).trouble
        assert trouble is not None
        assert trouble.what == "The cloud does not answer."
    await events.aclose()
