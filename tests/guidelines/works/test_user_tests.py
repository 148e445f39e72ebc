"""How the user's own tests ended: by what stopped them, by their status, and by the TAP that they printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imaging.guidelines.works.user_tests import results_of_tests
from models.works.outcome import Outcome, TestOrigin, TestResult
from models.works.report import TestSaid
from tests.guidelines.works.reports import GOOD, reported


def ended(**said: Any) -> TestResult:
    """The result of a test in the first boot that ended so."""
    facts = {"tests": (TestSaid(name="check.sh", origin=TestOrigin.GIVEN, **said),)}
    return results_of_tests(replace(GOOD, report=reported(facts, facts)))[0]


@pytest.mark.parametrize(
    "said, outcome, reason",
    [
        ({"status": 0}, Outcome.PASS, ""),
        ({"status": 3}, Outcome.FAIL, "exit status 3"),
        ({"status": 77}, Outcome.SKIPPED, "it skipped itself (exit status 77)"),
        ({"status": 124}, Outcome.FAIL, "timed out (exit status 124)"),
        ({"timed_out": True}, Outcome.FAIL, "timed out after 1 min"),
        ({"timed_out": True, "status": 0}, Outcome.FAIL, "timed out after 1 min"),
        ({"timed_out": True, "seconds": 20}, Outcome.FAIL, "timed out after 20 s"),
        ({"killed_for_memory": True, "status": 137}, Outcome.FAIL, "killed for want of memory"),
        ({"skipped_because": "there is no network"}, Outcome.SKIPPED, "there is no network"),
        ({}, Outcome.UNKNOWN, "it did not come to its end"),
        ({"status": 0, "tap": ("1..2", "ok 1", "not ok 2 - rows")}, Outcome.FAIL, "not ok: 2 rows"),
        ({"status": 1, "tap": ("1..2", "ok 1", "not ok 2")}, Outcome.FAIL, "not ok: 2 (exit status 1)"),
        ({"status": 1, "tap": ("1..1", "ok 1")}, Outcome.FAIL, "exit status 1"),
        ({"status": 77, "tap": ("1..1", "not ok 1")}, Outcome.FAIL, "not ok: 1 (exit status 77)"),
        ({"status": 0, "tap": ("ok 1", "ok 2")}, Outcome.FAIL, "its plan is missing"),
        ({"status": 0, "tap": ("1..0 # SKIP no GPU",)}, Outcome.SKIPPED, "no GPU"),
        ({"status": 0, "tap": ("1..1", "ok 1 # SKIP no GPU")}, Outcome.SKIPPED, "all of its parts were skipped"),
        ({"status": 0, "tap": ("ok",)}, Outcome.PASS, ""),
    ],
)
def test_the_outcome_of_a_test_follows_from_how_it_ended(said: dict[str, Any], outcome: Outcome, reason: str) -> None:
    result = ended(**said)
    assert (result.outcome, result.reason) == (outcome, reason)


def test_a_printed_secret_is_told_and_changes_no_outcome() -> None:
    result = ended(status=0, masked=2, output=("token: [masked]",))
    assert result.secret_printed
    assert result.outcome is Outcome.PASS


def test_tap_becomes_sub_tests() -> None:
    result = ended(status=0, tap=("TAP version 14", "1..2", "ok 1 - opens", "ok 2 - reads # SKIP no data"))
    assert [(each.number, each.title, each.outcome) for each in result.subtests] == [
        (1, "opens", Outcome.PASS),
        (2, "reads", Outcome.SKIPPED),
    ]


def test_tests_are_told_boot_by_boot_the_users_own_first() -> None:
    mine = TestSaid(name="check.sh", origin=TestOrigin.GIVEN, status=0)
    images = TestSaid(name="10-site", origin=TestOrigin.IMAGE, status=0)
    facts = {"tests": (images, mine)}
    results = results_of_tests(replace(GOOD, report=reported(facts, facts)))
    assert [(each.boot, each.name) for each in results] == [
        (1, "check.sh"),
        (1, "10-site"),
        (2, "check.sh"),
        (2, "10-site"),
    ]


def test_a_test_of_the_image_that_has_the_name_of_a_given_one_is_another_test() -> None:
    images = TestSaid(name="check.sh", origin=TestOrigin.IMAGE, status=1)
    facts = {"tests": (images,)}
    results = results_of_tests(replace(GOOD, report=reported(facts, facts)))
    assert [(each.origin, each.outcome) for each in results if each.boot == 1] == [
        (TestOrigin.GIVEN, Outcome.UNKNOWN),
        (TestOrigin.IMAGE, Outcome.FAIL),
    ]
