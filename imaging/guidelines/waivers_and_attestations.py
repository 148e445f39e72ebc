"""The user's answers to findings: a confirmation answers a question, a waiver with a reason covers a failing rule."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.guidelines.catalogue import RULES
from models.errors import UsageError
from models.findings import Finding, Outcome, Source
from models.formatting import minute
from models.run.request import Attestation, RunRequest, Waiver
from models.text import cut
from models.words.near_names import did_you_mean


def apply_answers(finding: Finding, request: RunRequest | None) -> Finding:
    """Apply what the user said: an attestation answers an ASK rule, a waiver with a reason covers a failing one."""
    if request is None:
        return finding
    if finding.awaits_confirmation and request.attests(finding.rule):
        return _attested(finding, next(each for each in request.attestations if each.rule == finding.rule))
    waiver = request.waiver(finding.rule)
    if waiver is None or finding.outcome is not Outcome.FAIL or not finding.waivable or not waiver.reason.strip():
        return finding
    evidence = f"Waived: {cut(waiver.reason.strip(), 200)} · {finding.evidence}"
    return finding.model_copy(update={"outcome": Outcome.WAIVED, "evidence": evidence})


def refuse_unknown_answers(attestations: Sequence[Attestation] = (), waivers: Sequence[Waiver] = ()) -> None:
    """Refuse attestations and waivers that no rule waits for, such as a misspelt one.

    Raises:
        UsageError: a rule does not exist, an attested rule is no question, a waiver helps nothing, or gives no reason.
    """
    known = {rule.id: rule for rule in RULES}
    for rule_id in [*(each.rule for each in attestations), *(each.rule for each in waivers)]:
        if rule_id not in known:
            hint = did_you_mean(rule_id, known) or "`imaging check INSTANCE` lists the rules."
            raise UsageError(f"There is no rule named {cut(rule_id, 60)}.", remedy=hint)
    questions = ", ".join(rule.id for rule in RULES if rule.asked_for is not None)
    for attestation in attestations:
        if known[attestation.rule].asked_for is None:
            what = f"The rule {attestation.rule} cannot be confirmed with --attest."
            raise UsageError(what, remedy=f"These can: {questions}.")
    for waiver in waivers:
        if not known[waiver.rule].waivable:
            what = f"The rule {waiver.rule} cannot be waived: no run can begin in such a state."
            raise UsageError(what, remedy="`imaging check INSTANCE` says what to do about the state.")
        if not waiver.reason.strip():
            what = f"The waiver of {waiver.rule} gives no reason."
            raise UsageError(what, remedy=f"Give a reason after the rule: --waive {waiver.rule}=WHY.")


def _attested(finding: Finding, attestation: Attestation) -> Finding:
    """An ASK rule that was confirmed: by whom, and when."""
    who = cut(attestation.given_by, 60) or "the user"
    when = f" on {minute(attestation.given_at)}" if attestation.given_at else ""
    return finding.model_copy(
        update={
            "outcome": Outcome.PASS,
            "evidence": f"Confirmed by {who}{when}: {finding.title}.",
            "remedy": None,
            "source": Source.USER,
            "read_at": attestation.given_at,
        }
    )
