"""The report: for its owner alone, and untrusted texts in it stay texts."""

from __future__ import annotations

import json
import stat

from imaging.reports.escaping import markdown as plain
from imaging.runs.report.run_report import as_markdown
from imaging.runs.steps.claim import claim
from imaging.runs.steps.report import report
from imaging.runs.steps.unlock import unlock
from models.run.record import RunState, Trouble
from models.steps import StepName
from models.verdict import Strength, Verdict, VerdictWord
from models.works.test_file import TestFile, WorkTests
from tests.runs.steps.held_world import PGDATA, HeldWorld
from tests.runs.steps.memory_context import MemoryContext


async def test_both_files_are_written_for_their_owner_alone(ctx: MemoryContext) -> None:
    await report(ctx)
    for name in ("report.md", "report.json"):
        assert stat.S_IMODE((ctx.folder / name).stat().st_mode) == 0o600
    assert ctx.run.report_path == str(ctx.folder / "report.md")


async def test_the_json_is_the_whole_record(ctx: MemoryContext) -> None:
    await report(ctx)
    written = json.loads((ctx.folder / "report.json").read_text())
    assert written["schema"] == "imaging-console/report/1"
    assert written["run"]["id"] == "run1"
    assert written["run"]["report_path"] == ctx.run.report_path


async def test_the_text_of_a_test_is_in_no_report_and_in_nothing_that_a_debugger_shows(ctx: MemoryContext) -> None:
    tests = WorkTests(files=(TestFile(name="smoke.sh", text="#!/bin/sh\nTOKEN=of-its-author\n"),))
    request = ctx.run.plan.request.model_copy(update={"work_tests": tests})
    ctx.change(plan=ctx.run.plan.model_copy(update={"request": request}))
    await report(ctx)
    told = [(ctx.folder / name).read_text() for name in ("report.md", "report.json")]
    assert "smoke.sh" in told[1]
    assert not any("of-its-author" in text for text in (*told, repr(ctx.run)))


async def test_it_speaks_of_the_run_as_it_is_when_it_is_read(ctx: MemoryContext) -> None:
    ctx.change(outcome=RunState.DONE)
    await report(ctx)
    written = json.loads((ctx.folder / "report.json").read_text())["run"]
    assert written["state"] == "done"
    assert written["steps"][-1]["state"] == "done"
    assert "running" not in (ctx.folder / "report.md").read_text()


def test_names_from_the_cloud_are_not_markup() -> None:
    assert plain("[/red]<b>*x*|y`") == r"\[/red\]\<b\>\*x\*\|y\`"
    assert plain("a\n# heading\x1b[2J") == "a\N{REPLACEMENT CHARACTER}\\# heading"


def test_what_came_of_it_is_said_first(ctx: MemoryContext) -> None:
    ctx.change(
        image_id="image",
        instance_restored=True,
        verdict=Verdict(word=VerdictWord.BOOTED, strength=Strength.GOOD, evidence=("child login:",)),
    )
    text = as_markdown(ctx.run)
    assert "The instance is restored." in text
    assert "Test launch: **booted** (good)" in text
    assert "```\nchild login:\n```" in text


async def test_a_source_that_is_not_as_it_was_is_described_as_it_was(ctx: MemoryContext, world: HeldWorld) -> None:
    world.lock("do not touch")
    await unlock(ctx.at(StepName.UNLOCK))
    await claim(ctx.at(StepName.CLAIM))
    assert "Before the run" not in as_markdown(ctx.run)
    ctx.change(instance_restored=False)
    text = as_markdown(ctx.run)
    assert "it was running." in text
    assert f"had volume `{PGDATA}` at /dev/vdb." in text
    assert "it was locked: do not touch" in text


def test_trouble_is_told_with_what_to_do(ctx: MemoryContext) -> None:
    ctx.change(trouble=Trouble(what="It broke.", meaning="Stopped.", remedy="Look.", request_id="req-1"))
    text = as_markdown(ctx.run)
    assert "Trouble: It broke." in text
    assert "What to do: Look." in text
    assert "req-1" in text
