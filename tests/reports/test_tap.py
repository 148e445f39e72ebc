"""TAP: read by a public parser, each case in its place, and no text of a stranger is taken for TAP."""

from __future__ import annotations

from functools import cache

import pytest
from tap.line import Line, Result
from tap.parser import Parser

from imaging.reports.case import Report
from imaging.reports.formats import ReportFormat, written
from imaging.reports.gathering import report_of_run
from tests.reports import samples

RUNS = {"good": samples.run(), "troubled": samples.troubled(), "hostile": samples.hostile()}


@cache
def report(name: str) -> Report:
    return report_of_run(RUNS[name])


@cache
def parsed(name: str) -> list[Line]:
    return list(Parser().parse_text(written(report(name), ReportFormat.TAP)))


def results(name: str) -> list[Result]:
    return [line for line in parsed(name) if line.category == "test"]


def of(name: str) -> Result:
    return next(each for each in results("troubled") if name in each.description)


@pytest.mark.parametrize("run", RUNS)
def test_every_line_is_tap_and_the_plan_is_met(run: str):
    lines = parsed(run)
    assert {line.category for line in lines} <= {"version", "plan", "diagnostic", "test"}
    planned = [line.expected_tests for line in lines if line.category == "plan"]
    assert planned == [len(results(run))]
    assert [each.number for each in results(run)] == list(range(1, planned[0] + 1))


def test_a_failure_is_not_ok_and_what_is_unknown_is_skipped_with_its_reason():
    assert not of("checks: mounts").ok
    assert of("checks: outside").ok
    assert of("checks: name-servers").skip
    assert of("checks: name-servers").directive.reason == "Unknown: nothing in the image can ask it"


def test_evidence_is_in_a_block_of_yaml():
    assert of("lab.sh (boot 1)").yaml_block == {
        "message": "exit status 3",
        "severity": "failed",
        "duration_ms": 1500,
        "evidence": ["made 1", "not 2"],
    }


def test_every_outcome_of_a_hostile_run_is_as_it_was_found():
    expected = [
        (case.outcome.value in {"passed", "skipped"}, case.outcome.value == "skipped")
        for suite in report("hostile").suites
        for case in suite.cases
    ]
    assert [(each.ok, bool(each.skip)) for each in results("hostile")] == expected


def test_a_hostile_text_is_whole_in_the_block():
    expected = [case.evidence for suite in report("hostile").suites for case in suite.cases]
    found = [(each.yaml_block or {}).get("evidence", []) for each in results("hostile")]
    cut = [[line if len(line) <= 1024 else line[:1023] + "…" for line in lines] for lines in expected]
    assert found == cut
