"""Which findings a seal fixes: those that the rules no longer make of the guest as it will be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from imaging.guidelines.rule import Rule
from imaging.guidelines.sealing.expected import after_seal
from models.findings import Finding, Outcome
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.seal.plan import SealPlan
from models.steps import StepName

_FIXED = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})


def with_seal(
    findings: Iterable[Finding], rules: Collection[Rule], facts: InstanceFacts, profile: Profile, plan: SealPlan
) -> Iterator[Finding]:
    """The findings, those that the seal fixes marked so; one that it only makes milder stays as it is.

    Args:
        findings: what the rules say about the guest as it is.
        rules: all rules.
        facts: what was read, with the inspection.
        profile: the guidelines.
        plan: what the seal does.
    """
    guest = facts.guest.value
    if guest is None or plan.refusals:
        yield from findings
        return
    sealed = facts.model_copy(update={"guest": facts.guest.model_copy(update={"value": after_seal(guest, plan)})})
    by_id = {rule.id: rule for rule in rules}
    for finding in findings:
        if finding.outcome is Outcome.FAIL and finding.fixed_by is None:
            yield _after(finding, by_id[finding.rule].find(sealed, profile))
        else:
            yield finding


def _after(finding: Finding, then: Finding) -> Finding:
    """A failing finding, by what its rule says about the sealed guest.

    Where what was found goes, but not all was read, it is as unknown as if nothing had been found.
    """
    if then.outcome in _FIXED:
        return finding.model_copy(update={"fixed_by": StepName.SEAL})
    return then if then.outcome is Outcome.UNKNOWN else finding
