"""SARIF 2.1.0: the findings of a checklist, for places that gather those of many tools.

What passes and what does not apply is left out: some readers show every result as an alert.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from imaging.reports.case import CaseOutcome, Report
from imaging.reports.escaping import sarif, without_commands_in_json
from models.findings import Finding, Outcome, Severity
from models.run.request import Waiver

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.BLOCK: "error", Severity.WARN: "warning", Severity.INFO: "note", Severity.ASK: "note"}
_TOLD = {Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED}


def as_sarif(report: Report) -> str:
    """The findings of the report as one SARIF log with one run."""
    findings = [finding for finding in report.findings if finding.outcome in _TOLD]
    rules = {finding.rule: finding for finding in findings}
    numbers = {rule: number for number, rule in enumerate(rules)}
    waivers = {waiver.rule: waiver for waiver in report.waivers}
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "Imaging Console", "rules": [_rule(each) for each in rules.values()]}},
        "automationDetails": {"id": f"imaging/{quote(report.profile or 'none', safe='')}/"},
        "invocations": [{"executionSuccessful": not report.count(CaseOutcome.ERROR)}],
        "columnKind": "unicodeCodePoints",
    }
    if report.findings or not report.count(CaseOutcome.ERROR):  # nothing was judged is not the same as nothing found
        results = [_result(each, numbers[each.rule], report, waivers.get(each.rule)) for each in findings]
        run["results"] = results
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return without_commands_in_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.rule,
        "shortDescription": {"text": sarif(finding.title)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [finding.chapter]},
    }
    if finding.remedy is not None and finding.remedy.text:
        rule["help"] = {"text": sarif(finding.remedy.text)}
    return rule


def _result(finding: Finding, number: int, report: Report, waiver: Waiver | None) -> dict[str, Any]:
    fails = finding.outcome in {Outcome.FAIL, Outcome.WAIVED}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "kind": "fail" if fails else "review" if finding.awaits_confirmation else "open",
        "level": _LEVELS[finding.severity] if fails else "none",
        "message": {"text": sarif(finding.evidence) or sarif(finding.title)},
        "locations": [_location(report)],
        "partialFingerprints": {"rule/v1": finding.rule},
    }
    suppressions = list(_suppressions(finding, waiver))
    if suppressions:
        result["suppressions"] = suppressions
    return result


def _suppressions(finding: Finding, waiver: Waiver | None) -> Iterable[dict[str, Any]]:
    if finding.outcome is Outcome.WAIVED:
        reason = {"justification": waiver.reason} if waiver is not None else {}
        yield {"kind": "external", **reason}  # without a status it is accepted
    elif finding.outcome is Outcome.FAIL and finding.fixed_by is not None:
        yield {"kind": "external", "justification": f"fixed by the step {finding.fixed_by.value}"}


def _location(report: Report) -> dict[str, Any]:
    """An instance is no file; readers of SARIF want an address of one all the same."""
    name = report.subject or report.title
    return {
        "physicalLocation": {"artifactLocation": {"uri": f"openstack/{quote(name, safe='')}"}},
        "logicalLocations": [{"name": name, "kind": "resource"}],
    }
