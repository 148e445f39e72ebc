"""GitHub's summary of a step: a table, what was found, and what passed folded away; never larger than GitHub takes."""

from __future__ import annotations

from imaging.reports.formats import ReportFormat, written
from imaging.reports.gathering import report_of_run
from imaging.reports.writers.github_summary import MOST_BYTES
from models.works.outcome import Outcome
from models.works.verdict import WorksVerdict, WorksWord
from tests.reports import samples


def test_a_summary_counts_each_suite_and_tells_what_was_found():
    text = written(report_of_run(samples.troubled()), ReportFormat.GITHUB_SUMMARY)
    assert "| checks | 3 | 1 | 2 |" in text
    assert "- ❌ **mounts**: /data is not mounted" in text
    assert "- ⚠️ **outside**: no address outside answers" in text
    assert "- ⚪ **name-servers**: Unknown: nothing in the image can ask it" in text


def test_what_failed_is_told_before_what_warns_and_the_rest_is_folded():
    text = written(report_of_run(samples.troubled()), ReportFormat.GITHUB_SUMMARY)
    places = [text.index(each) for each in ("### Failed", "### Warnings", "cases skipped", "cases passed")]
    assert places == sorted(places)


def test_what_passed_is_folded_away():
    text = written(report_of_run(samples.run()), ReportFormat.GITHUB_SUMMARY)
    assert "<details><summary>7 cases passed</summary>" in text
    assert "❌" not in text


def test_a_summary_is_never_larger_than_github_takes():
    tests = tuple(
        samples.result(f"t{n}", outcome=Outcome.FAIL, reason="x" * 900, output=("y" * 900,) * 40) for n in range(90)
    )
    run = samples.run(works=WorksVerdict(word=WorksWord.NO, tests=tests))
    text = written(report_of_run(run), ReportFormat.GITHUB_SUMMARY)
    assert len(text.encode()) < 2**20
    assert MOST_BYTES < 2**20
    assert "**t0 (boot 1)**" in text.replace("\\", "")
