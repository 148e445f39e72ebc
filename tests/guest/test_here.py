"""This very machine is inspected by a real shell, within bounds, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import time

import pytest

from imaging.guest.here import LocalShell, _end, _in_session
from imaging.guest.inspection import START_AS_IS, run_probe
from imaging.guest.probe import script
from imaging.runtime.clock import SystemClock
from models.errors import BadProbeError, GuestUnreachableError
from models.guest.facts import InspectionMethod
from models.guest.files import Questions
from tests.support.known import known


def nobody(*_: object) -> None: ...


async def test_the_facts_are_those_of_this_machine_and_of_the_user_who_runs_it():
    with open("/proc/sys/kernel/osrelease", encoding="ascii") as file:  # noqa: ASYNC230, PTH123  # a file of /proc
        kernel = file.read().strip()
    facts = await run_probe(
        LocalShell(),
        Questions(),
        SystemClock(),
        nobody,
        method=InspectionMethod.HERE,
        start=START_AS_IS,
        parts=["system"],
    )
    assert facts.method is InspectionMethod.HERE
    assert known(facts.system).kernel == kernel


async def test_no_login_to_a_cloud_and_no_other_root_reaches_the_script(monkeypatch):
    monkeypatch.setenv("OS_PASSWORD", "hunter2")
    monkeypatch.setenv("IMAGING_PROBE_ROOT", "/nowhere")
    seen = await LocalShell().run("env", seconds=10)
    assert b"hunter2" not in seen.output
    assert b"IMAGING_PROBE_ROOT" not in seen.output


async def test_how_a_command_ended_and_what_it_complained_of_is_known():
    ended = await LocalShell().run("cat; echo no >&2; exit 3", stdin=b"in", seconds=10)
    assert (ended.status, ended.output, ended.errors) == (3, b"in", "no\n")


async def test_what_takes_too_long_is_ended_with_all_that_it_started():
    begun = time.monotonic()
    with pytest.raises(GuestUnreachableError, match="did not finish within"):
        await LocalShell().run("timeout 60 sleep 60 & sleep 60", seconds=0.5)
    assert time.monotonic() - begun < 5


async def test_nothing_stays_behind_where_it_is_broken_off():
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", "timeout 60 sleep 60 & echo started; wait", stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"started\n"
    assert len(_in_session(process.pid)) >= 2
    await _end(process)
    assert _in_session(process.pid) == []


async def test_what_prints_without_end_is_ended():
    with pytest.raises(BadProbeError, match="printed more than 1,000 bytes"):
        await LocalShell().run("yes", seconds=30, limit_bytes=1000)


async def test_a_long_script_goes_in_while_much_comes_out():
    text = script(Questions(), ["system"], nonce="abc") + "\n# " + "x" * 300_000
    done = await LocalShell().run("cat", stdin=text.encode(), seconds=20)
    assert done.output == text.encode()
