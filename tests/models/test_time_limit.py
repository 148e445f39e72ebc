"""Lengths of time as the user writes them."""

from __future__ import annotations

import pytest

from models.run.time_limit import seconds_of, written


@pytest.mark.parametrize(
    "text, seconds", [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), (" 45 ", 45), ("1h1m1s", 3661)]
)
def test_a_duration_is_read(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "-5m", "2x", "1.5h", "999999h", "1h 30m", "٣m"])
def test_what_is_none_is_refused(text):
    assert seconds_of(text) is None


@pytest.mark.parametrize("text", ["2h", "1h30m", "45s", "1h1m1s"])
def test_a_duration_is_written_as_it_is_read(text):
    assert written(seconds_of(text) or 0) == text
