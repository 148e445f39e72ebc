"""JUnit XML: valid by Jenkins' schema, read by a public parser, and nothing unknown looks like a pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import JUnitXml, TestCase, TestSuite
from lxml import etree

from imaging.reports.formats import ReportFormat, written
from imaging.reports.gathering import report_of_error, report_of_plan, report_of_run
from models.errors import UsageError
from models.run.record import RunRecord, RunState, Trouble
from tests.reports import samples

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "junit-10.xsd"))


def junit(run: RunRecord) -> str:
    return written(report_of_run(run), ReportFormat.JUNIT)


def suites(text: str) -> dict[str, TestSuite]:
    return {str(suite.name): suite for suite in JUnitXml.fromstring(text.encode())}


def case(text: str, suite: str, name: str) -> TestCase:
    return next(each for each in suites(text)[suite] if each.name == name)


def how(found: TestCase) -> list[str]:
    return [type(each).__name__.lower() for each in found.result]


@pytest.mark.parametrize(
    "run",
    [
        samples.run(),
        samples.troubled(),
        samples.hostile(),
        samples.run(works=None, verdict=None, state=RunState.FAILED, trouble=Trouble(what="No answer.")),
    ],
    ids=["good", "troubled", "hostile", "failed"],
)
def test_a_report_is_valid_by_the_schema(run: RunRecord):
    SCHEMA.assertValid(etree.fromstring(junit(run).encode()))


def test_the_schema_refuses_what_is_not_junit():
    assert not SCHEMA.validate(etree.fromstring(b"<testsuites><case/></testsuites>"))


def test_a_run_has_a_suite_for_checklist_boot_checks_and_tests():
    assert list(suites(junit(samples.run()))) == ["checklist", "boot", "checks", "tests"]


def test_a_good_run_has_no_failure_and_nothing_skipped():
    read = JUnitXml.fromstring(junit(samples.run()).encode())
    assert (read.tests, read.failures, read.errors) == (7, 0, 0)
    assert sum(suite.skipped for suite in read) == 0


@pytest.mark.parametrize(
    "suite, name, outcome",
    [
        ("checklist", "A-PASS: Attached volumes", []),
        ("checklist", "B-BLOCK: Attached volumes", ["failure"]),
        ("checklist", "C-WARN: Attached volumes", []),
        ("checklist", "D-UNKNOWN: Attached volumes", ["skipped"]),
        ("checklist", "E-NA: Attached volumes", ["skipped"]),
        ("checklist", "F-WAIVED: Attached volumes", ["skipped"]),
        ("checklist", "G-FIXED: Attached volumes", []),
        ("checklist", "H-NOT-YET: Attached volumes", ["skipped"]),
        ("checks", "mounts", ["failure"]),
        ("checks", "clock", []),
        ("checks", "outside", []),
        ("checks", "root-size", ["skipped"]),
        ("checks", "name-servers", ["skipped"]),
        ("tests", "lab.sh (boot 1)", ["failure"]),
        ("tests", "lab.sh (boot 2)", []),
        ("tests", "tap.sh (boot 1): 1 starts", []),
        ("tests", "tap.sh (boot 1): 2 answers", ["failure"]),
        ("tests", "tap.sh (boot 1): 3", ["skipped"]),
        ("tests", "lost.sh", ["skipped"]),
    ],
)
def test_each_outcome_has_its_element(suite: str, name: str, outcome: list[str]):
    assert how(case(junit(samples.troubled()), suite, name)) == outcome


def test_what_is_unknown_is_skipped_with_its_reason():
    found = case(junit(samples.troubled()), "checks", "name-servers")
    assert found.result[0].message == "Unknown: nothing in the image can ask it"


def test_evidence_is_in_the_output_of_the_case():
    text = junit(samples.troubled())
    assert case(text, "tests", "lab.sh (boot 1)").system_out == "made 1\nnot 2"
    assert "(some of its output was left out)" in case(text, "tests", "lab.sh (boot 2)").system_out
    assert case(text, "checks", "clock").system_out.startswith("Warning: the clock is not synchronised")


def test_image_base_flavor_and_cloud_are_properties():
    found = {each.name: each.value for each in suites(junit(samples.run()))["boot"].properties()}
    assert found == {
        "image": "image-1",
        "image name": "db-07-v1",
        "base": "base-1",
        "instance": "i1",
        "flavor": "m3.tiny",
        "cloud": "demo",
        "run": "r1",
        "profile": "jetstream",
    }


def test_a_run_that_failed_before_its_test_launch_is_an_error_and_its_boot_unknown():
    failed = samples.run(
        works=None, verdict=None, state=RunState.FAILED, trouble=Trouble(what="No answer.", remedy="Try again.")
    )
    text = junit(failed)
    assert how(case(text, "boot", "run")) == ["error"]
    assert case(text, "boot", "run").system_out == "run r1: failed\nremedy: Try again."
    assert how(case(text, "boot", "boot")) == ["skipped"]
    assert how(case(text, "checks", "checks")) == ["skipped"]


def test_an_instance_that_is_not_restored_is_a_failure():
    text = junit(samples.run(instance_restored=False))
    assert how(case(text, "boot", "instance restored")) == ["failure"]


def test_a_run_that_may_not_begin_is_an_error_beside_its_checklist():
    error = UsageError("The guidelines forbid it.", remedy="Detach the volumes.")
    text = written(report_of_plan(samples.plan(samples.finding()), error), ReportFormat.JUNIT)
    SCHEMA.assertValid(etree.fromstring(text.encode()))
    assert how(case(text, "checklist", "VOL-DETACHED: Attached volumes")) == ["failure"]
    assert how(case(text, "boot", "run")) == ["error"]


def test_a_command_that_failed_before_it_planned_anything_is_an_error():
    text = written(report_of_error("verify db-07-v1", UsageError("No such image.")), ReportFormat.JUNIT)
    SCHEMA.assertValid(etree.fromstring(text.encode()))
    assert how(case(text, "boot", "run")) == ["error"]


def test_a_hostile_name_arrives_as_it_is_known():
    names = {str(each.name) for each in suites(junit(samples.hostile()))["tests"]}
    assert "</script><script>alert(1)</script> (boot 1)" in names
    assert "::error::pwned (boot 1)" in names
    assert "##[error]pwned (boot 1)" in names
