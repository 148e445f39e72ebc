"""The runner as a real process: detached, killed, told to end, resumed."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.runs.process.spawn import RunnerProcess, start_runner
from imaging.runs.service import RunService
from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.paths import Paths
from models.errors import RunError
from models.run.record import RunRecord, RunState
from models.steps import CREATE_STEPS, StepName
from tests.runs.engine.fakes import PROFILE, FakeCloud, plan
from tests.support.known import present

SECRET = "correct-horse-battery-staple"
LOGIN = ResolvedCloud(name="test", secret_config=SecretStr(f'{{"auth": {{"password": "{SECRET}"}}}}'))
FAKE_RUNNER = (sys.executable, "-P", str(Path(__file__).with_name("fake_runner.py")))
SECONDS = 20


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.below(tmp_path).prepared()


@pytest.fixture
async def service(paths: Paths) -> AsyncIterator[RunService]:
    async def connect(resolved: ResolvedCloud, clock: Clock) -> Cloud:
        return FakeCloud().as_cloud

    spawn = functools.partial(start_runner, command=FAKE_RUNNER)
    service = RunService(paths, SystemClock(), connect=connect, spawn=spawn)
    yield service
    for run in await service.runs():
        if run.runner is not None and run.runner.alive:
            os.kill(run.runner.pid, signal.SIGKILL)
    await service.close()


def hang_in(paths: Paths, step: str) -> None:
    (paths.state / "hang").write_text(step)


def go_on(paths: Paths) -> None:
    (paths.state / "hang").unlink()


def done(paths: Paths) -> list[str]:
    return (paths.state / "done").read_text().splitlines()


async def until(service: RunService, run: RunRecord, fits: Callable[[RunRecord], bool]) -> RunRecord:
    async with asyncio.timeout(SECONDS):
        while not fits(run := await service.run(run.id)):  # noqa: ASYNC110  # another process sets it
            await asyncio.sleep(0.02)
    return run


async def in_step(service: RunService, run: RunRecord, step: StepName) -> RunRecord:
    return await until(service, run, lambda run: bool(run.step(step).intents))


async def over(service: RunService, run: RunRecord) -> RunRecord:
    return await until(service, run, lambda run: run.state.is_over)


async def gone(service: RunService, run: RunRecord) -> RunRecord:
    return await until(service, run, lambda run: run.runner is None or not run.runner.alive)


async def test_works_to_the_end_in_a_session_of_its_own(service: RunService, paths: Paths):
    hang_in(paths, "stop")
    run = await service.start(plan(), LOGIN, PROFILE)
    assert present(run.runner).alive
    assert os.getsid(present(run.runner).pid) == present(run.runner).pid != os.getsid(0)
    go_on(paths)
    run = await over(service, run)
    assert (run.state, done(paths)) == (RunState.DONE, [step.value for step in CREATE_STEPS])
    assert (await gone(service, run)).runner is None


async def test_gets_the_login_by_a_pipe_and_nowhere_else(
    service: RunService, paths: Paths, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OS_PASSWORD", SECRET)
    hang_in(paths, "stop")
    run = await service.start(plan(), LOGIN, PROFILE)
    run = await in_step(service, run, StepName.STOP)
    process = Path(f"/proc/{present(run.runner).pid}")
    assert (paths.state / "logged-in-with").read_text() == str(len(LOGIN.to_pipe()))
    assert SECRET.encode() not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    assert (process / "fd" / "0").readlink() == Path(os.devnull)
    for file in (file for file in paths.state.rglob("*") if file.is_file()):
        assert SECRET.encode() not in file.read_bytes()


async def test_writes_files_that_are_closed_to_others(service: RunService, paths: Paths):
    run = await over(service, await service.start(plan(), LOGIN, PROFILE))
    assert stat.S_IMODE((paths.logs / f"runner-{run.id}.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.run_folder(run.id).stat().st_mode) == 0o700


# As processes; tests/runs/test_crash_matrix.py kills runners at each call.
@pytest.mark.parametrize(
    "step",
    [
        *(StepName.DETACH, StepName.TEST_LAUNCH),
        *(pytest.param(step, marks=pytest.mark.slow) for step in (StepName.CLAIM, StepName.WAIT_FOR_IMAGE)),
    ],
)
async def test_killed_outright_it_loses_nothing(service: RunService, paths: Paths, step: StepName):
    hang_in(paths, step.value)
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), step)
    os.kill(present(run.runner).pid, signal.SIGKILL)
    run = await gone(service, run)
    assert (run.state, present(run.runner).alive) == (RunState.RUNNING, False)
    go_on(paths)
    run = await over(service, await service.resume(run.id, LOGIN))
    assert (run.state, run.instance_restored) == (RunState.DONE, True)
    assert [each.target for each in run.step(step).intents] == [step] * 2
    later = CREATE_STEPS[CREATE_STEPS.index(step) + 1 :]
    assert done(paths)[-len(later) :] == [each.value for each in later]


async def test_told_to_end_it_gives_the_run_back_to_be_resumed(service: RunService, paths: Paths):
    hang_in(paths, "stop")
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), StepName.STOP)
    os.kill(present(run.runner).pid, signal.SIGTERM)
    run = await until(service, run, lambda run: run.runner is None)
    assert run.state is RunState.RUNNING
    go_on(paths)
    assert (await over(service, await service.resume(run.id, LOGIN))).state is RunState.DONE


async def test_a_hang_up_does_not_end_it(service: RunService, paths: Paths):
    hang_in(paths, "stop")
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), StepName.STOP)
    os.kill(present(run.runner).pid, signal.SIGHUP)
    go_on(paths)
    assert (await over(service, run)).state is RunState.DONE


async def test_survives_its_console_killed_outright(service: RunService, paths: Paths):
    hang_in(paths, "stop")
    script = f"""
