"""Watching a test instance's console: when it has said enough, been silent for too long, or gone away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaging.runs.test_instance.console_watch import CONSOLE_LOG, ConsoleWatch
from imaging.runs.test_instance.verdict_note import image_id_under_test, withdraw_verdict, write_verdict
from models.cloud.image import Image
from models.verdict import Stage, Strength, Verdict, VerdictWord
from tests.runs.image.things import add_image
from tests.runs.steps.held_world import BASE, DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.speaking_guest import SpeakingGuest

KERNEL = "[    0.0] Linux version 6.1.0\n"
LOGIN = "web login: \n"
FINISHED = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"
PANIC = "[    1.0] Kernel panic - not syncing: no root\n"
UNREADABLE = {"x": {"code": 0, "message": "no"}}


class Guest(SpeakingGuest):
    """A test instance whose console says what a test wants: `db-07` stands for it."""

    watch: ConsoleWatch

    async def begin(self) -> Guest:
        self.watch = ConsoleWatch(self.ctx, await self.marked("t0k3n"))
        return self

    async def says(self, text: str, after: float = 0) -> Verdict | None:
        """It prints something more, and is looked at after so many seconds."""
        self.print(text, after)
        return await self.watch.observe()

    async def fails(self, status: int, after: float = 0) -> Verdict | None:
        """Its console cannot be read, after so many seconds."""
        self.world.here.front.faults.clear()
        self.world.answer("POST", "/action$", UNREADABLE, status=status)
        self.world.clock.turn(after)
        return await self.watch.observe()

    @property
    def saved(self) -> str:
        return (self.ctx.folder / CONSOLE_LOG).read_text()


@pytest.fixture
async def guest(ctx: MemoryContext, world: HeldWorld) -> Guest:
    return Guest(ctx, world)


def patient(guest: Guest, ctx: MemoryContext) -> Guest:
    """Silence is waited for longer than anything else."""
    patience = ctx.profile.patience.model_copy(update={"console_silence_seconds": 300})
    ctx.profile = ctx.profile.model_copy(update={"patience": patience})
    return guest


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("word, strength", [("t0k3n", Strength.STRONG), ("0ther", Strength.BASIC)])
async def test_the_marker_counts_that_bears_the_word_of_the_instance(
    guest: Guest, word: str, strength: Strength
) -> None:
    await guest.begin()
    marker = f'imaging-marker {word} {{"status":0,"address":"yes","route":"yes","machine":"","own":"yes"}}\n'
    verdict = await guest.says(KERNEL + LOGIN + marker) or await guest.says("", after=100)
    assert verdict is not None
    assert verdict.strength is strength


class TestPatience:
    """The profile of these tests: a minute of silence, ten minutes in all."""

    async def test_what_is_decided_is_not_waited_for(self, guest: Guest) -> None:
        await guest.begin()
        assert await guest.says(KERNEL) is None
        verdict = await guest.says(FINISHED)
        assert verdict is not None
        assert verdict.strength is Strength.GOOD

    @pytest.mark.parametrize("text,seconds", [("", 60), (KERNEL, 60), (KERNEL + LOGIN, 60), (KERNEL + PANIC, 20)])
    async def test_silence_is_waited_for_as_long_as_something_may_follow(
        self, guest: Guest, text: str, seconds: float
    ) -> None:
        await guest.begin()
        assert await guest.says(text) is None
        assert await guest.says("", seconds - 0.5) is None
        assert await guest.says("", 0.5) is not None

    async def test_without_a_real_datasource_cloud_init_has_twenty_seconds_more(self, guest: Guest) -> None:
        await guest.begin()
        text = FINISHED.replace("DataSourceOpenStack", "DataSourceNone")
        assert await guest.says(text) is None
        assert await guest.says("", 19.5) is None
        assert await guest.says("", 0.5) is not None

    async def test_each_new_text_begins_the_patience_again(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(KERNEL)
        assert await guest.says("more\n", 59) is None
        assert await guest.says("", 59) is None
        assert await guest.says("", 1) is not None

    async def test_a_guest_that_never_stops_is_stopped_after_ten_minutes(self, guest: Guest) -> None:
        await guest.begin()
        for _ in range(11):
            assert await guest.says("noise\n", 50) is None
        assert await guest.says("noise\n", 49) is None
        assert await guest.says("noise\n", 1) is not None

    async def test_a_patient_profile_waits_ninety_seconds_after_a_login_prompt(
        self, guest: Guest, ctx: MemoryContext
    ) -> None:
        await patient(guest, ctx).begin()
        assert await guest.says(KERNEL) is None
        assert await guest.says("", 299) is None
        assert await guest.says(LOGIN) is None
        assert await guest.says("", 89.5) is None
        assert await guest.says("", 0.5) is not None


class TestInterruptions:
    async def test_one_that_is_gone_leaves_what_was_seen(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        await guest.says(KERNEL)
        del world.records.servers[DB]
        verdict = await guest.watch.observe()
        assert verdict is not None
        assert (verdict.word, verdict.stage) == (VerdictWord.INCONCLUSIVE, Stage.KERNEL)
        assert verdict.reason == "The test instance was deleted by someone else."
        assert guest.watch.is_over

    async def test_one_that_had_come_up_did_boot(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        await guest.says(LOGIN)
        del world.records.servers[DB]
        verdict = await guest.watch.observe()
        assert verdict is not None
        assert (verdict.word, verdict.hints) == (
            VerdictWord.BOOTED,
            ("The test instance was deleted by someone else.",),
        )

    async def test_one_in_error_is_told_with_its_fault(self, guest: Guest, world: HeldWorld) -> None:
        await guest.begin()
        world.set(vm_state="error", fault=(500, "the host burned", world.records.now()))
        verdict = await guest.watch.observe()
        assert verdict is not None
        assert verdict.reason == "The test instance went into ERROR. the host burned"
        assert guest.watch.is_over
        world.db.fault = None
        bare = await guest.watch.observe()
        assert bare is not None
        assert bare.reason == "The test instance went into ERROR."

    @pytest.mark.parametrize("status", [404, 409])
    async def test_a_console_that_is_not_there_is_awaited_unless_it_is_off(
        self, guest: Guest, world: HeldWorld, status: int
    ) -> None:
        await guest.begin()
        assert await guest.fails(status) is None
        assert not guest.watch.is_over
        world.set(vm_state="stopped")
        verdict = await guest.fails(status)
        assert verdict is not None
        assert verdict.reason == "The test instance powered itself off."
        assert guest.watch.is_over

    async def test_one_that_runs_a_minute_without_a_console_gets_none(self, guest: Guest, ctx: MemoryContext) -> None:
        await patient(guest, ctx).begin()
        assert await guest.fails(404) is None
        assert await guest.fails(404, after=59.5) is None
        verdict = await guest.fails(404, after=0.5)
        assert verdict is not None
        assert verdict.reason.startswith("The cloud gives no console of the running test instance: ")

    @pytest.mark.parametrize("state", [{"task_state": "rebooting"}, {"vm_state": "paused"}])
    async def test_the_minute_begins_again_when_it_does_not_run(
        self, guest: Guest, ctx: MemoryContext, world: HeldWorld, state: dict[str, str]
    ) -> None:
        await patient(guest, ctx).begin()
        before = {name: getattr(world.db, name) for name in state}
        assert await guest.fails(404) is None
        world.set(**state)
        assert await guest.fails(404, after=100) is None
        world.set(**before)
        assert await guest.fails(404) is None
        assert await guest.fails(404, after=59) is None
        assert await guest.fails(404, after=1) is not None

    async def test_the_minute_begins_again_when_there_was_one(self, guest: Guest, ctx: MemoryContext) -> None:
        await patient(guest, ctx).begin()
        assert await guest.fails(404) is None
        assert await guest.says(KERNEL, after=59) is None
        assert await guest.fails(404, after=59) is None
        assert await guest.fails(404, after=59) is None

    @pytest.mark.parametrize("status", [400, 403])
    async def test_a_console_that_may_not_be_read_tells_nothing(self, guest: Guest, status: int) -> None:
        await guest.begin()
        verdict = await guest.fails(status)
        assert verdict is not None
        assert verdict.word is VerdictWord.INCONCLUSIVE
        assert verdict.reason.startswith("The console cannot be read: ")
        assert guest.watch.is_over

    async def test_while_it_lives_nothing_is_over(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says(KERNEL)
        assert not guest.watch.is_over


class TestKept:
    async def test_the_log_is_kept_at_each_stage_and_the_stage_is_told(self, guest: Guest, ctx: MemoryContext) -> None:
        await guest.begin()
        await guest.says("SeaBIOS\n")
        await guest.says(KERNEL)
        await guest.says("noise\n")
        assert ctx.phases == ["console: firmware", "console: kernel"]
        assert guest.saved == "SeaBIOS\n" + KERNEL
        guest.watch.save()
        assert guest.saved == "SeaBIOS\n" + KERNEL + "noise\n"

    async def test_it_is_for_its_owner_alone_and_without_control_codes(self, guest: Guest, ctx: MemoryContext) -> None:
        await guest.begin()
        await guest.says("\x1b[2Jweb login: \n")
        assert mode_of(ctx.folder / CONSOLE_LOG) == 0o600
        assert "\x1b" not in guest.saved

    async def test_what_was_left_out_of_it_is_said(self, guest: Guest) -> None:
        await guest.begin()
        guest.watch.console.take("a" * 990_000)
        guest.watch.console.take("b" * 20_000)
        guest.watch.save()
        left_out = guest.watch.console.left_out
        assert guest.saved.startswith(f"[The first {left_out:,} characters of the console were left out.]\n")

    async def test_a_prompt_is_read_over_the_edge_of_two_readings(self, guest: Guest) -> None:
        await guest.begin()
        await guest.says("web lo")
        await guest.says("gin: \n")
        assert guest.ctx.phases[-1] == "console: login prompt"


class TestNotedVerdict:
    async def test_it_names_the_image_that_it_is_about(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        assert image_id_under_test(ctx) is None
        assert await write_verdict(ctx, Verdict(word=VerdictWord.BOOTED)) == "there is no image"
        ctx.change(plan=ctx.run.plan.model_copy(update={"image": base}))
        assert image_id_under_test(ctx) == BASE
        ctx.change(image_id="image-1")
        assert image_id_under_test(ctx) == "image-1"
        image = add_image(world)
        assert await write_verdict(ctx, Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)) == ""
        noted: dict[str, Any] = {key: value for key, value in image.properties.items() if "verdict" in key}
        assert noted == {
            "imaging.verdict": "booted",
            "imaging.verdict.image": "image-1",
            "imaging.verdict.at": world.clock.now().isoformat(timespec="seconds"),
            "imaging.verdict.strength": "strong",
        }

    async def test_a_strength_takes_the_place_of_an_ancestors(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world, properties={"imaging.verdict.strength": "good"})
        ctx.change(image_id="image-1")
        await write_verdict(ctx, Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG))
        assert image.properties["imaging.verdict.strength"] == "strong"

    async def test_a_strength_of_an_ancestor_goes(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world, properties={"imaging.verdict.strength": "strong"})
        ctx.change(image_id="image-1")
        await write_verdict(ctx, Verdict(word=VerdictWord.FAILED))
        assert "imaging.verdict.strength" not in image.properties
        assert await write_verdict(ctx, Verdict(word=VerdictWord.FAILED)) == ""

    @pytest.mark.parametrize(
        "status, body, why",
        [
            (403, "no", "you may not change it"),
            (404, "no", "it is gone"),
            (409, "no", "the cloud refused: "),
            (400, "no", "the cloud refused: "),
            (413, "Quota exceeded for image properties", "the quota of properties is used up"),
        ],
    )
    async def test_an_image_that_cannot_be_changed_is_left_and_why_is_told(
        self, ctx: MemoryContext, world: HeldWorld, status: int, body: str, why: str
    ) -> None:
        add_image(world)
        ctx.change(image_id="image-1")
        world.fault("update_image", status=status, body=body)
        assert (await write_verdict(ctx, Verdict(word=VerdictWord.BOOTED))).startswith(why)

    async def test_what_the_cloud_says_is_a_part_of_a_sentence(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world)
        ctx.change(image_id="image-1")
        world.fault("update_image", status=400, body="No property may hold an X.")
        told = await write_verdict(ctx, Verdict(word=VerdictWord.BOOTED))
        assert told.endswith("No property may hold an X")

    @pytest.mark.parametrize("noted", [{}, {"imaging.verdict": "not tested", "imaging.verdict.image": "image-1"}])
    async def test_where_nothing_is_claimed_nothing_is_withdrawn(
        self, ctx: MemoryContext, world: HeldWorld, noted: dict[str, str]
    ) -> None:
        add_image(world, properties=noted)
        assert await withdraw_verdict(ctx, await world.cloud.images.image("image-1")) is True
        assert world.calls == []
