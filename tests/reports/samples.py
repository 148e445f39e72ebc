"""Runs to report on: a good one, one that found every kind of trouble, and one whose every text is hostile."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity, Login
from models.findings import Checklist, Finding, Remedy, Severity
from models.findings import Outcome as FindingOutcome
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.record import RunRecord, RunState, StepRecord, Trouble
from models.run.request import RunRequest, Waiver
from models.steps import StepName, StepState
from models.verdict import Strength, Verdict, VerdictWord
from models.works.outcome import CheckId, CheckResult, Outcome, SubTest, TestOrigin, TestResult
from models.works.test_file import TestFile, WorkTests
from models.works.verdict import WorksVerdict, WorksWord

BEGAN = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
HOSTILE = (
    "</script><script>alert(1)</script>",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "\x00\x07\x1b[31mred\x1b[0m\x7f",
    "\u202eevil\u202c \u200f",
    "::error::pwned",
    "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE} ::stop-commands::behind blanks of Unicode",
    "::set-output name=a::b",
    "##[error]pwned",
    "x ##vso[task.setvariable]y",
    "a | b || c",
    "# SKIP not really",
    "ok 1 - imitated",
    "1..0",
    "Bail out!",
    "TAP version 13",
    "  ...",
    "[click](javascript:alert(1)) {0} {{1}}",
    "<!-- --> & &amp; &#0; \ud800 \ufffe",
    "@everyone https://example.org www.example.org a@example.org",
    "`code` **bold** _it_ ~~gone~~ $x^2$ \\",
    "- [ ] item",
    "12. twelfth",
    "    code",
    "\"quoted\" 'single'",
    "line\nbreak\r\n::warning::second line",
    "x" * 5000,
)
"""What names, consoles and outputs of strangers may hold."""


def check(of: CheckId, outcome: Outcome, **fields: Any) -> CheckResult:
    return CheckResult(check=of, outcome=outcome, **fields)


def result(name: str = "lab.sh", boot: int = 1, outcome: Outcome = Outcome.PASS, **fields: Any) -> TestResult:
    return TestResult(**{"name": name, "origin": TestOrigin.GIVEN, "boot": boot, "outcome": outcome, **fields})


def finding(rule: str = "VOL-DETACHED", outcome: FindingOutcome = FindingOutcome.FAIL, **fields: Any) -> Finding:
    usual: dict[str, Any] = {
        "chapter": "Volumes",
        "title": "Attached volumes",
        "severity": Severity.BLOCK,
        "evidence": "2 volumes are attached",
        "remedy": Remedy(text="Detach them."),
    }
    return Finding(rule=rule, outcome=outcome, **{**usual, **fields})


def plan(*findings: Finding, kind: RunKind = RunKind.CREATE, **fields: Any) -> Plan:
    identity = CloudIdentity(cloud="demo", auth_url="http://cloud/identity", project_id="p1", user_id="u1")
    usual: dict[str, Any] = {
        "request": RunRequest(name="db-07-v1"),
        "login": Login(identity=identity),
        "checklist": Checklist(profile="jetstream", findings=findings),
        "source": Instance(id="i1", name="db-07", status="ACTIVE", image_id="base-1"),
    }
    return Plan(**{**usual, "kind": kind, "made_at": BEGAN, **fields})


def run(plan_: Plan | None = None, **fields: Any) -> RunRecord:
    the_plan = plan_ or plan(finding(outcome=FindingOutcome.PASS))
    steps = (
        StepRecord(
            step=StepName.DETACH, state=StepState.DONE, started_at=BEGAN, ended_at=BEGAN + timedelta(seconds=4.25)
        ),
        StepRecord(
            step=StepName.VERIFY,
            state=StepState.DONE,
            started_at=BEGAN + timedelta(seconds=60),
            ended_at=BEGAN + timedelta(seconds=90.5),
        ),
    )
    usual: dict[str, Any] = {
        "id": "r1",
        "kind": the_plan.kind,
        "state": RunState.DONE,
        "identity": the_plan.login.identity,
        "host": "login1",
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "ended_at": BEGAN + timedelta(seconds=200),
        "plan": the_plan,
        "steps": steps,
        "image_id": "image-1",
        "test_flavor": "m3.tiny",
        "verdict": Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG),
        "instance_restored": True,
        "works": WorksVerdict(
            word=WorksWord.YES,
            boots=2,
            checks=(check(CheckId.SECOND_BOOT, Outcome.PASS, blocking=True, evidence=("2 boots were seen",)),),
            tests=(result(boot=1), result(boot=2)),
        ),
    }
    return RunRecord(**{**usual, **fields})


def troubled() -> RunRecord:
    """A run that found something of every kind."""
    findings = (
        finding("A-PASS", FindingOutcome.PASS),
        finding("B-BLOCK", FindingOutcome.FAIL),
        finding("C-WARN", FindingOutcome.FAIL, severity=Severity.WARN),
        finding("D-UNKNOWN", FindingOutcome.UNKNOWN),
        finding("E-NA", FindingOutcome.NOT_APPLICABLE),
        finding("F-WAIVED", FindingOutcome.WAIVED),
        finding("G-FIXED", FindingOutcome.FAIL, fixed_by=StepName.DETACH),
        finding("H-NOT-YET", FindingOutcome.FAIL, fixed_by=StepName.STOP),
    )
    waivers = (Waiver(rule="F-WAIVED", reason="the volume is meant to stay"),)
    tests = WorkTests(files=(TestFile(name="lab.sh", text=""), TestFile(name="lost.sh", text="")))
    works = WorksVerdict(
        word=WorksWord.NO,
        boots=2,
        checks=(
            check(CheckId.SECOND_BOOT, Outcome.PASS, blocking=True),
            check(CheckId.MOUNTS, Outcome.FAIL, blocking=True, reason="/data is not mounted", evidence=("/data",)),
            check(CheckId.CLOCK, Outcome.FAIL, reason="the clock is not synchronised"),
            check(CheckId.OUTSIDE, Outcome.WARN, reason="no address outside answers"),
            check(CheckId.ROOT_SIZE, Outcome.SKIPPED, reason="there is no room beyond the image"),
            check(CheckId.NAME_SERVERS, Outcome.UNKNOWN, reason="nothing in the image can ask it"),
        ),
        tests=(
            result("lab.sh", 1, Outcome.FAIL, reason="exit status 3", output=("made 1", "not 2"), seconds=1.5),
            result("lab.sh", 2, Outcome.PASS, secret_printed=True, left_out=True),
            result(
                "tap.sh",
                1,
                Outcome.FAIL,
                subtests=(
                    SubTest(number=1, title="starts", outcome=Outcome.PASS),
                    SubTest(number=2, title="answers", outcome=Outcome.FAIL),
                    SubTest(number=3, outcome=Outcome.SKIPPED, reason="no GPU"),
                ),
            ),
        ),
        failed=("mounts", "lab.sh"),
    )
    request = RunRequest(name="db-07-v1", waivers=waivers, work_tests=tests)
    return run(plan(*findings, request=request), works=works)


COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE)
"""What GitHub and Azure Pipelines take for a command, wherever it stands in their log."""


@cache
def hostile() -> RunRecord:
    """A run in which every text of a stranger is hostile."""
    findings = tuple(
        finding(f"R-{number}", outcome, chapter=text, title=text, evidence=text, remedy=Remedy(text=text))
        for number, (text, outcome) in enumerate(
            (text, outcome)
            for text in HOSTILE
            for outcome in (FindingOutcome.FAIL, FindingOutcome.UNKNOWN, FindingOutcome.WAIVED)
        )
    )
    waivers = tuple(
        Waiver(rule=each.rule, reason=each.evidence) for each in findings if each.outcome is FindingOutcome.WAIVED
    )
    works = WorksVerdict(
        word=WorksWord.NO,
        checks=tuple(
            check(CheckId.MOUNTS, outcome, blocking=True, reason=text, evidence=HOSTILE)
            for text in HOSTILE
            for outcome in Outcome
        ),
        tests=tuple(
            result(
                text,
                outcome=outcome,
                reason=text,
                output=HOSTILE,
                subtests=(SubTest(number=1, title=text, outcome=outcome, reason=text),),
            )
            for text in HOSTILE
            for outcome in Outcome
        ),
        failed=HOSTILE,
    )
    verdict = Verdict(word=VerdictWord.FAILED, reason=HOSTILE[0], evidence=HOSTILE, hints=HOSTILE)
    the_plan = plan(
        *findings,
        request=RunRequest(name=HOSTILE[4], waivers=waivers, profile=HOSTILE[5]),
        source=Instance(id=HOSTILE[3], name=HOSTILE[4], status="ACTIVE", image_id=HOSTILE[6]),
    )
    trouble = Trouble(what=HOSTILE[4], meaning=HOSTILE[6], remedy=HOSTILE[1], request_id=HOSTILE[9])
    return run(
        the_plan,
        works=works,
        verdict=verdict,
        trouble=trouble,
        state=RunState.FAILED,
        test_flavor=HOSTILE[8],
        image_id=HOSTILE[2],
        instance_restored=False,
    )
