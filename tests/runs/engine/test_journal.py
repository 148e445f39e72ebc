"""The journal: what it keeps, what it refuses, and how it fails."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from imaging.runs.journal import journal as journal_module
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import Lease
from imaging.runs.journal.schema import VERSION
from imaging.runs.plan.new_run import new_run_id, run_of_plan
from imaging.runtime import private_files
from models.errors import JournalError, LeaseLostError, RunError, UnreadableRunError, UsageError
from models.image_file.image_format import ImageFormat
from models.run.claim import ClaimedVolume
from models.run.file_plan import SentFile
from models.run.intent import Intent, IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind, RunState
from models.steps import StepName
from models.verdict import Verdict, VerdictWord
from tests.runs.engine.fakes import IDENTITY, NOW, PROFILE, SOURCE, Stage, claim_of, plan
from tests.support import unsynced_journal
from tests.support.clock import ManualClock


async def test_gives_back_what_was_written(stage: Stage):
    run = await stage.new_run()
    context, _ = await stage.context(run)
    verdict = Verdict(word=VerdictWord.BOOTED, evidence=("db-07 login:",))
    await context.record(claim=claim_of(run), verdict=verdict, instance_restored=False)
    await context.record(test_flavor="m3.tiny", changed_meanwhile="stop at 14:02:11 UTC")
    await context.own(Owned(kind=OwnedKind.SERVER, id="s-1", name="test"))
    await context.own(Owned(kind=OwnedKind.SERVER, id="s-1", name="test", removed=True))
    await context.phase("image saving")
    read = await stage.journal.run(run.id)
    assert read.plan == run.plan
    assert (read.claim, read.verdict, read.instance_restored) == (claim_of(run), verdict, False)
    assert (read.test_flavor, read.changed_meanwhile) == ("m3.tiny", "stop at 14:02:11 UTC")
    assert read.owned == (Owned(kind=OwnedKind.SERVER, id="s-1", name="test", removed=True),)
    assert [(phase.at, phase.text) for phase in read.step(StepName.CHECK).phases] == [(NOW, "image saving")]
    assert await stage.journal.profile(run.id) == PROFILE


async def test_the_journal_of_an_earlier_program_gets_the_columns_that_came_since(stage: Stage):
    run = await stage.new_run()
    file = stage.folder / "runs.sqlite"
    with closing(sqlite3.connect(file)) as earlier, earlier:
        earlier.execute("ALTER TABLE runs DROP COLUMN source_seen")
        earlier.execute("ALTER TABLE runs DROP COLUMN source_stage")
    earlier.close()
    journal = Journal(file, stage.clock)
    try:
        assert (await journal.run(run.id)).source_seen is None
    finally:
        await journal.close()


async def test_a_phase_that_is_seen_again_is_written_once(stage: Stage):
    context, _ = await stage.context(await stage.new_run())
    for text in ("queued", "queued", "saving", "queued"):
        await context.phase(text)
    assert [phase.text for phase in context.run.step(StepName.CHECK).phases] == ["queued", "saving", "queued"]


async def test_a_text_from_the_cloud_is_cleaned_before_it_is_kept(stage: Stage):
    context, _ = await stage.context(await stage.new_run())
    await context.phase("[/red]\x1b[2J")
    assert context.run.step(StepName.CHECK).phases[-1].text == "[/red]"


async def test_a_run_is_found_by_the_beginning_of_its_id(stage: Stage):
    run = await stage.new_run()
    assert (await stage.journal.run(run.id[:9])).id == run.id


async def test_an_id_that_fits_no_run_or_several_is_refused(stage: Stage):
    first = await stage.new_run()
    second = await stage.new_run(plan(source=None))
    for prefix, message in [("zz", "no run"), ("", "no run"), ("%", "no run"), (first.id[:3], second.id)]:
        with pytest.raises(UsageError, match=message):
            await stage.journal.run(prefix)


async def test_runs_are_listed_newest_first(stage: Stage):
    first = await stage.new_run()
    stage.clock.turn(60)
    second = await stage.new_run(plan(source=None))
    assert [run.id for run in await stage.journal.runs()] == [second.id, first.id]
    assert first.id < second.id


def test_an_id_is_made_of_letters_and_digits_alone():
    assert new_run_id(NOW).isalnum()
    assert len({new_run_id(NOW) for _ in range(50)}) > 45


async def test_a_second_run_on_the_same_instance_is_refused_until_the_first_is_over(stage: Stage):
    first = await stage.new_run()
    with pytest.raises(RunError, match=first.id):
        await stage.new_run()
    await stage.new_run(plan(source=SOURCE.model_copy(update={"id": "source-2"})))
    await stage.journal.request_change(first.id, lambda changes: changes.run(state=RunState.DONE))
    await stage.new_run()


async def test_only_the_holder_of_the_newest_lease_may_write(stage: Stage):
    run = await stage.new_run()
    old, lease = await stage.context(run)
    await stage.journal.give_back(lease)
    new, _ = await stage.context(run)
    for write in (
        old.phase("x"),
        old.record(image_id="i"),
        stage.journal.heartbeat(lease),
        stage.journal.give_back(lease),
    ):
        with pytest.raises(LeaseLostError):
            await write
    assert (await stage.journal.run(run.id)).image_id is None
    await new.record(image_id="i")


async def test_a_lease_that_was_given_back_allows_no_write(stage: Stage):
    context, lease = await stage.context(await stage.new_run())
    await stage.journal.give_back(lease)
    with pytest.raises(LeaseLostError):
        await context.phase("x")


async def test_nothing_is_kept_of_a_change_that_fails_half_way(stage: Stage):
    context, _ = await stage.context(await stage.new_run())

    def change(changes):
        changes.run(image_id="half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await context.writer.write(change)
    assert (await stage.journal.run(context.run.id)).image_id is None


@pytest.fixture
def journal_as_users_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for the disk."""
    monkeypatch.setattr(journal_module, "_set_up", unsynced_journal.AS_IT_IS)


