"""Watching the console of an instance for a report: what is heard is told, and nothing is waited for in vain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imaging.guest.deep_check.chunks import WORD, checksum
from imaging.runs.test_instance.report_watch import Awaited, ReportWatch
from models.verdict import Verdict, VerdictWord
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.speaking_guest import SpeakingGuest

NONCE = "0123456789abcdef"
PROOF = "@@imaging-proof"
AWAITED = Awaited(
    begun_seconds=60,
    unbegun_seconds=20,
    word=PROOF,
    what="what it found",
    begins="the test instance searches its own disk",
    doing="searching",
    console_log="proof-console.log",
)
UP = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"
"""What decides the verdict on the boot."""


def line(rest: str, word: str = PROOF) -> str:
    return f"{word} {NONCE} {rest}\n"


def piece(number: int, total: int = 2, word: str = PROOF) -> str:
    place, text = f"{number}/{total}", "QUJD"
    return line(f"{place} {checksum(f'{place} {text}')} {text}", word)


BEGAN, FIRST, SECOND = line("began"), piece(1), piece(2)


class Guest(SpeakingGuest):
    """An instance whose console says what a test wants: `db-07` stands for it."""

    watch: ReportWatch

    async def begin(self, awaited: Awaited = AWAITED, *, marker: str | None = NONCE) -> Guest:
        self.watch = ReportWatch(self.ctx, await self.marked(marker), awaited)
        return self

    async def says(self, text: str, after: float = 0) -> Verdict | None:
        """It prints something more, and is looked at after so many seconds."""
        self.print(text, after)
        return await self.watch.observe()


@pytest.fixture
def guest(ctx: MemoryContext, world: HeldWorld) -> Guest:
    return Guest(ctx, world)


class TestHeard:
    async def test_each_stage_is_told_once(self, guest: Guest) -> None:
        await guest.begin()
        for text in ("", BEGAN, "noise\n", FIRST, "noise\n", SECOND, "noise\n"):
            await guest.says(text)
        assert guest.told == [
            "the test instance searches its own disk",
            "what it found comes: 2 pieces",
            "what it found is whole: 2 pieces",
        ]
        assert guest.watch.heard.whole
        assert guest.watch.text == guest.text

    async def test_what_comes_all_at_once_is_told_by_its_last_stage(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(FIRST + SECOND)
        assert guest.told == ["what it found is whole: 2 pieces"]

    async def test_a_report_of_another_word_or_of_another_launch_is_none(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(piece(1, 1, WORD) + piece(1, 1).replace(NONCE, "fedcba9876543210"))
        assert (guest.told, guest.watch.heard.copies) == ([], ())

    async def test_unless_it_is_named_the_word_is_that_of_a_deep_check(self, guest: Guest) -> None:
        await guest.begin(Awaited(begun_seconds=60, unbegun_seconds=20))
        await guest.says(piece(1, 1, WORD))
        assert guest.told == ["the report is whole: 1 pieces"]

    @pytest.mark.parametrize("marker", [NONCE, None])
    async def test_its_word_is_that_of_the_instance(self, guest: Guest, marker: str | None) -> None:
        await guest.begin(marker=marker)
        assert guest.watch.nonce == (marker or "")


class TestProgress:
    async def test_the_last_that_it_says_is_told(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(line("progress vda 10 %") + line("progress vda 40 %") + "noise\n")
        await guest.says("noise\n")
        assert guest.told == ["searching: vda 40 %"]

    async def test_lines_of_a_console_may_end_in_other_ways(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(line("progress vda 10 %").replace("\n", "\r") + line("progress vda 40 %").replace("\n", "\r"))
        assert guest.told == ["searching: vda 40 %"]

    async def test_a_line_without_its_end_can_wait(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(line("progress vda 40 %").rstrip("\n"))
        assert guest.told == []

    async def test_it_is_not_told_where_it_has_no_name_or_the_report_is_there(self, guest: Guest) -> None:
        await guest.begin(replace(AWAITED, doing=""))
        await guest.says(line("progress vda 40 %"))
        assert guest.told == []
        await guest.begin()
        await guest.says(FIRST + SECOND)
        assert guest.told == ["what it found is whole: 2 pieces"]


class TestPatience:
    async def test_the_verdict_on_the_boot_is_given_together_with_the_report(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(UP) is None
        verdict = await guest.says(FIRST + SECOND)
        assert verdict is not None
        assert verdict.word is VerdictWord.BOOTED
        assert not guest.watch.is_hopeless

    @pytest.mark.parametrize("said, seconds", [("", 20), (BEGAN, 60), (FIRST, 60)])
    async def test_without_it_some_time_is_left_from_the_first_verdict_on(
        self, guest: Guest, said: str, seconds: float
    ) -> None:
        await guest.begin()
        assert await guest.says(f"{said}noise\n", after=50) is None
        assert not guest.watch.is_hopeless
        assert await guest.says(UP) is None
        for _ in range(2):
            assert await guest.says("", after=(seconds - 1) / 2) is None
            assert not guest.watch.is_hopeless
        assert await guest.says("", after=1) is not None
        assert guest.watch.is_hopeless

    @pytest.mark.parametrize("said", [line("failed no tool"), line("ended")])
    async def test_what_gave_up_or_has_said_all_is_not_waited_for(self, guest: Guest, said: str) -> None:
        await guest.begin()
        await guest.says(said)
        assert guest.watch.is_hopeless
        assert await guest.says(UP) is not None

    async def test_an_instance_that_is_gone_is_not_waited_for(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        await guest.says("noise\n")
        del world.records.servers[DB]
        assert await guest.watch.observe() is not None
        assert guest.watch.is_over


@pytest.mark.parametrize("awaited, name", [(AWAITED, "proof-console.log"), (Awaited(60, 20), "console.log")])
async def test_the_console_is_kept_in_its_file(guest: Guest, awaited: Awaited, name: str) -> None:
    await guest.begin(awaited)
    await guest.says("noise\n")
    guest.watch.save()
    assert {path.name for path in guest.ctx.folder.glob("*.log")} == {name}
    assert (guest.ctx.folder / name).read_text() == "noise\n"
