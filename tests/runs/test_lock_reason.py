"""Which reasons of a lock a run has written: told by the run and the command in it, with any words between."""

from __future__ import annotations

import pytest

from models.run.lock_reason import is_reason_of, is_reason_of_a_run, reason_in_the_name_of, user_named_in


@pytest.mark.parametrize("words", ["to put it back", "to restore it", "anything else"])
def test_a_reason_of_a_run_is_known_by_the_run_and_the_way_back(words: str):
    reason = f"imaging run 0tnttk0a8ms on login1; {words}: imaging undo db-07"
    assert is_reason_of_a_run(reason)
    assert is_reason_of(reason, "0tnttk0a8ms")
    assert not is_reason_of(reason, "0tnttk0a8")


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "imaging run ",
        "imaging run tonight, please do not touch",
        "imaging run tonight on the cluster; ask Grace",
        "imaging run; imaging undo db-07",
        "imaging run a-b on login1; imaging undo db-07",
        "the data of the spring campaign; imaging undo db-07",
    ],
)
def test_what_a_user_wrote_is_no_reason_of_a_run(reason: str):
    assert not is_reason_of_a_run(reason)


def test_the_user_in_whose_name_it_was_locked_stands_before_the_first_such_words():
    once = reason_in_the_name_of("f00d", "run1")
    assert user_named_in(once) == "f00d"
    assert user_named_in(once + once) == "f00d"


@pytest.mark.parametrize("reason", [None, "", "locked by user f00d", "without a reason; locked again by imaging run 1"])
def test_any_other_reason_names_nobody(reason: str | None):
    assert user_named_in(reason) is None
