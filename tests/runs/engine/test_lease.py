"""The lease: who holds a run, and when another may have it. Real processes, a made-up time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from imaging.runs.journal.lease import HeldLease, Holder, lives, presence, refuse_unless_free, this_process
from models.errors import RunError, UsageError
from tests.runs.engine.fakes import NOW, Stage
from tests.support.known import present

HERE = this_process()
ELSEWHERE = Holder(host="login2", boot_id="b-2", pid=1, pid_started="5")


def held_by(holder: Holder | None, *, silent_seconds: float = 0) -> HeldLease:
    return HeldLease(number=3, holder=holder, heartbeat_at=NOW - timedelta(seconds=silent_seconds))


@pytest.fixture
def process():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    present(process.stdin).close()
    process.wait()


def test_nobody_holds_a_run_that_was_never_begun_or_was_given_back():
    refuse_unless_free(None, HERE, NOW)
    refuse_unless_free(held_by(None), HERE, NOW)


def test_a_living_process_of_this_machine_keeps_it_however_silent_it_is(process):
    holder = this_process(process.pid)
    with pytest.raises(RunError, match=str(process.pid)):
        refuse_unless_free(held_by(holder, silent_seconds=9999), HERE, NOW, confirmed_host=HERE.host)


def test_a_process_that_was_killed_is_free_at_once_even_before_it_is_collected(process):
    holder = this_process(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    refuse_unless_free(held_by(holder), HERE, NOW)


def test_a_pid_that_was_given_out_again_is_another_process(process):
    holder = this_process(process.pid).model_copy(update={"pid_started": "1"})
    assert lives(holder, HERE) is False


def test_another_hosts_runner_keeps_it_for_two_minutes_whatever_the_user_says():
    with pytest.raises(RunError, match="login2"):
        refuse_unless_free(held_by(ELSEWHERE, silent_seconds=119), HERE, NOW, confirmed_host="login2")


@pytest.mark.parametrize("confirmed", [None, "login3", HERE.host])
def test_then_the_user_has_to_name_that_host(confirmed):
    with pytest.raises(UsageError, match="--other-host login2"):
        refuse_unless_free(held_by(ELSEWHERE, silent_seconds=121), HERE, NOW, confirmed_host=confirmed)
    refuse_unless_free(held_by(ELSEWHERE, silent_seconds=121), HERE, NOW, confirmed_host="login2")


def test_after_a_restart_of_this_machine_two_minutes_are_enough():
    before = HERE.model_copy(update={"boot_id": "before"})
    with pytest.raises(RunError):
        refuse_unless_free(held_by(before, silent_seconds=60), HERE, NOW)
    refuse_unless_free(held_by(before, silent_seconds=121), HERE, NOW)


def test_a_runner_is_shown_alive_by_its_process_here_and_by_its_heartbeat_elsewhere(process):
    here = this_process(process.pid)
    assert present(presence(held_by(here, silent_seconds=9999), HERE, NOW)).alive
    assert present(presence(held_by(ELSEWHERE, silent_seconds=20), HERE, NOW)).alive
    assert not present(presence(held_by(ELSEWHERE, silent_seconds=200), HERE, NOW)).alive
    assert presence(held_by(None), HERE, NOW) is None


async def test_each_lease_has_a_greater_number(stage: Stage):
    run = await stage.new_run()
    first = await stage.journal.take_lease(run.id)
    await stage.journal.give_back(first)
    assert (await stage.journal.take_lease(run.id)).number == first.number + 1


async def test_a_heartbeat_is_seen_by_others(stage: Stage):
    run = await stage.new_run()
    lease = await stage.journal.take_lease(run.id)
    stage.clock.turn(10)
    await stage.journal.heartbeat(lease)
    assert present((await stage.journal.run(run.id)).runner).heartbeat_at == NOW + timedelta(seconds=10)