async def test_the_journal_is_closed_to_others_never_in_wal_mode_and_waits_for_the_disk(
    journal_as_users_have_it: None, stage: Stage, tmp_path: Path
):
    await stage.new_run()
    path = tmp_path / "runs.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert await stage.pragma("synchronous") == 2


async def test_what_is_left_behind_is_kept_until_it_is_removed_after_all(stage: Stage):
    run = await stage.new_run()
    context, _ = await stage.context(run)
    thing = LeftBehind(kind=OwnedKind.VOLUME, id="v-1", name="results", reason="somebody else made it")
    await context.leave(thing)
    await context.leave(thing)
    assert (await stage.journal.run(run.id)).left_behind == (thing,)
    await context.own(Owned(kind=OwnedKind.VOLUME, id="v-1", removed=True))
    assert (await stage.journal.run(run.id)).left_behind == ()


async def test_what_any_run_is_about_or_has_claimed_is_known(stage: Stage):
    run = await stage.new_run()
    context, _ = await stage.context(run)
    await context.record(claim=claim_of(run).model_copy(update={"volumes": (ClaimedVolume(id="pgdata", order=0),)}))
    assert await context.claimed_ids() == {"source-1", "pgdata"}


async def test_the_last_uploads_are_known_without_their_plans(stage: Stage):
    for size in (10, 20):
        run = await stage.new_run(plan(source=None))
        await stage.clock.sleep(60)
        context, _ = await stage.context(run)
        await context.record(sent_file=SentFile(format=ImageFormat.RAW, size_bytes=size, seconds=1.0))
    stage.journal._plans.clear()
    assert [(to, sent.size_bytes) for to, sent in await stage.journal.uploads()] == [(IDENTITY, 20), (IDENTITY, 10)]
    assert stage.journal._plans == {}


async def test_a_new_journal_names_its_version(stage: Stage):
    await stage.new_run()
    connection = sqlite3.connect(stage.folder / "runs.sqlite")
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,) == (1,)
    connection.close()


async def test_an_intent_is_kept_as_a_code_with_its_target_and_no_sentence(stage: Stage):
    context, _ = await stage.context(await stage.new_run())
    await context.intend(IntentAction.LAUNCH, "imaging-test-1")
    connection = sqlite3.connect(stage.folder / "runs.sqlite")
    assert connection.execute("SELECT step, action, target FROM intents").fetchall() == [
        ("check", "launch", "imaging-test-1")
    ]
    connection.close()
    assert context.run.step(StepName.CHECK).intents == (
        Intent(at=NOW, action=IntentAction.LAUNCH, target="imaging-test-1"),
    )
    assert context.run.times_intended(IntentAction.LAUNCH) == 1
    assert context.run.times_intended(IntentAction.CREATE_SECURITY_GROUP) == 0


async def test_an_intent_of_a_later_version_makes_its_run_unreadable_instead_of_being_left_out(stage: Stage):
    run = await stage.new_run()
    context, _ = await stage.context(run)
    await context.intend(IntentAction.LAUNCH, "imaging-test-1")
    connection = sqlite3.connect(stage.folder / "runs.sqlite")
    connection.execute("UPDATE intents SET action = 'launch-twice'")
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableRunError):
        await stage.journal.run(run.id)


async def test_a_newer_journal_is_refused_and_left_alone(tmp_path: Path, clock: ManualClock):
    path = tmp_path / "runs.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    journal = Journal(path, clock)
    with pytest.raises(JournalError, match="newer Imaging Console"):
        await journal.runs()
    await journal.close()
    assert path.read_bytes() == before


