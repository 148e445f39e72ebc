"""Reading the facts: the report and the boot, whichever comes first, and what is kept of both."""

from __future__ import annotations

import stat

import pytest

from imaging.guest.store import GuestStore
from imaging.runs.endings import ending_by_verdict, source_may_need_help
from imaging.runs.report import as_markdown
from imaging.runs.steps.read_facts import FACTS, read_facts
from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runtime.paths import Paths
from models.errors import ForbiddenError, RunError
from models.guest.facts import Way
from models.image import Image
from models.quota import Limit, Quota
from models.run import RunState
from models.steps import StepName, StepState
from models.verdict import VerdictWord
from tests.guest.deep.reports import console
from tests.runs.deep.conftest import EMERGENCY, children, nonce, says


@pytest.fixture
async def launched(ctx, world):
    """A child of the temporary image has just been launched."""
    world.images["image"] = Image(
        id="image", name="imaging-deep-run1", status="active", size_bytes=2**30, min_disk_gib=10,
        created_at=world.clock.now(),
        properties={"imaging.run": "run1", "imaging.source": "db", "instance_uuid": "db"},
    )  # fmt: skip
    ctx.change(image_id="image")
    await launch_test(ctx.at(StepName.TEST_LAUNCH))
    return ctx.at(StepName.READ_FACTS)


class TestWhole:
    async def test_the_child_was_given_our_boothook_and_the_word_for_it(self, launched, world):
        (request,) = world.launched
        beginning = f"#cloud-boothook\n#!/bin/sh\n# imaging deep check {nonce(world)}\n"
        assert request.user_data.startswith(beginning.encode())
        assert request.metadata["imaging.role"] == "test"

    async def test_the_facts_are_kept_for_the_checklist_with_what_became_of_the_child(self, launched, world, tmp_path):
        says(world)
        await read_facts(launched)
        kept = GuestStore(Paths.below(tmp_path), world.clock).read("db").value
        assert (kept.way, kept.system.value.kernel) == (Way.DEEP_CHECK, "6.1.0")
        assert kept.child.word is VerdictWord.BOOTED
        assert launched.run.verdict == kept.child

    async def test_a_child_in_emergency_mode_reports_and_is_proof_itself(self, launched, world):
        says(world, boot="\n".join(EMERGENCY) + "\n")
        result = await read_facts(launched)
        kept = launched.guests.read("db").value
        assert kept.system.known
        assert kept.child.word is VerdictWord.FAILED
        assert any("emergency mode" in line for line in kept.child.evidence)
        assert "the child: failed" in result.note
        assert "emergency mode" in as_markdown(launched.run)

    async def test_such_a_child_makes_no_failure_of_the_run(self, launched, world):
        says(world, boot="\n".join(EMERGENCY) + "\n")
        await read_facts(launched)
        assert ending_by_verdict(launched.run) is RunState.DONE
        assert not source_may_need_help(launched.run)

    async def test_the_report_of_the_run_says_where_the_facts_are_and_what_became_of_the_child(self, launched, world):
        says(world, boot="\n".join(EMERGENCY) + "\n")
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
        assert "The throw-away child: **failed**" in text
        assert "- Image:" not in text

    async def test_a_report_that_comes_after_the_boot_is_waited_for(self, launched, world, clock):
        begun_at = clock.monotonic()
        world.console = "\n".join(EMERGENCY) + "\n"
        began = console(nonce=nonce(world), boot=()).replace("ended", "")
        world.later(5, lambda: setattr(world, "console", began + world.console))
        world.later(200, lambda: says(world, boot="\n".join(EMERGENCY) + "\n"))
        await read_facts(launched)
        assert launched.guests.read("db").known
        assert clock.monotonic() - begun_at < 260

    async def test_what_was_found_and_the_console_are_files_of_their_owner_alone(self, launched, world, tmp_path):
        says(world)
        await read_facts(launched)
        for name in (FACTS, "console.log"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    async def test_it_says_when_the_report_comes(self, launched, world):
        says(world)
        await read_facts(launched)
        assert any(phase.startswith("the report is whole") for phase in launched.phases)


class TestAfterADeath:
    async def test_what_was_read_is_not_read_again(self, launched, world):
        says(world)
        await read_facts(launched)
        launched.guests.forget("db")
        launched.change(verdict=None)
        world.servers.pop(children(world)[0])
        await read_facts(launched)
        assert launched.guests.read("db").known
        assert launched.run.verdict.word is VerdictWord.BOOTED

    async def test_half_a_file_of_facts_is_none(self, launched, world, tmp_path):
        says(world)
        (tmp_path / FACTS).write_text('{"way": "deep')
        await read_facts(launched)
        assert launched.guests.read("db").known


class TestUnhappy:
    async def fails(self, ctx) -> RunError:
        with pytest.raises(RunError) as caught:
            await read_facts(ctx)
        assert not ctx.guests.read("db").known
        return caught.value

    async def test_a_child_without_cloud_init_says_nothing(self, launched, world, clock):
        begun_at = clock.monotonic()
        error = await self.fails(launched)
        assert "has shown no report" in error.what
        assert "Of the child itself: booted" in error.meaning
        assert clock.monotonic() - begun_at < 120

    async def test_the_verdict_is_kept_though_no_report_came(self, launched):
        await self.fails(launched)
        assert launched.run.verdict.word is VerdictWord.BOOTED

    async def test_pieces_that_did_not_come_are_named(self, launched, world):
        says(world, lose=(1,))
        assert "did not come whole: 1" in (await self.fails(launched)).what

    async def test_what_the_child_lacks_is_named(self, launched, world):
        world.console = f"@@imaging-deep {nonce(world)} failed it lacks base64\n" + world.console
        assert "it lacks base64" in (await self.fails(launched)).what

    async def test_a_child_that_somebody_deletes_ends_the_waiting(self, launched, world, clock):
        begun_at = clock.monotonic()
        world.console = ""
        world.later(5, lambda: world.servers.pop(children(world)[0]))
        await self.fails(launched)
        assert clock.monotonic() - begun_at < 20

    async def test_a_console_that_may_not_be_read_ends_the_waiting(self, launched, monkeypatch):
        async def forbidden(instance_id: str) -> str:
            raise ForbiddenError("Policy doesn't allow os_compute_api:os-console-output to be performed.")

        monkeypatch.setattr(launched.cloud.compute, "console_log", forbidden)
        await self.fails(launched)
        assert "cannot be read" in launched.run.verdict.reason

    async def test_a_report_of_somebody_else_is_none(self, launched, world):
        says(world)
        world.console = world.console.replace(nonce(world), "0000")
        assert "has shown no report" in (await self.fails(launched)).what

    async def test_without_room_for_a_child_the_reason_is_said(self, ctx, world):
        world.images["image"] = Image(id="image", name="imaging-deep-run1", status="active", min_disk_gib=10)
        ctx.change(image_id="image")
        world.limits = Quota(instances=Limit(used=10, maximum=10))
        await launch_test(ctx.at(StepName.TEST_LAUNCH))
        assert "quota: 0 instances free" in (await self.fails(ctx.at(StepName.READ_FACTS))).what

    async def test_a_full_disk_is_said_and_where_the_facts_are(self, launched, world, monkeypatch):
        def full(instance_id: str, facts: object) -> None:
            raise OSError(28, "No space left on device")

        says(world)
        monkeypatch.setattr(launched.guests, "write", full)
        with pytest.raises(RunError, match="No space left") as caught:
            await read_facts(launched)
        assert FACTS in caught.value.remedy
