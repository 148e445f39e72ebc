"""One bad row of the journal hides no other run, is said with its reason, and blocks no way back."""

from __future__ import annotations

import pytest

from imaging.runs.plan.new_run import run_of_claim
from models.cloud.login import Login
from models.errors import JournalError, RunError, UnreadableRunError
from models.image_file.image_format import ImageFormat
from models.run.file_plan import SentFile
from models.run.record import RunRecord
from tests.runs.engine.fakes import IDENTITY, NOW, PROFILE, SOURCE, Stage, claim_of, plan
from tests.support.known import present

DEEP = '{"a":' * 50_000 + "1" + "}" * 50_000
BAD = [
    *(("plan", value) for value in (b"\xff\x00", 7, "{", "[]", DEEP, '{"made_at":1e999}')),
    *(("identity", value) for value in ("null", DEEP, b"\x80", 2**63 - 1, 1e308)),
    *(("claim", value) for value in ("7", '{"claimed_at":"0001-01-01T00:00:00+23:00"}', DEEP, "9" * 5000)),
    *(("created_at", value) for value in ("", "x", b"\x00", 2**63 - 1, "0001-01-01T00:00:00Z", "9999-12-31T23:59-23")),
    *(("state", value) for value in ("of a later version", b"x", 3)),
    *(("trouble", '{"what":7}'), ("verdict", "NaN"), ("cancel_requested", 2**62), ("kind", "bake")),
]


async def spoil(stage: Stage, run: RunRecord, column: str, value: object, table: str = "runs") -> None:
    key = "id" if table == "runs" else "run_id"
    await stage.journal._thread.do(
        lambda: present(stage.journal._connection).execute(
            f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, run.id)
        )
    )
    stage.journal._plans.clear()


@pytest.mark.parametrize("column, value", BAD, ids=lambda value: repr(value)[:24])
async def test_a_bad_row_hides_no_other_run_and_is_said(stage: Stage, column: str, value: object):
    bad, good = await stage.new_run(), await stage.new_run(plan(source=None))
    await spoil(stage, bad, column, value)
    assert [run.id for run in await stage.journal.runs()] == [good.id]
    (error,) = stage.journal.unreadable
    assert bad.id in error.what
    assert error.reason
    assert "imaging undo" in error.remedy
    with pytest.raises(UnreadableRunError):
        await stage.journal.run(bad.id)


@pytest.mark.parametrize(
    "table, column, value",
    [("steps", "started_at", b"\x00"), ("steps", "state", 7), ("steps", "trouble", DEEP), ("steps", "place", "x")],
)
async def test_a_bad_row_of_a_step_costs_its_run_alone(stage: Stage, table: str, column: str, value: object):
    bad, good = await stage.new_run(), await stage.new_run(plan(source=None))
    await spoil(stage, bad, column, value, table)
    assert good.id in [run.id for run in await stage.journal.runs()]


async def test_a_text_that_is_no_utf_8_costs_its_run_alone(stage: Stage):
    bad, good = await stage.new_run(), await stage.new_run(plan(source=None))

    def task() -> None:
        connection = present(stage.journal._connection)
        connection.execute("UPDATE runs SET host = CAST(x'ff80' AS TEXT) WHERE id = ?", (bad.id,))

    await stage.journal._thread.do(task)
    assert [run.id for run in await stage.journal.runs()] == [good.id]
    assert len(stage.journal.unreadable) == 1


@pytest.mark.parametrize("column", ["id", "state", "instance_id", "claim", "created_at", "plan"])
async def test_a_column_that_is_no_utf_8_ends_no_question_about_all_runs(stage: Stage, column: str):
    bad, good = await stage.new_run(), await stage.new_run(plan(source=None))

    def task() -> None:
        connection = present(stage.journal._connection)
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"UPDATE runs SET {column} = CAST(x'30ff80' AS TEXT) WHERE id = ?", (bad.id,))
        stage.journal._plans.clear()

    await stage.journal._thread.do(task)
    assert good.id in [run.id for run in await stage.journal.runs()]
    assert all(isinstance(thing_id, str) for thing_id in await stage.journal.claimed_ids())
    assert (await stage.journal.run(good.id)).id == good.id
    undo = run_of_claim(claim_of(bad), SOURCE, Login(identity=IDENTITY), NOW)
    assert (await stage.journal.create(undo, PROFILE)).claim == claim_of(bad)