async def test_a_file_that_is_no_journal_is_a_clear_error(tmp_path: Path, clock: ManualClock):
    path = tmp_path / "runs.sqlite"
    path.write_text("something else " * 100)
    journal = Journal(path, clock)
    with pytest.raises(JournalError, match="not a database"):
        await journal.runs()
    await journal.close()


async def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path, clock: ManualClock):
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "runs.sqlite", clock)
    with pytest.raises(JournalError, match=r"it is a file.*Nothing was changed"):
        await journal.runs()
    await journal.close()


@pytest.mark.parametrize("name", ["runs.sqlite", "runs.sqlite-journal", "runs.sqlite-wal", "runs.sqlite-shm"])
async def test_a_link_in_the_place_of_one_of_its_files_is_refused(tmp_path: Path, clock: ManualClock, name: str):
    (tmp_path / "precious").write_bytes(b"")
    (tmp_path / name).symlink_to(tmp_path / "precious")
    journal = Journal(tmp_path / "runs.sqlite", clock)
    with pytest.raises(JournalError, match="it is a link"):
        await journal.runs()
    await journal.close()
    assert (tmp_path / "precious").read_bytes() == b""


async def test_a_file_that_stood_open_to_others_is_closed(tmp_path: Path, clock: ManualClock):
    (tmp_path / "runs.sqlite").touch()
    (tmp_path / "runs.sqlite").chmod(0o666)
    journal = Journal(tmp_path / "runs.sqlite", clock)
    assert await journal.runs() == ()
    await journal.close()
    assert stat.S_IMODE((tmp_path / "runs.sqlite").stat().st_mode) == 0o600


async def test_what_somebody_else_wrote_is_not_played_back(tmp_path: Path, clock: ManualClock, monkeypatch):
    journal = Journal(tmp_path / "runs.sqlite", clock)
    assert await journal.runs() == ()
    await journal.close()
    (tmp_path / "runs.sqlite-journal").write_bytes(b"a hot journal")
    uid = (tmp_path / "runs.sqlite-journal").stat().st_uid + 1
    monkeypatch.setattr(private_files, "own_uid", lambda: uid)
    with pytest.raises(JournalError, match="it belongs to"):
        await Journal(tmp_path / "runs.sqlite", clock).runs()
    assert (tmp_path / "runs.sqlite-journal").exists()


async def test_a_full_disk_is_a_clear_error_and_loses_nothing(stage: Stage):
    context, _ = await stage.context(await stage.new_run())
    await stage.pragma(f"max_page_count = {await stage.pragma('page_count')}")
    with pytest.raises(JournalError, match=r"full.*free space"):
        await context.record(report_path="x" * 1_000_000)
    await stage.pragma("max_page_count = 100000")
    await context.phase("room again")
    assert context.run.step(StepName.CHECK).phases[-1].text == "room again"


async def test_a_read_only_disk_is_a_clear_error(stage: Stage):
    context, _ = await stage.context(await stage.new_run())
    await stage.pragma("query_only = ON")
    with pytest.raises(JournalError, match="readonly"):
        await context.phase("x")


async def test_a_change_by_another_process_is_noticed_cheaply(stage: Stage, tmp_path: Path, clock: ManualClock):
    run = await stage.new_run()
    token = await stage.journal.token()
    assert await stage.journal.token() == token
    other = Journal(tmp_path / "runs.sqlite", clock)
    await other.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
    await other.close()
    changed = await stage.journal.token()
    assert changed != token
    await stage.journal.request_change(run.id, lambda changes: changes.run(cancel_requested=False))
    assert await stage.journal.token() != changed


async def test_two_processes_that_begin_at_once_make_one_journal(tmp_path: Path, clock: ManualClock):
    journals = [Journal(tmp_path / "runs.sqlite", clock) for _ in range(4)]
    plans = [plan(source=SOURCE.model_copy(update={"id": f"source-{n}"})) for n in range(4)]
    await asyncio.gather(
        *(journal.create(run_of_plan(each, NOW), PROFILE) for journal, each in zip(journals, plans, strict=True))
    )
    assert len(await journals[0].runs()) == 4
    for journal in journals:
        await journal.close()


async def test_of_runners_that_begin_at_once_one_gets_the_lease(stage: Stage, tmp_path: Path, clock: ManualClock):
    run = await stage.new_run()
    journals = [Journal(tmp_path / "runs.sqlite", clock) for _ in range(4)]
    answers = await asyncio.gather(*(journal.take_lease(run.id) for journal in journals), return_exceptions=True)
    assert sum(isinstance(answer, Lease) for answer in answers) == 1
    assert sum(isinstance(answer, RunError) for answer in answers) == 3
    for journal in journals:
        await journal.close()
