"""`--report FORMAT=FILE`: refused before anything is done, or written for every outcome of the command."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from junitparser import JUnitXml
from tap.parser import Parser

from imaging.commands.output.reports.files import ReportTarget, refuse_unfit, write_report
from imaging.reports.formats import ReportFormat
from models.errors import UsageError
from tests.support.demo import DemoCloud
from tests.support.hurried_runs import hurried

VERIFY = ("verify", "astro-base-2024", "--os-cloud", "demo")


@pytest.fixture(autouse=True)
def quick(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hurried(demo_cloud, monkeypatch)
    yield
    demo_cloud.speed(1)


def junit(file: Path) -> dict[str, dict[str, str]]:
    """Suites, their cases, and how each of these ended."""
    return {
        str(suite.name): {
            str(case.name): " ".join(type(each).__name__.lower() for each in case.result) or "passed" for case in suite
        }
        for suite in JUnitXml.fromstring(file.read_bytes())
    }


def of(path: Path, format_: ReportFormat = ReportFormat.JUNIT, **fields: bool) -> ReportTarget:
    return ReportTarget(str(path), format=format_, **fields)


@pytest.mark.parametrize("wanted", ["junit", "junit=", "=x", "html=x", "sarif=x", "JUNIT=x", "x"])
def test_a_report_that_cannot_be_meant_is_a_wrong_use(imaging, wanted):
    assert imaging(*VERIFY, "--report", wanted).status == 2


def test_a_user_who_means_the_report_of_the_probe_is_told_its_option(imaging):
    done = imaging("check", "db-07", "--report", "report.txt")
    assert done.status == 2
    assert "--guest-report" in done.err


@pytest.mark.parametrize("place", ["missing/report.xml", "folder", "file/report.xml", "nul\0.xml"])
def test_a_file_that_cannot_be_written_is_refused_before_the_cloud_is_asked(imaging, demo_cloud, tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    done = imaging(*VERIFY, "--report", f"junit={tmp_path / place}")
    assert done.status == 2
    assert "cannot be written" in done.err
    assert demo_cloud.calls() == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("second", ["report", "./report", "link"])
def test_two_reports_in_one_file_are_refused(imaging, tmp_path, monkeypatch, second):
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("report")
    assert imaging(*VERIFY, "--report", "junit=report", "--report", f"tap={second}").status == 2


@pytest.mark.parametrize("arguments", [("--json", "--report", "tap=-"), ("--plan", "--report", "tap=file")])
def test_what_contradicts_a_report_is_refused(imaging, arguments):
    assert imaging(*VERIFY, *arguments).status == 2


def test_a_verification_is_reported_in_every_format_at_once(imaging, tmp_path):
    files = {each: tmp_path / each.value for each in ReportFormat if each is not ReportFormat.SARIF}
    wanted = [word for each, file in files.items() for word in ("--report", f"{each.value}={file}")]
    done = imaging(*VERIFY, *wanted)
    assert done.status == 0, done.err
    assert junit(files[ReportFormat.JUNIT])["boot"] == {"run": "passed", "boot": "passed"}
    assert "booted" in files[ReportFormat.GITHUB_SUMMARY].read_text()
    assert next(iter(Parser().parse_file(files[ReportFormat.TAP]))).category == "version"
    assert "booted" in done.out
    assert sorted(tmp_path.iterdir()) == sorted(files.values())


def test_tap_on_standard_output_is_all_that_is_there(imaging):
    done = imaging(*VERIFY, "--report", "tap=-")
    assert {line.category for line in Parser().parse_text(done.out)} == {"version", "plan", "diagnostic", "test"}
    assert "booted" in done.err


def test_a_run_that_fails_is_reported(imaging, demo_cloud, tmp_path):
    demo_cloud.hooks(spawn={"fail": "the host is broken", "text": "the host is broken"})
    file = tmp_path / "report.xml"
    done = imaging(*VERIFY, "--report", f"junit={file}")
    assert done.status == 1
    found = junit(file)
    assert "passed" not in found["boot"].values(), found


def test_a_run_that_may_not_begin_is_reported_with_its_checklist(imaging, tmp_path):
    file, findings = tmp_path / "report.xml", tmp_path / "findings.sarif"
    done = imaging(
        "create", "db-07", "--os-cloud", "demo", "--name", "n", "--description", "PostgreSQL 16 with PostGIS",
        "--yes", "--report", f"junit={file}", "--report", f"sarif={findings}",
    )  # fmt: skip
    assert done.status == 1
    found = junit(file)
    assert found["boot"] == {"run": "error"}
    assert len(found["checklist"]) > 20
    assert json.loads(findings.read_text())["runs"][0]["results"]


def test_a_command_that_fails_before_it_plans_anything_is_reported(imaging, tmp_path):
    file = tmp_path / "report.xml"
    done = imaging("verify", "no-such-image", "--os-cloud", "demo", "--report", f"junit={file}")
    assert done.status == 2
    assert junit(file)["boot"] == {"run": "error"}


def test_a_checklist_is_reported(imaging, tmp_path):
    file, findings = tmp_path / "report.xml", tmp_path / "findings.sarif"
    wanted = ("--report", f"junit={file}", "--report", f"sarif={findings}", "--report", "tap=-")
    done = imaging("check", "db-07", "--os-cloud", "demo", *wanted)
    assert done.status == 1
    assert set(junit(file)) == {"checklist"}
    assert json.loads(findings.read_text())["version"] == "2.1.0"
    assert done.out.startswith("TAP version 14\n")


def test_the_summary_of_a_step_is_added_to_that_of_other_steps(imaging, tmp_path, monkeypatch):
    file = tmp_path / "summary.md"
    file.write_text("# Of another step\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    imaging("check", "db-07", "--os-cloud", "demo", "--report", "github-summary")
    assert file.read_text().startswith("# Of another step\n## check db\\-07\n") or file.read_text().startswith(
        "# Of another step\n## check db-07\n"
    )


def test_a_name_that_a_pipeline_would_obey_begins_no_line(imaging, demo_cloud):
    for arguments in (("instances",), ("images",), ("instances", "--json"), ("check", "::error::a", "--all")):
        shown = imaging(*arguments, "--os-cloud", "demo")
        lines = (shown.out + shown.err).splitlines()
        assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def test_a_reader_sees_the_old_report_or_the_new_one_and_never_half(tmp_path):
    file = tmp_path / "report"
    write_report(of(file), "a" * 1_000_000)
    seen: set[str] = set()

    def write_others() -> None:
        for letter in "bcbcbc":
            write_report(of(file), letter * 1_000_000)

    writing = threading.Thread(target=write_others)
    writing.start()
    while writing.is_alive():
        seen.add(file.read_text())
    writing.join()
    assert {(text[:1], len(set(text)), len(text)) for text in seen} <= {(x, 1, 1_000_000) for x in "abc"}
    assert [each.name for each in tmp_path.iterdir()] == ["report"]


def test_a_report_has_the_permissions_of_the_users_other_files(tmp_path):
    before = os.umask(0o022)
    try:
        write_report(of(tmp_path / "report"), "x")
    finally:
        os.umask(before)
    assert (tmp_path / "report").stat().st_mode & 0o777 == 0o644


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    refuse_unfit([of(tmp_path / "link")], json=False)
    write_report(of(tmp_path / "link"), "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def _pipe(place: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("appended", [False, True])
@pytest.mark.parametrize(
    "make, kind",
    [
        (_pipe, "a named pipe"),
        (_socket, "a socket"),
        (Path.mkdir, "a directory"),
        (lambda place: place.symlink_to("/dev/null"), "a device"),
    ],
)
def test_what_is_no_regular_file_is_refused_and_never_waited_for(tmp_path, make, kind, appended):
    target = of(tmp_path / "place", appended=appended)
    make(tmp_path / "place")
    with pytest.raises(UsageError, match=f"cannot be written: it is {kind}"):
        refuse_unfit([target], json=False)
    with pytest.raises(UsageError, match=f"it is {kind}"):  # also where it came there during the run
        write_report(target, "x")


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_a_descriptor_that_a_shell_opened_is_written_to_be_it_a_pipe(name):
    reading, writing = os.pipe()
    try:
        target = ReportTarget(name.format(writing), format=ReportFormat.TAP)
        refuse_unfit([target], json=False)
        write_report(target, "x")
        assert os.read(reading, 10) == b"x"
        with pytest.raises(UsageError, match="reading only"):
            refuse_unfit([ReportTarget(name.format(reading), format=ReportFormat.TAP)], json=False)
    finally:
        os.close(reading)
        os.close(writing)
    with pytest.raises(UsageError, match="Bad file descriptor"):
        refuse_unfit([target], json=False)


def test_standard_error_is_written_to_by_each_of_its_names(capfd):
    for name in ("/dev/stderr", "/dev/fd/2"):
        target = ReportTarget(name, format=ReportFormat.TAP)
        refuse_unfit([target], json=False)
        write_report(target, "x")
    assert capfd.readouterr().err == "xx"
    with pytest.raises(UsageError, match="the same file"):
        refuse_unfit([target, ReportTarget("/dev/stderr", format=ReportFormat.TAP)], json=False)


def test_dev_stdout_is_standard_output():
    for name in ("-", "/dev/stdout", "/dev/fd/1"):
        target = ReportTarget(name, format=ReportFormat.TAP)
        assert target.is_standard_output
        refuse_unfit([target], json=False)


def test_a_report_that_cannot_be_written_in_the_end_leaves_the_old_one(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    refuse_unfit([of(folder / "report")], json=False)
    folder.rmdir()
    with pytest.raises(UsageError):
        write_report(of(folder / "report"), "x")


def test_a_run_that_is_over_is_reported_once_more(imaging, tmp_path):
    run = json.loads(imaging(*VERIFY, "--json").out)["run"]
    file = tmp_path / "report.xml"
    assert imaging("watch", run, "--report", f"junit={file}").status == 0
    assert junit(file)["boot"] == {"run": "passed", "boot": "passed"}
