"""JUnit XML as Jenkins' junit-10.xsd has it, which GitLab, Azure Pipelines, Zuul and others read as well."""

from __future__ import annotations

from xml.etree import ElementTree as ET  # only written here, nothing of a stranger is parsed

from imaging.reports.case import Case, CaseOutcome, Report, Suite
from imaging.reports.escaping import without_commands_in_xml, xml_text

_ELEMENTS = {CaseOutcome.FAILED: "failure", CaseOutcome.ERROR: "error", CaseOutcome.SKIPPED: "skipped"}


def as_junit(report: Report) -> str:
    """The report as one XML document with a suite for each of its suites."""
    root = ET.Element("testsuites", name=xml_text(report.title))
    root.set("tests", str(sum(len(suite.cases) for suite in report.suites)))
    root.set("failures", str(report.count(CaseOutcome.FAILED)))
    root.set("errors", str(report.count(CaseOutcome.ERROR)))
    root.set("time", _seconds(sum(suite.seconds for suite in report.suites)))
    for number, suite in enumerate(report.suites):
        root.append(_suite(suite, number, report))
    ET.indent(root)
    written = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{without_commands_in_xml(written)}\n'


def _suite(suite: Suite, number: int, report: Report) -> ET.Element:
    element = ET.Element("testsuite", name=xml_text(suite.name), id=str(number))
    element.set("tests", str(len(suite.cases)))
    element.set("failures", str(suite.count(CaseOutcome.FAILED)))
    element.set("errors", str(suite.count(CaseOutcome.ERROR)))
    element.set("skipped", str(suite.count(CaseOutcome.SKIPPED)))
    element.set("time", _seconds(suite.seconds))
    if report.made_at is not None:
        element.set("timestamp", f"{report.made_at:%Y-%m-%dT%H:%M:%S}")
    properties = ET.SubElement(element, "properties")
    for name, value in report.properties:
        ET.SubElement(properties, "property", name=xml_text(name), value=xml_text(value))
    element.extend(_case(case) for case in suite.cases)
    return element


def _case(case: Case) -> ET.Element:
    element = ET.Element("testcase", name=xml_text(case.name), classname=xml_text(case.group))
    if case.seconds is not None:
        element.set("time", _seconds(case.seconds))
    kind = _ELEMENTS.get(case.outcome)
    if kind is not None:
        told = ET.SubElement(element, kind, message=xml_text(case.reason), type=case.outcome.value)
        if case.outcome is not CaseOutcome.SKIPPED:  # what a pipeline shows below the message
            told.text = xml_text("\n".join((case.reason, *case.evidence)))
    lines = (f"Warning: {case.reason}", *case.evidence) if case.is_warning else case.evidence
    if lines:
        ET.SubElement(element, "system-out").text = xml_text("\n".join(lines))
    return element


def _seconds(seconds: float) -> str:
    """With three decimals, and no sign: as the schema wants it."""
    return f"{max(0.0, seconds):.3f}"