import asyncio, functools, os, signal
from pathlib import Path
from tests.runs.engine.test_runner import *
async def main():
    service = RunService(Paths.below(Path({str(paths.state.parent)!r})), SystemClock(),
                         spawn=functools.partial(start_runner, command=FAKE_RUNNER))
    await service.start(plan(), LOGIN, PROFILE)
    os.killpg(0, signal.SIGKILL)
asyncio.run(main())
"""
    root = Path(__file__).parents[3]
    console = await asyncio.create_subprocess_exec(sys.executable, "-c", script, cwd=root, start_new_session=True)
    assert await console.wait() == -signal.SIGKILL
    (run,) = await service.runs()
    assert present(run.runner).alive
    go_on(paths)
    assert (await over(service, run)).state is RunState.DONE


async def test_a_second_one_for_the_same_run_is_refused(service: RunService, paths: Paths):
    hang_in(paths, "stop")
    run = await service.start(plan(), LOGIN, PROFILE)
    with pytest.raises(RunError, match=f"Process {present(run.runner).pid} on this machine"):
        await service.resume(run.id, LOGIN)
    root = str(Path(__file__).parents[3])
    second = await asyncio.create_subprocess_exec(
        *(*FAKE_RUNNER, run.id, "--state-dir", str(paths.state)),
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    await second.communicate(LOGIN.to_pipe())
    assert second.returncode == 1
    assert "works on the run" in (paths.logs / f"runner-{run.id}.log").read_text()


async def test_cancelled_while_it_works_it_restores_and_ends(service: RunService, paths: Paths):
    hang_in(paths, "detach volumes")
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), StepName.DETACH)
    await service.cancel(run.id, None)
    run = await over(service, run)
    assert (run.state, run.instance_restored) == (RunState.CANCELLED, True)
    assert done(paths)[-3:] == ["restore", "see up", "report"]


async def test_cancelled_after_its_death_another_is_started_that_does_only_this(service: RunService, paths: Paths):
    hang_in(paths, "wait for image")
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), StepName.WAIT_FOR_IMAGE)
    os.kill(present(run.runner).pid, signal.SIGKILL)
    run = await gone(service, run)
    with pytest.raises(RunError, match="No runner works"):
        await service.cancel(run.id, None)
    run = await over(service, await service.cancel(run.id, LOGIN))
    assert (run.state, run.instance_restored) == (RunState.CANCELLED, True)
    assert done(paths)[-3:] == ["restore", "see up", "report"]


async def test_a_login_that_ended_is_handed_over_again(service: RunService, paths: Paths):
    (paths.state / "unauthorized").touch()
    run = await service.start(plan(), LOGIN, PROFILE)
    run = await until(service, run, lambda run: run.state is RunState.WAITING and run.runner is None)
    (paths.state / "unauthorized").unlink()
    assert (await over(service, await service.resume(run.id, LOGIN))).state is RunState.DONE


async def test_undone_after_its_death_it_only_restores(service: RunService, paths: Paths):
    hang_in(paths, "lock")
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), StepName.LOCK)
    os.kill(present(run.runner).pid, signal.SIGKILL)
    run = await gone(service, run)
    run = await over(service, await service.undo(run, LOGIN))
    assert (run.state, run.instance_restored) == (RunState.UNDONE, True)
    assert done(paths)[-4:] == ["lock", "restore", "see up", "report"]


async def test_one_that_cannot_begin_ends_the_run_with_the_reason(paths: Paths):
    command = (sys.executable, "-c", "raise SystemExit('no such module')")
    service = RunService(paths, SystemClock(), spawn=functools.partial(start_runner, command=command))
    with pytest.raises(RunError, match="no such module"):
        await service.start(plan(), LOGIN, PROFILE)
    (run,) = await service.runs()
    assert run.state is RunState.FAILED
    await service.close()


async def test_one_that_ends_before_it_reads_its_login_ends_the_run_with_the_reason_too(paths: Paths, monkeypatch):
    """The pipe breaks before anything is written."""

    def late(runner, login):
        runner.process.wait()
        hand_over(runner, login)

    hand_over = RunnerProcess.hand_over
    monkeypatch.setattr(RunnerProcess, "hand_over", late)
    command = (sys.executable, "-c", "raise SystemExit('no such module')")
    service = RunService(paths, SystemClock(), spawn=functools.partial(start_runner, command=command))
    with pytest.raises(RunError, match="no such module"):
        await service.start(plan(), LOGIN, PROFILE)
    await service.close()


async def test_a_watcher_sees_every_change_and_the_death_of_the_runner(service: RunService, paths: Paths):
    hang_in(paths, "stop")
    run = await in_step(service, await service.start(plan(), LOGIN, PROFILE), StepName.STOP)
    seen = service.watch(run.id)
    assert present((await anext(seen)).runner).alive
    os.kill(present(run.runner).pid, signal.SIGKILL)
    async with asyncio.timeout(SECONDS):
        assert not present((await anext(seen)).runner).alive
    go_on(paths)
    await service.resume(run.id, LOGIN)
    async with asyncio.timeout(SECONDS):
        states = [record.state async for record in seen]
    assert states[-1] is RunState.DONE
