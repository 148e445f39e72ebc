"""A remedy is asked for once, waited for within its bounds, and its failure is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from imaging.cloud.interface import Cloud
from imaging.remedies.carrying_out import carry_out
from imaging.remedies.table import TABLE, RemedyKind
from models.cloud.instance import Instance
from models.errors import ForbiddenError, LostAnswerError, RunError, ServerFaultError
from tests.screens.samples import NOW, instance


class Clock:
    """A time that passes only by sleeping."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> Any:
        return NOW

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Nova:
    """Shows one state after the other, the last one for ever, and notes what it was asked."""

    def __init__(self, states: Sequence[Instance | Exception], answer: Exception | None = None) -> None:
        self.states = list(states)
        self.answer = answer
        self.asked: list[str] = []

    async def instance(self, _id: str) -> Instance:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return state

    def __getattr__(self, name: str) -> Any:
        async def call(_id: str) -> None:
            self.asked.append(name)
            if self.answer is not None:
                raise self.answer

        return call


OFF, ON = instance(status="SHUTOFF"), instance()
STARTING = instance(status="SHUTOFF", task_state="powering-on")


async def do(nova: Nova, kind: RemedyKind = RemedyKind.START, clock: Clock | None = None) -> tuple[str, list[str]]:
    told: list[str] = []
    cloud = cast("Cloud", type("Cloud", (), {"compute": nova})())
    said = await carry_out(cloud, clock or Clock(), "id-db-07", kind, tell=lambda progress: told.append(progress.text))
    return said, told


async def test_it_is_asked_once_and_waited_for_until_the_task_has_ended():
    nova = Nova([OFF, STARTING, instance(task_state="powering-on"), ON])
    said, told = await do(nova)
    assert nova.asked == ["start"]
    assert said == "db-07 is ACTIVE now."
    assert "Starting db-07 (powering-on)" in told


async def test_what_holds_already_is_not_asked_for():
    nova = Nova([ON])
    said, _ = await do(nova)
    assert (said, nova.asked) == ("db-07 is ACTIVE already.", [])


@pytest.mark.parametrize(
    "state",
    [
        instance(status="SUSPENDED"),
        STARTING,
        instance(status="SHUTOFF", locked=True),
        instance(status="SHUTOFF", metadata={"imaging.claim.abc": "{}"}),
    ],
)
async def test_what_has_changed_since_the_key_was_pressed_is_seen_before_anything_is_asked(state):
    nova = Nova([state])
    with pytest.raises(RunError, match="db-07"):
        await do(nova)
    assert nova.asked == []


async def test_a_refusal_of_the_cloud_is_passed_on():
    with pytest.raises(ForbiddenError):
        await do(Nova([OFF], ForbiddenError("You may not.")))


@pytest.mark.parametrize("lost", [LostAnswerError("No answer."), ServerFaultError("502")])
async def test_after_a_lost_answer_the_instance_tells_what_came_of_it_and_nothing_is_asked_twice(lost):
    nova = Nova([OFF, STARTING, ServerFaultError("503"), ON], lost)
    assert (await do(nova))[0] == "db-07 is ACTIVE now."
    assert nova.asked == ["start"]


async def test_a_change_that_failed_and_left_the_old_state_ends_the_waiting():
    with pytest.raises(RunError, match="could not do it: db-07 is SHUTOFF"):
        await do(Nova([OFF, STARTING, OFF]))


async def test_an_instance_that_falls_into_error_ends_the_waiting_and_says_its_fault():
    with pytest.raises(RunError) as caught:
        await do(Nova([OFF, STARTING, instance(status="ERROR", fault="No valid host.")]))
    assert caught.value.meaning == "No valid host."


@pytest.mark.parametrize("kind", [RemedyKind.START, RemedyKind.STOP, RemedyKind.UNSHELVE])
async def test_waiting_is_bounded(kind):
    status = next(iter(TABLE[kind].statuses))
    clock = Clock()
    with pytest.raises(RunError, match="took longer than"):
        await do(Nova([instance(status=status), instance(status=status, task_state="busy")]), kind, clock)
    assert clock.passed < TABLE[kind].limit_seconds + 11


@pytest.mark.parametrize(
    "kind, call",
    [
        (RemedyKind.RESUME, "resume"),
        (RemedyKind.UNPAUSE, "unpause"),
        (RemedyKind.UNSHELVE, "unshelve"),
        (RemedyKind.CONFIRM_RESIZE, "confirm_resize"),
        (RemedyKind.STOP, "stop"),
    ],
)
async def test_each_remedy_asks_its_own_call(kind, call):
    before = instance(status=next(iter(TABLE[kind].statuses)))
    after = instance(status=next(iter(TABLE[kind].goal)))
    nova = Nova([before, after])
    await do(nova, kind)
    assert nova.asked == [call]


async def test_a_lock_that_is_gone_is_seen():
    nova = Nova([instance(locked=True), instance(locked=True), instance(locked=False)])
    assert "not locked" in (await do(nova, RemedyKind.UNLOCK))[0]
