"""Near names: few, clean, and quickly found among many."""

from __future__ import annotations

import pytest

from models.words.near_names import did_you_mean, near_names


@pytest.mark.parametrize(
    "wanted, known, near",
    [
        ("chek", ("check", "create", "runs"), ("check",)),
        ("DB-7", ("db-07", "web-01"), ("db-07",)),
        ("sec-privky", ("SEC-PRIVKEY", "SEC-DEV"), ("SEC-PRIVKEY",)),
        ("web", ("web-01", "db-07", "web-02"), ("web-01", "web-02")),
        ("we", ("web-01-of-the-long-name",), ()),
        ("xyzzy", ("check", "create"), ()),
        ("", ("check",), ()),
        ("check", (), ()),
        ("天文", ("天文-01",), ()),
        ("天文台", ("天文台1", "")[:2], ("天文台1",)),
    ],
)
def test_the_near_names_come_first_nearest(wanted, known, near):
    assert near_names(wanted, known) == near


def test_there_are_three_at_most():
    assert near_names("web-0", [f"web-0{number}" for number in range(9)]) == ("web-00", "web-01", "web-02")


def test_a_hostile_name_is_cleaned_and_cut():
    (shown,) = near_names("db-07", ["db-07\x1b[2J"])
    assert "\x1b" not in shown
    assert len(near_names("n" * 255, ["n" * 254])[0]) == 64


@pytest.mark.parametrize(
    "wanted, question",
    [("db-0", "Did you mean db-07 or db-08?"), ("db-077", "Did you mean db-07?"), ("zzz", "")],
)
def test_the_question_names_them(wanted, question):
    known = ["db-07", "db-08"] if wanted == "db-0" else ["db-07"]
    assert did_you_mean(wanted, known) == question


def test_no_more_than_ten_thousand_names_are_compared():
    def names():
        yield from (f"n{number:05}" for number in range(10_000))
        raise AssertionError("one more was read")

    assert near_names("n0000", names())
