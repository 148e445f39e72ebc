"""From facts and a profile to the checklist: every rule asked, the user's answers applied, worst first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.guest.inspection_age import without_old_inspection
from imaging.guidelines.rule import SEVERITIES, Chapter
from imaging.guidelines.sealing.fixed_findings import with_seal
from imaging.guidelines.sealing.planning import plan_seal
from imaging.guidelines.waivers_and_attestations import apply_answers
from models.findings import Checklist, Finding, Outcome, Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Mode

_CHAPTERS = tuple(chapter.value for chapter in Chapter)
_OUTCOMES = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.PASS, Outcome.NOT_APPLICABLE)
"""From what needs attention to what needs none."""


def judge(facts: InstanceFacts, profile: Profile) -> Checklist:
    """Ask every rule that the profile has not disabled.

    Args:
        facts: what was read; its request brings the name, the description, attestations and waivers.
        profile: the guidelines of the cloud.
    """
    facts = without_old_inspection(facts)
    findings = [
        apply_answers(rule.find(facts, profile), facts.request)
        for rule in RULES
        if rule.id not in profile.disabled_rules
    ]
    guest = facts.guest.value
    return Checklist(
        profile=profile.name,
        findings=tuple(sorted(_with_seal(findings, facts, profile), key=_place)),
        not_inspected_because=facts.guest.unknown_because if guest is None else None,
        inspected_by=guest.method if guest is not None else None,
        inspected_as_root=guest is not None and guest.as_root,
    )


def _with_seal(findings: list[Finding], facts: InstanceFacts, profile: Profile) -> Iterable[Finding]:
    """The findings, those that a seal fixes marked so where the image is to be sealed."""
    request = facts.request
    if request is None or request.mode is not Mode.SEALED:
        return findings
    rules = [rule for rule in RULES if rule.id not in profile.disabled_rules]
    return with_seal(findings, rules, facts, profile, plan_seal(facts, profile, request))


def evidence_of(rules: Collection[str], facts: InstanceFacts, profile: Profile) -> Mapping[str, str]:
    """What those of these rules find that fail now, as if nothing were waived: what a waiver of one would cover."""
    facts = without_old_inspection(facts)
    if facts.request is not None:
        facts = facts.model_copy(update={"request": facts.request.model_copy(update={"waivers": ()})})
    findings = [rule.find(facts, profile) for rule in RULES if rule.id in rules]
    return {finding.rule: finding.evidence for finding in findings if finding.outcome is Outcome.FAIL}


def _place(finding: Finding) -> tuple[int, int, int, bool]:
    """Where a finding stands: chapter, outcome, severity, and what a step fixes after what none does.

    Sorting is stable, so equals keep the order of the catalogue.
    """
    severity = SEVERITIES.index(finding.severity) if finding.outcome is not Outcome.PASS else len(Severity)
    return (
        _CHAPTERS.index(finding.chapter),
        _OUTCOMES.index(finding.outcome),
        severity,
        finding.fixed_by is not None,
    )
