"""What an inspection found is kept for a day, for nobody else to read, and a bad file is as good as none."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imaging.guest.facts_cache import GuestStore
from imaging.runtime.paths import Paths
from models.fact import Fact
from models.findings import Source
from models.guest.comparison import before_run
from models.guest.facts import GuestFacts
from models.guest.system import GuestSystem
from models.guidelines.facts import NOT_INSPECTED
from tests.support.clock import ManualClock
from tests.support.known import present

ID = "913d91b5-83ce-47e1-bb86-9b60559b348f"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.below(tmp_path)


@pytest.fixture
def store(paths: Paths, clock: ManualClock) -> GuestStore:
    return GuestStore(paths, clock)


def facts_at(moment: datetime, name: str = "Debian") -> GuestFacts:
    system = Fact[GuestSystem](value=GuestSystem(id="debian", pretty_name=name), source=Source.GUEST, read_at=moment)
    return GuestFacts(user="ada", read_at=moment, system=system)


def file_of(paths: Paths) -> Path:
    (file,) = (paths.state / "guests").iterdir()
    return file


def test_before_any_inspection_it_says_so(store: GuestStore):
    fact = store.read(ID)
    assert (fact.known, fact.unknown_because, fact.source) == (False, NOT_INSPECTED, Source.GUEST)


def test_what_was_written_is_read_with_its_time(store: GuestStore, clock: ManualClock, paths: Paths):
    facts = facts_at(clock.now())
    store.write(ID, facts)
    assert store.read(ID) == Fact(value=facts, source=Source.GUEST, read_at=clock.now())
    assert stat.S_IMODE(file_of(paths).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(paths).parent.stat().st_mode) == 0o700


def test_after_a_day_it_is_forgotten(store: GuestStore, clock: ManualClock):
    store.write(ID, facts_at(clock.now()))
    clock.turn(timedelta(hours=23, minutes=59).total_seconds())
    assert store.read(ID).known
    clock.turn(120)
    assert not store.read(ID).known


def test_what_is_from_the_future_is_not_believed(store: GuestStore, clock: ManualClock):
    store.write(ID, facts_at(clock.now() + timedelta(hours=1)))
    assert not store.read(ID).known


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"version": 1}',
        b'{"version": 1, "instance": "%s", "facts": {"read_at": 7, "user": []}}' % ID.encode(),
        b"[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_read_is_as_good_as_none(
    store: GuestStore, clock: ManualClock, paths: Paths, content: bytes
):
    store.write(ID, facts_at(clock.now()))
    file_of(paths).write_bytes(content)
    assert not store.read(ID).known


def test_a_file_of_another_version_or_instance_is_as_good_as_none(store: GuestStore, clock: ManualClock, paths: Paths):
    store.write(ID, facts_at(clock.now()))
    document = json.loads(file_of(paths).read_text())
    for change in ({"version": 2}, {"instance": "other"}):
        file_of(paths).write_text(json.dumps({**document, **change}))
        assert not store.read(ID).known


@pytest.mark.parametrize("odd", ["../../escaped", "/etc/passwd", "", "a" * 5000, "a\0b", ".."])
def test_an_odd_id_leads_nowhere_else(store: GuestStore, clock: ManualClock, paths: Paths, odd: str):
    store.write(odd, facts_at(clock.now()))
    assert store.read(odd).known
    assert file_of(paths).name.startswith("id-")


def test_of_a_list_those_that_are_kept_are_told_the_newest_first(store: GuestStore, clock: ManualClock, paths: Paths):
    for age, name in enumerate(("a", "b", "../c")):
        store.write(name, facts_at(clock.now()))
        newest = max((paths.state / "guests").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (1000 - age, 1000 - age))
    assert store.kept_among(("x", "b", "../c", "a"), 2) == ("a", "b")
    assert store.kept_among(("../c",), 2) == ("../c",)


def test_where_nothing_was_ever_kept_none_is_told(store: GuestStore):
    assert store.kept_among(("a",), 2) == ()


def test_forgetting_what_is_not_there_is_fine(store: GuestStore, clock: ManualClock):
    store.forget(ID)
    store.write(ID, facts_at(clock.now()))
    store.forget(ID)
    assert not store.read(ID).known


def test_what_ran_before_a_run_stays_when_the_guest_is_inspected_again(
    store: GuestStore, clock: ManualClock, paths: Paths
):
    before = before_run("0abc", facts_at(clock.now()), clock.now())
    store.keep_before_run(ID, before)
    store.write(ID, facts_at(clock.now(), "Rocky"))
    assert store.before_run(ID) == before
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (paths.state / "guests").iterdir()]
    assert modes == [0o600, 0o600]


def test_the_next_run_takes_its_place_or_leaves_none(store: GuestStore, clock: ManualClock):
    for run in ("0abc", "0def"):
        store.keep_before_run(ID, before_run(run, facts_at(clock.now()), clock.now()))
    assert present(store.before_run(ID)).run == "0def"
    store.keep_before_run(ID, None)
    assert store.before_run(ID) is None


def test_what_ran_before_a_run_of_long_ago_or_of_another_instance_is_as_good_as_none(
    store: GuestStore, clock: ManualClock, paths: Paths
):
    store.keep_before_run(ID, before_run("0abc", facts_at(clock.now()), clock.now()))
    file = file_of(paths)
    good = file.read_text()
    file.write_text(json.dumps({**json.loads(good), "instance": "other"}))
    assert store.before_run(ID) is None
    file.write_text(good[:-9])
    assert store.before_run(ID) is None
    file.write_text(good)
    clock.turn(29 * 86_400)
    assert store.before_run(ID) is not None
    clock.turn(2 * 86_400)
    assert store.before_run(ID) is None


def test_odd_texts_survive(store: GuestStore):
    facts = facts_at(
        datetime(2026, 11, 1, 14, 0, tzinfo=UTC), name="caf\N{LATIN SMALL LETTER E WITH ACUTE} \ufffd \U0001f427"
    )
    store.write(ID, facts)
    assert store.read(ID).value == facts
