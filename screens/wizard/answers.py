"""What the user answers to a finding: a waiver with its own reason, a confirmation, or neither."""

from __future__ import annotations

from datetime import datetime

from models.findings import Finding
from models.run.request import Attestation, RunRequest, Waiver
from screens.dialogs.ask_text import AskTextScreen
from screens.wizard.state import WizardState

_NO_REASON = "A waiver needs a reason: it goes into the report."


def waiver_question(finding: Finding, state: WizardState) -> AskTextScreen:
    """Asks for the reason of one waiver. The field holds what was written for this finding, never for another."""
    given = state.request.waiver(finding.rule)
    before = given or next((waiver for waiver in state.lapsed if waiver.rule == finding.rule), None)
    again = " What was found has changed since you waived it." if before is not None and given is None else ""
    return AskTextScreen(
        f"Waive {finding.rule}",
        f"{finding.title}.{again} Why continue anyway? The reason goes into the report.",
        value=before.reason if before else "",
        details=state.seen.get(finding.rule, finding.evidence),
        refuses=lambda reason: "" if reason else _NO_REASON,
        can_take_back=given is not None,
    )


def with_waiver(request: RunRequest, rule: str, reason: str) -> tuple[Waiver, ...]:
    """The waivers with this one, in the place of an earlier one of the rule; without it where the reason is empty."""
    others = tuple(one for one in request.waivers if one.rule != rule)
    return (*others, Waiver(rule=rule, reason=reason)) if reason else others


def with_confirmation(request: RunRequest, rule: str, who: str, now: datetime) -> tuple[Attestation, ...]:
    """The confirmations with that of a rule; without it where it was given before."""
    others = tuple(one for one in request.attestations if one.rule != rule)
    if request.attests(rule):
        return others
    return (*others, Attestation(rule=rule, given_by=who, given_at=now))
