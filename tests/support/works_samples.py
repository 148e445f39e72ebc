"""Verdicts on *works* for tests of what is shown and written."""

from __future__ import annotations

from models.works.outcome import CheckId, CheckResult, Outcome, SubTest, TestOrigin, TestResult
from models.works.verdict import WorksVerdict, WorksWord

PASSED = CheckResult(check=CheckId.SECOND_BOOT, outcome=Outcome.PASS, blocking=True, reason="It booted a second time.")
LOST = CheckResult(
    check=CheckId.LOST_UNITS,
    outcome=Outcome.FAIL,
    blocking=True,
    reason="Enabled on the source, and not here: nginx.service.",
    evidence=("nginx.service",),
)
UNSYNCHRONISED = CheckResult(check=CheckId.CLOCK, outcome=Outcome.WARN, reason="Its clock follows no time service.")
NO_ROOM = CheckResult(
    check=CheckId.ROOT_SIZE,
    outcome=Outcome.SKIPPED,
    blocking=True,
    reason="The disk has no room beyond the image's own.",
)
UNSEEN = PASSED.model_copy(update={"outcome": Outcome.UNKNOWN, "reason": "It was not seen to boot a second time."})
GOOD_TEST = TestResult(name="check.sh", origin=TestOrigin.GIVEN, boot=1, outcome=Outcome.PASS)
BAD_TEST = TestResult(
    name="tables.sh",
    origin=TestOrigin.GIVEN,
    boot=2,
    outcome=Outcome.FAIL,
    reason="not ok: 2 reads the table",
    subtests=(
        SubTest(number=1, title="opens the file", outcome=Outcome.PASS),
        SubTest(number=2, title="reads the table", outcome=Outcome.FAIL),
    ),
    output=("no such table", "password: ***"),
    secret_printed=True,
)
YES = WorksVerdict(
    word=WorksWord.YES,
    reason="It booted twice; 1 check passed, and 1 test.",
    boots=2,
    checks=(PASSED, NO_ROOM),
    tests=(GOOD_TEST, GOOD_TEST.model_copy(update={"boot": 2})),
    open=("root-size",),
)
PARTLY = WorksVerdict(
    word=WorksWord.PARTLY,
    reason="Not known or not tried: second-boot.",
    boots=1,
    checks=(
        PASSED.model_copy(update={"outcome": Outcome.UNKNOWN, "reason": "It was not seen to boot a second time."}),
    ),
    open=("second-boot",),
)
NO = WorksVerdict(
    word=WorksWord.NO,
    reason="Failed: lost-units, tables.sh (boot 2).",
    boots=2,
    checks=(PASSED, LOST, UNSYNCHRONISED),
    tests=(GOOD_TEST, BAD_TEST),
    failed=("lost-units", "tables.sh (boot 2)"),
)
