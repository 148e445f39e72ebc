"""What a guest sent is read in a process of its own: with the same result, and while the program continues."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from imaging.guest.confined_reading.client import read_confined, read_console_confined
from imaging.guest.deep_check import read_console_report
from imaging.guest.report import read_report
from imaging.runtime.confined import process as confined_process
from models.errors import BadProbeError
from models.guest.facts import InspectionMethod
from tests.guest.deep_check.reports import NONCE, console, pieces, report
from tests.guest.probe.running import NOW
from tests.guest.probe.test_reports import envelope, framed, part
from tests.support import warm_readers
from tests.support.demo import REPOSITORY

LARGE = framed(
    envelope(parts={"network": part(*(["lease", f"/var/lib/dhcp/{at}/" + "x" * 900] for at in range(5_000)))})
)


@pytest.fixture(autouse=True)
def readers_are_forked() -> None:
    """None is: this is about the processes that the program itself starts."""


async def test_it_finds_what_the_reader_finds():
    assert await read_confined(LARGE, nonce="abc", now=NOW) == read_report(
        LARGE, nonce="abc", method=InspectionMethod.SSH, now=NOW
    )


async def test_it_finds_the_same_on_the_console_of_a_temporary_instance():
    text = console(*pieces(report({"system": part(["host", "web"])})))
    expected = read_console_report(text, nonce=NONCE, now=NOW)
    assert expected.system.known
    assert await read_console_confined(text, nonce=NONCE, now=NOW) == expected


async def test_one_that_is_forked_as_in_other_tests_finds_the_same(monkeypatch):
    fresh = await read_confined(LARGE, nonce="abc", now=NOW)
    monkeypatch.setattr(confined_process, "_start", warm_readers.start)
    assert await read_confined(LARGE, nonce="abc", now=NOW) == fresh
    with pytest.raises(BadProbeError, match="could not be read: it was not done after 0 seconds"):
        await read_confined(LARGE, nonce="abc", now=NOW, seconds=0.001)


@pytest.mark.parametrize("output", [b"", b"Welcome!\n", framed("{"), framed(envelope(uid="root")), b"\xff" * 9_000_001])
async def test_what_is_no_report_is_refused_with_the_words_of_the_reader(output):
    with pytest.raises(BadProbeError) as expected:
        read_report(output, nonce="abc", method=InspectionMethod.SSH, now=NOW)
    with pytest.raises(BadProbeError) as refused:
        await read_confined(output, nonce="abc", now=NOW)
    assert (refused.value.what, refused.value.meaning, refused.value.remedy) == (
        expected.value.what,
        expected.value.meaning,
        expected.value.remedy,
    )


async def test_the_program_goes_on_while_it_reads():
    reading = asyncio.create_task(read_confined(LARGE, nonce="abc", now=NOW))
    steps = 0
    while not reading.done():
        await asyncio.sleep(0.001)
        steps += 1
    assert reading.result().network.known
    assert steps > 50


async def test_a_report_that_takes_too_long_is_no_report():
    with pytest.raises(BadProbeError, match="could not be read: it was not done after 0 seconds"):
        await read_confined(LARGE, nonce="abc", now=NOW, seconds=0.001)


def test_the_process_that_reads_does_not_load_what_only_the_program_needs():
    code = "import sys, imaging.guest.confined_reading.__main__; print(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], cwd=REPOSITORY, text=True).split())
    assert "imaging.guest.report" in loaded
    assert not loaded & {
        "asyncio",
        "asyncssh",
        "subprocess",
        "imaging.guest.seal.script",
        "imaging.guest.confined_reading.client",
    }
