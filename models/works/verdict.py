"""Whether an image works: the word, and every check and test that it rests on."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText
from models.works.outcome import CheckResult, Outcome, TestResult


class WorksWord(StrEnum):
    """What the checks and tests of a test instance come to."""

    YES = "yes"
    """Both boots were seen, every blocking check and every test passed, and not all tests were skipped."""
    PARTLY = "partly"
    """Nothing failed, and something is unknown or was skipped: named in `open`."""
    NO = "no"
    """A blocking check or a test failed, or the second boot met a dead end."""
    NOT_ASKED = "not asked"
    """There is no cloud-init or no systemd, the image did not boot, or no test launch was wanted."""


class WorksVerdict(Frozen):
    """The verdict, with all that it rests on."""

    word: WorksWord
    reason: CleanText = ""
    """Why, in one sentence for people. Nothing is decided by its words."""
    boots: int = 0
    """How many boots were seen, 0 to 2."""
    checks: tuple[CheckResult, ...] = ()
    tests: tuple[TestResult, ...] = ()
    failed: tuple[CleanText, ...] = ()
    """The names of checks and tests because of which it is *no*."""
    open: tuple[CleanText, ...] = ()
    """The names of checks and tests that are unknown or were skipped."""

    @property
    def opens_publishing(self) -> bool:
        """Whether others may see the image without a further word: only *no* keeps them from it."""
        return self.word is not WorksWord.NO

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """The checks that found something which does not keep the image from working."""
        return tuple(check for check in self.checks if check.outcome is Outcome.WARN)
