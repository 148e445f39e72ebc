"""Reading the facts: the report and the boot, whichever comes first, and what is kept of both."""

from __future__ import annotations

import base64
import gzip
import stat
from pathlib import Path

import pytest
import pytest_asyncio

from imaging.guest.facts_cache import GuestStore
from imaging.runs.core.outcome import outcome_by_verdict, source_may_need_help
from imaging.runs.report.run_report import as_markdown
from imaging.runs.steps.read_facts import FACTS, read_facts
from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runtime.paths import Paths
from models.errors import RunError
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.record import RunState
from models.steps import StepName, StepState
from models.verdict import VerdictWord
from tests.guest.deep_check.reports import console
from tests.runs.deep.conftest import EMERGENCY, nonce, reports
from tests.runs.steps.held_world import CONSOLE, DB, GOOD_BOOT, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock


@pytest_asyncio.fixture(loop_scope="session")
async def launched(ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
    """A temporary instance of the temporary image has just been launched."""
    with_image(ctx, world)
    await launch_test(ctx.at(StepName.TEST_LAUNCH))
    world.clock.shortest = 5
    return ctx.at(StepName.READ_FACTS)


def with_image(ctx: MemoryContext, world: HeldWorld) -> None:
    image_id = world.make_image("imaging-deep-run1", {"imaging.run": "run1", "imaging.source": DB})
    world.clock.turn(10)
    ctx.change(image_id=image_id)


def kept_facts(ctx: MemoryContext) -> GuestFacts:
    """What the checklist will find."""
    kept = ctx.guests.read(DB).value
    assert kept is not None
    return kept


class TestWhole:
    async def test_the_temporary_instance_was_given_our_boothook_and_the_word_for_it(
        self, launched: MemoryContext, world: HeldWorld
    ) -> None:
        (server,) = world.launched
        beginning = f"#cloud-boothook\n#!/bin/sh\n# imaging deep check {nonce(world)}\n"
        given = base64.b64decode(server.user_data or "")
        plain = gzip.decompress(given) if given.startswith(b"\x1f\x8b") else given  # cloud-init undoes it by itself
        assert plain.startswith(beginning.encode())
        assert server.metadata["imaging.role"] == "test"

    async def test_the_facts_are_kept_for_the_checklist_with_what_became_of_the_temporary_instance(
        self, launched: MemoryContext, world: HeldWorld, tmp_path: Path
    ) -> None:
        reports(world)
        await read_facts(launched)
        kept = GuestStore(Paths.below(tmp_path), world.clock).read(DB).value
        assert kept is not None
        assert kept.system.value is not None
        assert (kept.method, kept.system.value.kernel) == (InspectionMethod.DEEP_CHECK, "6.1.0")
        assert kept.boot_verdict == launched.verdict
        assert launched.verdict.word is VerdictWord.BOOTED

    async def test_a_temporary_instance_in_emergency_mode_reports_and_is_proof_itself(
        self, launched: MemoryContext, world: HeldWorld
    ) -> None:
        reports(world, boot="\n".join(EMERGENCY) + "\n")
        result = await read_facts(launched)
        kept = kept_facts(launched)
        assert kept.system.known
        assert kept.boot_verdict is not None
        assert kept.boot_verdict.word is VerdictWord.FAILED
        assert any("emergency mode" in line for line in kept.boot_verdict.evidence)
        assert "the temporary instance: failed" in result.note
        assert "emergency mode" in as_markdown(launched.run)

    async def test_such_a_temporary_instance_makes_no_failure_of_the_run(
        self, launched: MemoryContext, world: HeldWorld
    ) -> None:
        reports(world, boot="\n".join(EMERGENCY) + "\n")
        await read_facts(launched)
        assert outcome_by_verdict(launched.run) is RunState.DONE
        assert not source_may_need_help(launched.run)

    async def test_the_report_of_the_run_says_where_the_facts_are_and_what_became_of_the_temporary_instance(
        self, launched: MemoryContext, world: HeldWorld
    ) -> None:
        reports(world, boot="\n".join(EMERGENCY) + "\n")
        result = await read_facts(launched)
        steps = tuple(
            record.model_copy(update={"state": StepState.DONE, "note": result.note})
            if record.step is StepName.READ_FACTS
            else record
            for record in launched.run.steps
        )
        launched.change(steps=steps)
        text = as_markdown(launched.run)
        assert "what was found is in guest.json" in text
        assert "The temporary instance: **failed**" in text
        assert "- Image:" not in text

    async def test_a_report_that_comes_after_the_boot_is_waited_for(
        self, launched: MemoryContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        begun_at = clock.monotonic()
        emergency = "\n".join(EMERGENCY) + "\n"
        world.console(emergency)
        began = console(nonce=nonce(world), boot=()).replace("ended", "")
        world.later(5, lambda: world.console(began + emergency))
        world.later(200, lambda: reports(world, boot="\n".join(EMERGENCY) + "\n"))
        await read_facts(launched)
        assert launched.guests.read(DB).known
        assert clock.monotonic() - begun_at < 260

    async def test_what_was_found_and_the_console_are_files_of_their_owner_alone(
        self, launched: MemoryContext, world: HeldWorld, tmp_path: Path
    ) -> None:
        reports(world)
        await read_facts(launched)
        for name in (FACTS, "console.log"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    async def test_it_says_when_the_report_comes(self, launched: MemoryContext, world: HeldWorld) -> None:
        reports(world)
        await read_facts(launched)
        assert any(phase.startswith("the report is whole") for phase in launched.phases)


class TestAfterADeath:
    async def test_what_was_read_is_not_read_again(self, launched: MemoryContext, world: HeldWorld) -> None:
        reports(world)
        await read_facts(launched)
        launched.guests.forget(DB)
        launched.change(verdict=None)
        del world.records.servers[world.launched[0].id]
        await read_facts(launched)
        assert launched.guests.read(DB).known
        assert launched.verdict.word is VerdictWord.BOOTED

    async def test_half_a_file_of_facts_is_none(
        self, launched: MemoryContext, world: HeldWorld, tmp_path: Path
    ) -> None:
        reports(world)
        (tmp_path / FACTS).write_text('{"method": "deep')
        await read_facts(launched)
        assert launched.guests.read(DB).known


class TestUnhappy:
    async def fails(self, ctx: MemoryContext) -> RunError:
        with pytest.raises(RunError) as caught:
            await read_facts(ctx)
        assert not ctx.guests.read(DB).known
        return caught.value

    async def test_a_temporary_instance_without_cloud_init_says_nothing(
        self, launched: MemoryContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        world.console(GOOD_BOOT)
        begun_at = clock.monotonic()
        error = await self.fails(launched)
        assert "printed no report" in error.what
        assert "Of the temporary instance itself: booted" in error.meaning
        assert clock.monotonic() - begun_at < 120

    async def test_the_verdict_is_kept_though_no_report_came(self, launched: MemoryContext, world: HeldWorld) -> None:
        world.console(GOOD_BOOT)
        await self.fails(launched)
        assert launched.verdict.word is VerdictWord.BOOTED

    async def test_chunks_that_did_not_come_are_named(self, launched: MemoryContext, world: HeldWorld) -> None:
        reports(world, lose=(1,))
        assert "are not complete: 1" in (await self.fails(launched)).what

    async def test_what_the_temporary_instance_lacks_is_named(self, launched: MemoryContext, world: HeldWorld) -> None:
        world.console(f"@@imaging-deep {nonce(world)} failed it lacks base64\n" + GOOD_BOOT)
        assert "it lacks base64" in (await self.fails(launched)).what

    async def test_a_temporary_instance_that_somebody_deletes_ends_the_waiting(
        self, launched: MemoryContext, world: HeldWorld, clock: TurnedClock
    ) -> None:
        begun_at = clock.monotonic()
        world.console("")
        world.later(5, lambda: world.delete(world.launched[0].id))
        await self.fails(launched)
        assert clock.monotonic() - begun_at < 20

    async def test_a_console_that_may_not_be_read_ends_the_waiting(
        self, launched: MemoryContext, world: HeldWorld
    ) -> None:
        forbidden = "Policy doesn't allow os_compute_api:os-console-output to be performed."
        world.fault(CONSOLE, times=-1, **refusal(403, forbidden))
        await self.fails(launched)
        assert "cannot be read" in launched.verdict.reason

    async def test_a_report_of_somebody_else_is_none(self, launched: MemoryContext, world: HeldWorld) -> None:
        reports(world, word="0000")
        assert "printed no report" in (await self.fails(launched)).what

    async def test_without_room_for_a_temporary_instance_the_reason_is_said(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        with_image(ctx, world)
        world.quotas(instances=1)
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        assert "quota: 0 instances free" in (await self.fails(ctx.at(StepName.READ_FACTS))).what

    async def test_a_full_disk_is_said_and_where_the_facts_are(
        self, launched: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(instance_id: str, facts: object) -> None:
            raise OSError(28, "No space left on device")

        reports(world)
        monkeypatch.setattr(launched.guests, "write", full)
        with pytest.raises(RunError, match="No space left") as caught:
            await read_facts(launched)
        assert FACTS in caught.value.remedy
