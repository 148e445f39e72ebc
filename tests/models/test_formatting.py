"""Numbers and times as people read them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from models.formatting import (
    about,
    clock_time,
    compared_mib,
    counted,
    day,
    duration,
    local_day,
    local_minute,
    minute,
    second,
    size,
    size_kib,
)

AFTERNOON = datetime(2026, 11, 2, 18, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "seconds, text", [(None, ""), (0.2, "0 s"), (59.4, "59 s"), (125, "2 min 5 s"), (3600, "1 h"), (3785, "1 h 3 min")]
)
def test_durations_read_as_people_say_them(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_estimates_and_numbers_have_their_nouns() -> None:
    assert about(230) == "about 4 minutes"
    assert about(10) == "about 1 minute"
    assert counted(1, "volume") == "1 volume"
    assert counted(2, "volume") == "2 volumes"
    assert counted(2, "address", "addresses") == "2 addresses"


@pytest.mark.parametrize(
    "size_bytes, text",
    [
        (None, "?"),
        (0, "0 B"),
        (399, "399 B"),
        (2048, "2 KiB"),
        (1024**2, "1.0 MiB"),
        (178_257_920, "170 MiB"),
        (2_576_980_378, "2.4 GiB"),
        (24 * 1024**3, "24 GiB"),
        (5 * 1024**4, "5.0 TiB"),
        (5000 * 1024**4, "5000 TiB"),
    ],
)
def test_sizes_are_in_the_binary_unit_that_says_most(size_bytes: int | None, text: str) -> None:
    assert size(size_bytes) == text


@pytest.mark.parametrize("kib, text", [(None, "?"), (0, "0 B"), (1023, "1023 KiB"), (1024, "1.0 MiB")])
def test_what_file_systems_count_in_kib_reads_the_same(kib: int | None, text: str) -> None:
    assert size_kib(kib) == text


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The user's own clock is nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_on_a_screen_times_are_those_of_the_users_clock() -> None:
    assert clock_time(AFTERNOON) == "03:05:09"
    assert local_day(AFTERNOON) == "2026-11-03"
    assert local_minute(AFTERNOON) == "2026-11-03 03:05"


@pytest.mark.usefixtures("in_tokyo")
def test_a_time_of_another_day_is_said_with_its_date() -> None:
    assert clock_time(AFTERNOON, now=AFTERNOON) == "03:05:09"
    assert clock_time(AFTERNOON, now=datetime(2026, 11, 4, tzinfo=UTC)) == "2026-11-03 03:05"


@pytest.mark.usefixtures("in_tokyo")
def test_in_a_report_times_are_said_with_their_zone() -> None:
    assert day(AFTERNOON) == "2026-11-02"
    assert minute(AFTERNOON) == "2026-11-02 18:05 UTC"
    assert second(AFTERNOON) == "2026-11-02 18:05:09 UTC"


def test_a_time_that_is_not_known_is_a_question_mark_in_evidence_and_empty_on_a_screen() -> None:
    assert day(None) == "?"
    assert local_day(None) == clock_time(None) == ""


@pytest.mark.parametrize(
    "first, second, told",
    [
        (3072, 1024, ("3.0 GiB", "1.0 GiB")),
        (3072, 3071, ("3,072 MiB", "3,071 MiB")),
        (2048, 2048, ("2.0 GiB", "2.0 GiB")),
        (512, 0, ("512 MiB", "0 B")),
    ],
)
def test_sizes_that_are_compared_never_look_the_same_when_they_are_not(first, second, told):
    assert compared_mib(first, second) == told