@pytest.mark.parametrize("column", ["identity", "sent_file", "created_at"])
async def test_an_upload_that_cannot_be_read_hides_no_other(stage: Stage, column: str):
    bad, good = await stage.new_run(), await stage.new_run(plan(source=None))
    for run in (bad, good):
        context, _ = await stage.context(run)
        await context.record(sent_file=SentFile(format=ImageFormat.RAW, size_bytes=len(run.id), seconds=1.0))

    def task() -> None:
        connection = present(stage.journal._connection)
        connection.execute(f"UPDATE runs SET {column} = CAST(x'30ff80' AS TEXT) WHERE id = ?", (bad.id,))

    await stage.journal._thread.do(task)
    assert (good.identity, len(good.id)) in [(to, sent.size_bytes) for to, sent in await stage.journal.uploads()]


@pytest.mark.parametrize("value", [b"\xff\xfe", b"", 2.5, None])
async def test_an_instance_id_that_is_no_text_stops_no_runner(stage: Stage, value: object):
    """A runner protects what every run of the journal is about before it does anything."""
    bad = await stage.new_run()
    await spoil(stage, bad, "instance_id", value)
    assert all(isinstance(thing_id, str) for thing_id in await stage.journal.claimed_ids())


async def test_an_id_that_is_no_text_costs_its_run_alone(stage: Stage):
    bad, good = await stage.new_run(), await stage.new_run(plan(source=None))
    await stage.journal._thread.do(lambda: present(stage.journal._connection).execute("PRAGMA foreign_keys = OFF"))
    await spoil(stage, bad, "id", None)
    assert [run.id for run in await stage.journal.runs()] == [good.id]


async def test_a_run_that_can_be_read_again_is_not_listed_as_unreadable_any_more(stage: Stage):
    run = await stage.new_run()
    await spoil(stage, run, "state", "x")
    await stage.journal.runs()
    await spoil(stage, run, "state", "planned")
    assert len(await stage.journal.runs()) == 1
    assert stage.journal.unreadable == ()


async def test_no_second_run_begins_on_the_instance_of_a_run_that_cannot_be_read_but_it_can_be_undone(stage: Stage):
    bad = await stage.new_run()
    await spoil(stage, bad, "plan", "{")
    with pytest.raises(UnreadableRunError):
        await stage.new_run()
    undo = run_of_claim(claim_of(bad), SOURCE, Login(identity=IDENTITY), NOW)
    assert (await stage.journal.create(undo, PROFILE)).claim == claim_of(bad)


async def test_a_bad_row_of_a_run_that_is_over_blocks_no_other_on_its_instance(stage: Stage):
    bad = await stage.new_run()
    await spoil(stage, bad, "state", "done")
    await spoil(stage, bad, "plan", "{")
    await stage.new_run()


@pytest.mark.parametrize("number", [2**63 - 1, -1, "x", b"1", 1.5])
async def test_a_lease_that_cannot_be_read_is_an_imaging_error(stage: Stage, number: object):
    run = await stage.new_run()
    await stage.journal.take_lease(run.id)
    await spoil(stage, run, "number", number, "leases")
    with pytest.raises((JournalError, RunError)):
        await stage.journal.take_lease(run.id)


async def test_half_a_character_in_a_text_can_be_written(stage: Stage):
    run = await stage.new_run()
    await stage.journal.request_change(run.id, lambda changes: changes.run(report_path="\ud800"))
    assert (await stage.journal.run(run.id)).report_path == "?"
