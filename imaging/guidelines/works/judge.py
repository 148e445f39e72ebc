"""From all that is known of an image and its test instances to the word: yes, partly, no, or not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from imaging.guidelines.wording import listed
from imaging.guidelines.works.checks.table import CHECKS
from imaging.guidelines.works.tested import BOOTS, Tested
from imaging.guidelines.works.user_tests import results_of_tests, untold_tests
from models.formatting import counted
from models.verdict import Strength, Verdict, VerdictWord
from models.works.outcome import CheckId, CheckResult, Outcome, TestResult
from models.works.verdict import WorksVerdict, WorksWord

__all__ = ["Tested", "judge"]


def judge(tested: Tested) -> WorksVerdict:
    """The verdict on *works*, with every check and test that it rests on.

    *No*: a blocking check or a test failed, in either boot, or the second boot stands still.
    *Yes*: both boots were told to their end, every blocking check was answered and none failed, and every test that
    ran passed: one at least, if there are any. A check that does not apply (a disk without room beyond the image's
    own, no source to compare with) is *skipped* with its reason; there is nothing in it that could be broken, so it
    does not stand against *yes*. A second test instance that was asked for and could not be had does.
    *Partly*: everything between. What is unknown or was skipped is named in `open`, also below *yes*.
    """
    reason = _not_asked(tested)
    if reason:
        return WorksVerdict(word=WorksWord.NOT_ASKED, reason=reason)
    checks, tests = _checks(tested), results_of_tests(tested)
    failed = (*(each.check.value for each in checks if _fails(each)), *_names(tests, Outcome.FAIL))
    unanswered = (
        *(each.check.value for each in checks if each.outcome in {Outcome.UNKNOWN, Outcome.SKIPPED}),
        *_names(tests, Outcome.UNKNOWN, Outcome.SKIPPED),
        *_cut_short(tested),
    )
    missing = _missing(tested, checks, tests)
    if failed:
        word, reason = WorksWord.NO, f"Failed: {listed(failed)}."
    elif missing:
        word, reason = WorksWord.PARTLY, f"Not known or not tried: {listed(missing)}."
    else:
        word, reason = WorksWord.YES, _what_passed(checks, tests)
    return WorksVerdict(
        word=word,
        reason=reason,
        boots=sum(boot is not None for _, boot in tested.boots()),
        checks=checks,
        tests=tests,
        failed=failed,
        open=unanswered,
    )


def _not_asked(tested: Tested) -> str:
    """Why nothing could be asked; empty where it could."""
    if not tested.wanted:
        return "No test launch with checks was asked for."
    boot = tested.boot
    if boot is None or boot.word is not VerdictWord.BOOTED:
        return "It was not seen to boot."
    if tested.report is not None:
        return "" if tested.report.has_systemd else "It has no systemd, which starts the checks after a boot."
    cloud_init = tested.source.cloud_init.value if tested.source is not None else None
    has_none = cloud_init is not None and (cloud_init.version is None or cloud_init.enabled is False)
    # A login prompt alone: cloud-init, which brings the checks in, was neither seen nor heard.
    if has_none or (boot.strength is Strength.BASIC and not _stood_still(tested.second_boot)):
        return "It has no cloud-init, which brings the checks in."
    return ""


def _stood_still(boot: Verdict | None) -> bool:
    return boot is not None and boot.dead_end is not None


def _checks(tested: Tested) -> tuple[CheckResult, ...]:
    results = []
    for check in CHECKS:
        if check.applies(tested):
            answer = check.ask(tested)
            results.append(
                CheckResult(
                    check=check.id,
                    outcome=answer.outcome,
                    blocking=check.blocks(tested),
                    reason=answer.reason,
                    evidence=answer.evidence,
                )
            )
    return tuple(results)


def _fails(result: CheckResult) -> bool:
    return result.blocking and result.outcome is Outcome.FAIL


def _missing(tested: Tested, checks: Sequence[CheckResult], tests: Sequence[TestResult]) -> tuple[str, ...]:
    """What keeps it from *yes* although nothing failed, by name."""
    unknown = [each.check.value for each in checks if each.blocking and each.outcome is Outcome.UNKNOWN]
    unpaired = [each.check.value for each in checks if each.check is CheckId.TWINS and each.outcome is Outcome.SKIPPED]
    untried = [*_names(tests, Outcome.SKIPPED)] if not any(each.outcome is Outcome.PASS for each in tests) else []
    return (*unknown, *unpaired, *_names(tests, Outcome.UNKNOWN), *untried, *_cut_short(tested))


def _cut_short(tested: Tested) -> tuple[str, ...]:
    """Boots that were not told to their end: there may be more to find in them than is known."""
    untold = set(untold_tests(tested))
    facts = [number for number, boot in tested.boots() if boot is None or not boot.checked]
    return tuple(
        f"{'the checks' if number in facts else 'the tests'} of boot {number}"
        for number in BOOTS
        if number in facts or number in untold
    )


def _names(tests: Sequence[TestResult], *outcomes: Outcome) -> tuple[str, ...]:
    """Tests that ended so, each with its boot."""
    return tuple(f"{each.name} (boot {each.boot})" for each in tests if each.outcome in outcomes)


def _what_passed(checks: Sequence[CheckResult], tests: Sequence[TestResult]) -> str:
    answers = Counter(each.outcome for each in checks)
    told = f"It booted twice; {counted(answers[Outcome.PASS], 'check')} passed"
    if tests:
        names = {(each.origin, each.name) for each in tests if each.outcome is Outcome.PASS}
        told += f", and {counted(len(names), 'test')}"
    warnings = answers[Outcome.WARN]
    return f"{told}, with {counted(warnings, 'warning')}." if warnings else f"{told}."
