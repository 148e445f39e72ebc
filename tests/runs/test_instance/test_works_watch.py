"""Watching a test instance over two boots: what it tells is kept at once, and a second boot that ends is seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from imaging.guest.works import WORKS_WORD, read_works_report
from imaging.runs.test_instance.works import watch as works_watch
from imaging.runs.test_instance.works.watch import WorksWatch
from models.verdict import Stage, VerdictWord
from models.works.report import WorksReport
from tests.guest.works.test_works_report import NONCE, console
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.speaking_guest import SpeakingGuest
from tests.support.known import present

UP = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"
"""What decides the verdict on the boot."""
KERNEL = "[    0.000000] Linux version 6.1.0\n"
DOWN = "[   90.1] reboot: Restarting system\n"
LOGIN = "[  OK  ] Reached target Login Prompts.\nweb login: \n"
PANIC = "[    1.0] Kernel panic - not syncing: no root\n"
FIRST_ROWS = ("boot 1", "checked", "tests-ended")
FIRST = console(*FIRST_ROWS)
BOTH = console(*FIRST_ROWS, "boot 2", "checked", "tests-ended")


def line(rest: str) -> str:
    return f"{WORKS_WORD} {NONCE} {rest}\n"


BEGAN, RESTARTS = line("began"), line("restarts")


class Guest(SpeakingGuest):
    """A test instance whose console says what a test wants: `db-07` stands for it."""

    watch: WorksWatch

    def __init__(self, ctx: MemoryContext, world: HeldWorld) -> None:
        super().__init__(ctx, world)
        self.recorded: list[WorksReport] = []

    async def begin(self, *, marker: str | None = NONCE, **given: Any) -> Guest:
        async def record(report: WorksReport) -> None:
            self.recorded.append(report)

        options = {"limit_seconds": 1200, "console_log": "works-console.log", "has_booted": False, "known": None}
        self.watch = WorksWatch(self.ctx, await self.marked(marker), record=record, **{**options, **given})
        return self

    async def says(self, text: str, after: float = 0) -> bool | None:
        """It prints something more, and is looked at after so many seconds."""
        self.print(text, after)
        return await self.watch.observe()


@pytest.fixture
def guest(ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch) -> Guest:
    """Its report is read in this process; a confined one reads it in its own tests."""

    async def read_here(text: str, *, nonce: str, now: datetime) -> WorksReport:
        return read_works_report(text, nonce=nonce, now=now)

    monkeypatch.setattr(works_watch, "read_works_confined", read_here)
    ctx.change(image_id="image-1")
    return Guest(ctx, world)


def boots(report: WorksReport) -> list[int]:
    return [boot.number for boot in report.boots]


class TestTold:
    async def test_each_boot_is_written_down_as_soon_as_it_is_told(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(BEGAN + FIRST) is None
        assert [boots(each) for each in guest.recorded] == [[1]]
        assert not guest.watch.is_told
        assert await guest.says("noise\n" + FIRST) is None
        assert await guest.says(BOTH) is None
        assert [boots(each) for each in guest.recorded] == [[1], [1, 2]]
        assert guest.watch.report == guest.recorded[-1]

    async def test_the_list_of_what_is_installed_is_waited_for_a_while(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(BOTH) is None
        assert await guest.says("noise\n", after=44) is None
        assert await guest.says("noise\n", after=1) is True
        assert len(guest.recorded) == 1

    async def test_but_not_beyond_the_limit(self, guest: Guest) -> None:
        await guest.begin(limit_seconds=30)
        assert await guest.says(BOTH) is None
        assert await guest.says("noise\n", after=29) is None
        assert await guest.says("noise\n", after=1) is True

    async def test_nor_of_an_instance_that_is_gone(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        assert await guest.says(BOTH) is None
        del world.records.servers[DB]
        assert await guest.watch.observe() is True

    async def test_an_image_without_systemd_has_nothing_more_to_tell(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(line("failed there is no systemd")) is True
        assert [(each.has_systemd, each.boots) for each in guest.recorded] == [(False, ())]

    @pytest.mark.parametrize(
        "rows", [("boot 2", "checked"), ("boot 2", "tests-ended"), ("boot 1", "checked", "tests-ended")]
    )
    async def test_what_is_told_in_part_is_not_told(self, guest: Guest, rows: tuple[str, ...]) -> None:
        await guest.begin()
        assert await guest.says(console(*rows)) is None
        assert not guest.watch.is_told

    async def test_what_an_earlier_runner_has_heard_counts_and_is_not_written_again(self, guest: Guest) -> None:
        known = read_works_report(BOTH, nonce=NONCE, now=guest.ctx.clock.now())
        await guest.begin(known=known)
        assert await guest.says(KERNEL + BOTH) is None
        assert await guest.says("", after=45) is True
        assert (guest.recorded, guest.watch.report) == ([], known)

    async def test_what_cannot_be_read_is_said_once(self, guest: Guest) -> None:
        await guest.begin()
        spoilt = console(raw=b"hello\n")
        assert await guest.says(spoilt) is None
        assert await guest.says(f"noise\n{spoilt}") is None
        assert len(guest.told) == 1
        assert guest.told[0].startswith("The test instance's report of its checks cannot be read: ")
        assert guest.recorded == []
        assert await guest.says(FIRST) is None
        assert [boots(each) for each in guest.recorded] == [[1]]

    async def test_another_launchs_report_is_none(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says((BEGAN + BOTH).replace(NONCE, "fedcba9876543210"))
        assert (guest.watch.has_begun, guest.recorded) == (False, [])
        assert guest.watch.nonce == NONCE

    async def test_an_instance_without_a_word_is_not_given_one(self, guest: Guest) -> None:
        await guest.begin(marker=None)
        assert guest.watch.nonce == ""

    async def test_the_console_is_kept_in_its_file(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says("noise\n")
        guest.watch.save()
        assert (guest.ctx.folder / "works-console.log").read_text() == "noise\n" == guest.watch.text


class TestProgress:
    async def test_the_last_that_it_says_is_told(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(line("progress waits") + line("progress runs loads.sh") + "noise\n")
        await guest.says("noise\n")
        assert guest.told == ["runs loads.sh"]

    async def test_lines_of_a_console_may_end_in_other_ways_and_one_without_its_end_can_wait(
        self, guest: Guest
    ) -> None:
        await guest.begin()
        await guest.says(line("progress waits").replace("\n", "\r") + line("progress runs").rstrip("\n"))
        assert guest.told == ["waits"]
        await guest.says(line("progress looks"))
        await guest.says("noise")
        assert guest.told == ["waits", "looks"]

    async def test_no_more_of_it_is_told_than_a_line_holds(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(line(f"progress {'x' * 200}"))
        assert [len(phase) for phase in guest.told] == [80]


class TestNotBegun:
    async def test_one_that_has_booted_before_is_given_ten_seconds(self, guest: Guest) -> None:
        await guest.begin(has_booted=True)
        assert await guest.says("noise\n", after=9) is None
        assert await guest.says("noise\n", after=1) is True
        assert guest.recorded == []

    async def test_one_that_has_not_is_given_them_from_the_first_verdict_on_its_boot(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says("noise\n", after=10) is None
        assert await guest.says("noise\n", after=40) is None
        assert await guest.says(UP) is None
        assert await guest.says("noise\n", after=9) is None
        assert await guest.says("noise\n", after=1) is True

    async def test_but_never_more_than_a_console_may_be_silent(self, guest: Guest, ctx: MemoryContext) -> None:
        patience = ctx.profile.patience.model_copy(update={"console_silence_seconds": 5})
        ctx.profile = ctx.profile.model_copy(update={"patience": patience})
        await guest.begin(has_booted=True)
        assert await guest.says("noise\n", after=4) is None
        assert await guest.says("noise\n", after=1) is True

    @pytest.mark.parametrize("said", [BEGAN, line("progress waits"), FIRST])
    async def test_one_that_has_begun_is_given_its_silence(self, guest: Guest, said: str) -> None:
        await guest.begin(has_booted=True)
        assert await guest.says(said) is None
        assert guest.watch.has_begun
        assert await guest.says("", after=59) is None
        assert await guest.says("", after=1) is True


class TestSecondBoot:
    async def test_its_restart_and_its_stages_are_told(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(BEGAN + FIRST)
        await guest.says(RESTARTS + "Stopping services\n")
        await guest.says(LOGIN)  # while it goes down
        shown = len(guest.told)
        await guest.says(DOWN)
        await guest.says(KERNEL)
        await guest.says("noise\n")
        assert guest.told[0] == "the test instance restarts itself, once"
        assert guest.told[shown:] == ["second boot: kernel"]
        assert guest.told.count("the test instance restarts itself, once") == 1

    async def test_one_that_falls_silent_is_judged_by_what_it_shows(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(BEGAN + FIRST)
        assert await guest.says(RESTARTS + DOWN + KERNEL) is None
        assert await guest.says("", after=59) is None
        assert await guest.says("", after=1) is True
        report = guest.recorded[-1]
        second = present(report.second_boot)
        assert (second.word, second.stage) == (VerdictWord.INCONCLUSIVE, Stage.KERNEL)
        assert "fell silent" in second.reason
        assert boots(report) == [1]

    @pytest.mark.parametrize(
        "shown",
        [
            (f"{RESTARTS}Stopping services\n", LOGIN, DOWN),
            (f"{RESTARTS}{LOGIN}{DOWN}",),
            (f"{RESTARTS}{DOWN}{LOGIN}{DOWN}",),
            (f"{RESTARTS}{DOWN}{RESTARTS}{LOGIN}", DOWN),
        ],
    )
    async def test_what_is_shown_before_it_goes_down_for_the_last_time_is_none_of_it(
        self, guest: Guest, shown: tuple[str, ...]
    ) -> None:
        await guest.begin()
        await guest.says(BEGAN + FIRST)
        for text in shown:
            assert await guest.says(text) is None
        assert await guest.says("", after=60) is True
        second = present(guest.recorded[-1].second_boot)
        assert (second.word, second.stage) == (VerdictWord.INCONCLUSIVE, Stage.SILENT)

    async def test_of_a_restart_that_is_told_twice_the_last_word_counts(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(BEGAN + FIRST)
        await guest.says(f"{RESTARTS}{LOGIN}{RESTARTS}noise\n")
        assert guest.told[1:] == ["second boot: firmware"]

    async def test_one_that_stands_still_is_given_twenty_seconds_to_restart(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(BEGAN + FIRST)
        assert await guest.says(RESTARTS + DOWN + KERNEL + PANIC) is None
        assert await guest.says("", after=19) is None
        assert await guest.says("", after=1) is True
        assert present(guest.recorded[-1].second_boot).word is VerdictWord.FAILED

    async def test_one_that_is_never_silent_is_ended_by_the_limit(self, guest: Guest) -> None:
        await guest.begin(limit_seconds=200)
        await guest.says(BEGAN + FIRST)
        assert await guest.says(RESTARTS + DOWN + KERNEL) is None
        for seconds in (50, 50, 50, 49):
            assert await guest.says("noise\n", after=seconds) is None
        assert await guest.says("noise\n", after=1) is True
        assert "Time was up" in present(guest.recorded[-1].second_boot).reason

    async def test_what_stopped_before_the_restart_says_nothing_of_it(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(BEGAN + FIRST)
        assert await guest.says("", after=60) is True
        assert [each.second_boot for each in guest.recorded] == [None]

    async def test_where_nothing_was_told_the_second_boot_still_is(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(BEGAN + RESTARTS + DOWN + KERNEL)
        assert await guest.says("", after=60) is True
        (report,) = guest.recorded
        assert (report.boots, present(report.second_boot).stage) == ((), Stage.KERNEL)

    @pytest.mark.parametrize(
        "shown, seconds", [(KERNEL + PANIC, 20), (UP + KERNEL, 60), (UP + KERNEL + "x\n" + KERNEL, 60)]
    )
    async def test_a_runner_that_comes_late_sees_it_without_the_word_of_the_restart(
        self, guest: Guest, shown: str, seconds: float
    ) -> None:
        await guest.begin(has_booted=True)
        assert await guest.says(BEGAN + shown) is None
        assert await guest.says("", after=seconds) is True
        assert guest.recorded[-1].second_boot is not None

    async def test_one_that_never_ran_what_it_was_given_is_not_judged(self, guest: Guest) -> None:
        await guest.begin(has_booted=True)
        assert await guest.says(KERNEL + PANIC) is None
        assert await guest.says("", after=60) is True
        assert guest.recorded == []


class TestGaveUp:
    async def test_why_it_gave_up_is_written_down(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(BEGAN + FIRST) is None
        assert await guest.says(line("failed no room")) is True
        assert [(boots(each), each.trouble) for each in guest.recorded] == [([1], ""), ([1], "no room")]

    async def test_also_where_it_has_told_nothing(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(line("failed no room")) is True
        assert [(each.boots, each.trouble) for each in guest.recorded] == [((), "no room")]

    async def test_one_that_is_gone_tells_no_more(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        assert await guest.says(BEGAN + FIRST) is None
        del world.records.servers[DB]
        assert await guest.watch.observe() is True
        assert [boots(each) for each in guest.recorded] == [[1]]
