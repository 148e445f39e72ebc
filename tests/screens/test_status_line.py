"""The status line answers a key for some seconds, even if the cloud sends news meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.app import App, ComposeResult

from screens.style.tones import Tone
from screens.widgets import lines
from screens.widgets.lines import StatusLine


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield StatusLine(id="status")


@pytest.fixture
async def line() -> AsyncIterator[StatusLine]:
    page = Page()
    async with page.run_test():
        line = page.query_one(StatusLine)
        line.say("16 instances")
        yield line


def shown(line: StatusLine) -> str:
    return line.render().plain.rstrip()


async def test_a_list_that_is_read_again_waits_until_the_answer_to_a_key_was_read(line):
    line.notice("Sent to the clipboard")
    line.say("17 instances")
    assert shown(line) == "Sent to the clipboard"


async def test_afterwards_the_line_says_how_things_stand_by_then(line, monkeypatch):
    monkeypatch.setattr(lines, "NOTICE_SECONDS", 0.01)
    line.notice("Sent to the clipboard")
    line.say("17 instances")
    async with asyncio.timeout(10):
        while line._noticed is not None:  # noqa: ASYNC110  # a timer of Textual's own
            await asyncio.sleep(0.01)
    assert shown(line) == "17 instances"


@pytest.mark.parametrize("tone", [Tone.BAD, Tone.WARN, Tone.ACCENT])
async def test_progress_and_what_went_wrong_do_not_wait(line, tone):
    line.notice("Sent to the clipboard")
    line.say("Refresh failed", tone)
    assert shown(line) == "Refresh failed"


async def test_the_next_answer_takes_the_place_of_the_one_before_and_has_its_own_time(line):
    line.notice("Sent to the clipboard")
    first = line._noticed
    line.notice("Start it to inspect it", Tone.WARN)
    assert shown(line) == "Start it to inspect it"
    assert line._noticed is not first
    line.say("17 instances")
    assert shown(line) == "Start it to inspect it"
