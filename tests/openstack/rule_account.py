"""The account of what was seen of the rules on a real cloud: each fails, passes, and is fixed by its step.

A test says which rules it shows and is held to it; what no cloud of the tests can show is listed here, with the reason.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from models.findings import Checklist, Finding, Outcome
from models.steps import StepName

_ONLY_ASKED = (
    "it is asked of an export whose image holds licensed software; what the user says is no outcome of the cloud"
)
_NO_FILE = "no file is uploaded in plain mode: not applicable on every cloud, until there is an upload to judge"
_NOTHING_DELETED = "a plain image keeps every directory: not applicable on every cloud, until an image can be sealed"
_NO_IMAGE_QUOTA = "Glance tells quotas only where the operator switched on unified limits, which loopstack does not"

NOT_SEEN: Mapping[tuple[str, Outcome], str] = {
    ("FMT-RAW-UPLOAD", Outcome.FAIL): _NO_FILE,
    ("FMT-RAW-UPLOAD", Outcome.PASS): _NO_FILE,
    ("EXPORT-LICENCES", Outcome.FAIL): _ONLY_ASKED,
    ("EXPORT-LICENCES", Outcome.PASS): _ONLY_ASKED,
    ("FMT-SAFE", Outcome.FAIL): _NO_FILE,
    ("FMT-SAFE", Outcome.PASS): _NO_FILE,
    ("FMT-MATCH", Outcome.FAIL): _NO_FILE,
    ("FMT-MATCH", Outcome.PASS): _NO_FILE,
    ("DATA-SAVED", Outcome.FAIL): _NOTHING_DELETED,
    ("DATA-SAVED", Outcome.PASS): _NOTHING_DELETED,
    ("DATA-SUPPORT", Outcome.FAIL): _NOTHING_DELETED,
    ("DATA-SUPPORT", Outcome.PASS): _NOTHING_DELETED,
    ("QUOTA-IMAGES", Outcome.FAIL): _NO_IMAGE_QUOTA,
    ("QUOTA-IMAGES", Outcome.PASS): _NO_IMAGE_QUOTA,
    ("SW-ATTEST", Outcome.FAIL): "a question: without a confirmation it is unknown, and never failing",
    ("VOL-NOTCOPIED", Outcome.PASS): "without a data volume there is nothing to copy: then it does not apply",
}
"""What is not seen on loopstack, and why. What is seen all the same fails the test that sees it."""

SHOWN: dict[str, str] = {}
"""Every rule that a test shows, and the test."""

Test = Callable[..., Awaitable[None]]


def shows(*rules: str) -> Callable[[Test], Test]:
    """A test that shows these rules: each fails, passes, and is fixed by the very step that its finding names.

    What `NOT_SEEN` lists need not be shown. The test has to ask for the fixture `ground`.
    """

    def decorate(test: Test) -> Test:
        SHOWN.update(dict.fromkeys(rules, test.__name__))

        @functools.wraps(test)
        async def held_to_account(*, ground: Accountable, **fixtures: Any) -> None:
            ground.seen.clear()
            await test(ground=ground, **fixtures)
            for rule in rules:
                require_shown(rule, ground.seen)

        marked: Test = pytest.mark.asyncio(loop_scope="session")(held_to_account)
        return marked

    return decorate


class Accountable(Protocol):
    """What keeps the account."""

    seen: list[Sight]


@dataclass(frozen=True)
class Sight:
    """Something that was seen of a rule: its outcome, or the step that was run to fix it."""

    rule: str
    what: Outcome | StepName
    fixed_by: StepName | None = None


def require_shown(rule: str, seen: list[Sight]) -> None:
    """Hold one rule against what was seen of it."""
    of_rule = [sight for sight in seen if sight.rule == rule]
    for outcome in (Outcome.FAIL, Outcome.PASS):
        if (rule, outcome) not in NOT_SEEN:
            assert any(sight.what is outcome for sight in of_rule), f"{rule} was not seen to {outcome.value}"
    for step in {sight.fixed_by for sight in of_rule if sight.fixed_by is not None}:
        assert _is_fixed([sight.what for sight in of_rule], step), f"{rule} was not seen to be fixed by: {step.value}"


def _is_fixed(seen: list[Outcome | StepName], step: StepName) -> bool:
    """Whether the rule passed after the step was run, or had nothing to say any more."""
    after = seen[seen.index(step) :] if step in seen else []
    return Outcome.PASS in after or Outcome.NOT_APPLICABLE in after


@dataclass(frozen=True)
class Judged:
    """A checklist of things as they are on the cloud."""

    checklist: Checklist
    seen: list[Sight]

    def fails(self, rule: str, evidence: str) -> Finding:
        """The rule fails, says what is wrong, and what to do."""
        found = self._found(rule, Outcome.FAIL, evidence)
        assert found.remedy is not None, found
        return found

    def passes(self, rule: str, evidence: str = "") -> Finding:
        """The rule passes."""
        return self._found(rule, Outcome.PASS, evidence)

    def does_not_apply(self, rule: str, evidence: str = "") -> Finding:
        """The rule has nothing to say."""
        return self._found(rule, Outcome.NOT_APPLICABLE, evidence)

    def is_unknown(self, rule: str, evidence: str = "") -> Finding:
        """The rule cannot be answered."""
        return self._found(rule, Outcome.UNKNOWN, evidence)

    def _found(self, rule: str, outcome: Outcome, evidence: str) -> Finding:
        found = self.checklist.of(rule)
        assert found.outcome is outcome, f"{rule}: {found.outcome.value}, {found.evidence}"
        assert evidence in found.evidence, f"{rule}: {found.evidence}"
        assert (rule, outcome) not in NOT_SEEN, f"{rule} is seen to {outcome.value} after all: take it out of NOT_SEEN"
        self.seen.append(Sight(rule, outcome, found.fixed_by if outcome is not Outcome.PASS else None))
        return found
