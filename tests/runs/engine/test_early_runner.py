"""A runner that is there before its run: used where a run is started, gone where none is."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolved import ResolvedCloud
from imaging.runs.process.early import EarlyRunner
from imaging.runs.process.spawn import RunnerProcess
from imaging.runs.service import RunService
from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.paths import Paths
from models.errors import RunError
from models.run.record import RunRecord, RunState
from tests.runs.engine.fakes import PROFILE, FakeCloud, plan
from tests.runs.engine.test_runner import FAKE_RUNNER, LOGIN, SECONDS, over
from tests.support.known import present

EARLY = "0abcdef1234"
BROKEN = (sys.executable, "-c", "raise SystemExit('no such module')")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.below(tmp_path).prepared()


def service_with(early: EarlyRunner, paths: Paths) -> RunService:
    async def connect(resolved: ResolvedCloud, clock: Clock) -> Cloud:
        return FakeCloud().as_cloud

    return RunService(paths, SystemClock(), connect=connect, early=early)


async def ended(process: RunnerProcess) -> bool:
    async with asyncio.timeout(SECONDS):
        while not process.ended:  # noqa: ASYNC110  # another process ends
            await asyncio.sleep(0.02)
    return True


async def started(service: RunService, paths: Paths, step: str = "stop") -> RunRecord:
    """A run that hangs in a step."""
    (paths.state / "hang").write_text(step)
    return await service.start(plan(), LOGIN, PROFILE)


async def test_the_run_gets_its_id_and_is_worked_on_by_it(paths: Paths):
    early = await EarlyRunner.begin(EARLY, paths, command=FAKE_RUNNER)
    waiting = (await early._begun).process.pid
    service = service_with(early, paths)
    run = await started(service, paths)
    assert (run.id, present(run.runner).pid) == (EARLY, waiting)
    await service.close()
    service = service_with(early, paths)
    (paths.state / "hang").unlink()
    assert (await over(service, run)).state is RunState.DONE
    await service.close()


async def test_without_a_run_it_ends_and_leaves_nothing(paths: Paths):
    early = await EarlyRunner.begin(EARLY, paths, command=FAKE_RUNNER)
    service = service_with(early, paths)
    process = await early._begun
    assert not process.ended
    assert await service.runs() == ()
    await service.close()
    assert await ended(process)
    assert process.process.returncode == 0
    assert list(paths.logs.iterdir()) == []
    assert not (paths.state / "logged-in-with").exists()


def test_it_ends_when_the_program_that_started_it_is_killed(paths: Paths):
    program = f"""
import asyncio, pathlib
from imaging.runs.process.early import EarlyRunner
from imaging.runtime.paths import Paths

async def wait_for_ever():
    paths = Paths.below(pathlib.Path({str(paths.state.parent)!r}))
    early = await EarlyRunner.begin({EARLY!r}, paths, command={FAKE_RUNNER!r})
    print((await early._begun).process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(wait_for_ever())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as starter:
        pid = int(present(starter.stdout).readline())
        assert is_alive(pid)
        starter.kill()
    for _ in range(50 * SECONDS):
        if not is_alive(pid):
            break
        time.sleep(0.02)
    assert not is_alive(pid)
    assert list(paths.logs.iterdir()) == []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_one_that_was_killed_meanwhile_is_replaced(paths: Paths):
    early = await EarlyRunner.begin(EARLY, paths, command=FAKE_RUNNER)
    process = await early._begun
    os.kill(process.process.pid, signal.SIGKILL)
    assert await ended(process)
    service = service_with(early, paths)
    run = await service.start(plan(), LOGIN, PROFILE)
    assert present(run.runner).pid != process.process.pid
    assert (await over(service, run)).state is RunState.DONE
    await service.close()


async def test_one_that_cannot_begin_says_so_when_it_is_wanted(paths: Paths):
    service = service_with(await EarlyRunner.begin(EARLY, paths, command=BROKEN), paths)
    with pytest.raises(RunError, match="no such module"):
        await service.start(plan(), LOGIN, PROFILE)
    await service.close()


async def test_another_run_is_started_as_ever(paths: Paths):
    early = await EarlyRunner.begin(EARLY, paths, command=FAKE_RUNNER)
    other = await early("0abcdef1235", LOGIN, paths)
    assert other.process.pid != (await early._begun).process.pid
    assert await ended(other)  # there is no such run
    await early.close()
    assert await ended(await early._begun)
