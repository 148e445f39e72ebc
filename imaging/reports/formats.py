"""The formats of a report by their names, and the writer of each."""

from __future__ import annotations

from enum import StrEnum

from imaging.reports.case import Report
from imaging.reports.writers.github_summary import as_github_summary
from imaging.reports.writers.junit import as_junit
from imaging.reports.writers.sarif import as_sarif
from imaging.reports.writers.tap import as_tap


class ReportFormat(StrEnum):
    """In which formats a report can be written."""

    JUNIT = "junit"
    TAP = "tap"
    GITHUB_SUMMARY = "github-summary"
    SARIF = "sarif"


_WRITERS = {
    ReportFormat.JUNIT: as_junit,
    ReportFormat.TAP: as_tap,
    ReportFormat.GITHUB_SUMMARY: as_github_summary,
    ReportFormat.SARIF: as_sarif,
}


def written(report: Report, format_: ReportFormat) -> str:
    """The report as text of a format, with a line end at its end."""
    return _WRITERS[format_](report)
