"""SARIF: fits the public model of its schema, with what fails, what is open and what was waived."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Log

from imaging.reports.formats import ReportFormat, written
from imaging.reports.gathering import report_of_error, report_of_run
from models.errors import UsageError
from models.run.record import RunRecord
from tests.reports import samples


def sarif(run: RunRecord) -> dict[str, Any]:
    text = written(report_of_run(run), ReportFormat.SARIF)
    Log.model_validate_json(text)
    return json.loads(text)  # type: ignore[no-any-return]


def result(rule: str) -> dict[str, Any]:
    return next(each for each in sarif(samples.troubled())["runs"][0]["results"] if each["ruleId"] == rule)


@pytest.mark.parametrize("run", [samples.run(), samples.troubled(), samples.hostile()], ids=["good", "bad", "hostile"])
def test_a_log_fits_the_schema(run: RunRecord):
    assert sarif(run)["version"] == "2.1.0"


def test_what_passes_and_what_does_not_apply_is_left_out():
    told = {each["ruleId"] for each in sarif(samples.troubled())["runs"][0]["results"]}
    assert told == {"B-BLOCK", "C-WARN", "D-UNKNOWN", "F-WAIVED", "G-FIXED", "H-NOT-YET"}


def test_a_blocker_is_an_error_and_a_warning_a_warning():
    assert (result("B-BLOCK")["kind"], result("B-BLOCK")["level"]) == ("fail", "error")
    assert (result("C-WARN")["kind"], result("C-WARN")["level"]) == ("fail", "warning")


def test_what_is_unknown_is_open_and_has_no_level():
    assert (result("D-UNKNOWN")["kind"], result("D-UNKNOWN")["level"]) == ("open", "none")


def test_a_command_that_failed_before_it_judged_anything_tells_no_results():
    text = written(report_of_error("check db-07", UsageError("No such instance.")), ReportFormat.SARIF)
    Log.model_validate_json(text)
    run = json.loads(text)["runs"][0]
    assert "results" not in run
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert sarif(samples.run())["runs"][0]["results"] == []


def test_a_waiver_is_a_suppression_with_its_reason():
    assert result("F-WAIVED")["suppressions"] == [{"kind": "external", "justification": "the volume is meant to stay"}]


def test_each_result_names_its_rule_and_the_instance():
    run = sarif(samples.troubled())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert result("B-BLOCK")["locations"][0]["logicalLocations"][0]["name"] == "db-07"
