"""Chapter *Image properties*: who will see the image, and what the hardware of its instances looks like."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest.facts import guest_failed, guest_passed
from imaging.guidelines.instance.source import finished_image
from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, not_applicable, passed, unknown
from imaging.guidelines.rules.guest_rules import GUEST_RULES
from imaging.guidelines.wording import command, listed
from models.findings import Finding, Outcome, Severity, Source
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Visibility
from models.seal.verdict import SealWord

_WHO = {
    Visibility.SHARED: "the members of the projects it is shared with",
    Visibility.COMMUNITY: "everybody on this cloud",
    Visibility.PUBLIC: "everybody on this cloud",
}


_SHARED_CHAPTERS = ("SEC-", "DATA-", "SW-")
"""The rules whose findings concern others who launch the image."""


@rule("PROP-VISIBILITY", Chapter.PROPERTIES, "Visibility of the image", Severity.BLOCK)
def prop_visibility(facts: InstanceFacts, profile: Profile) -> Answer:
    """Leaving the project is held up by anything inside that strangers should not get, and until it was inspected."""
    if facts.request is None:
        return not_applicable("Nothing has been said about the image yet.")
    visibility = facts.request.visibility
    if visibility is Visibility.PRIVATE:
        return passed("Private: only this project can launch it.", source=Source.USER)
    image = finished_image(facts)
    if image is not None and image.value is not None and image.value.noted_seal == SealWord.SEALED.value:
        kept = f" Kept on purpose: {image.value.noted_as_kept}." if image.value.noted_as_kept else ""
        return passed(f"The image is sealed, and that was proved on it.{kept}", image)
    if facts.guest.value is None:
        return _not_inspected(visibility)
    answers = {rule.id: rule.find(facts, profile) for rule in GUEST_RULES if _concerns_others(rule, facts, profile)}
    open_ones = [name for name, found in answers.items() if _is_open(found)]
    untold = [name for name, found in answers.items() if found.outcome is Outcome.UNKNOWN]
    if not open_ones and not untold:
        return guest_passed(f"Nothing is left open that must not go to {_WHO[visibility]}.", facts)
    said = f"To be {visibility.value}, but still open: " if open_ones else f"To be {visibility.value}, but not known: "
    return guest_failed(
        fitted(said, open_ones or untold),
        "Fix these, or waive each of them; or keep the image private.",
        facts,
    )


def _not_inspected(visibility: Visibility) -> Answer:
    public = " Only administrators may publish so." if visibility is Visibility.PUBLIC else ""
    return failed(
        f"{visibility.value}: /home, /root and histories, not inspected, go to {_WHO[visibility]}.{public}",
        "Keep it private, or inspect it first (--probe).",
        source=Source.USER,
    )


def _concerns_others(rule: Rule, facts: InstanceFacts, profile: Profile) -> bool:
    """Whether a rule is asked at all: not disabled, and not waived by itself."""
    waived = facts.request.waiver(rule.id) if facts.request else None
    asked = rule.id not in profile.disabled_rules and not (waived and waived.reason.strip())
    return rule.id.startswith(_SHARED_CHAPTERS) and asked


def _is_open(finding: Finding) -> bool:
    return finding.outcome is Outcome.FAIL and finding.severity is not Severity.INFO


@rule("PROP-HW", Chapter.PROPERTIES, "Recommended hardware properties", Severity.WARN)
def prop_hw(facts: InstanceFacts, profile: Profile) -> Answer:
    wanted = profile.recommended_properties
    if not wanted:
        return not_applicable("This profile recommends none.")
    fact = finished_image(facts) or facts.base_image
    if fact.known and fact.value is None:
        return unknown("Its properties are not shown without a base image; Glance tells once the image is made.")
    image = need(fact)
    missing = {key: value for key, value in wanted.items() if image.properties.get(key, "").lower() != value.lower()}
    if not missing:
        return passed(f"All {len(wanted)} recommended properties are set.", fact)
    settings = [f"{key}={value}" for key, value in missing.items()]
    flags = [word for setting in settings for word in ("--property", setting)]
    return failed(
        f"Not set: {listed(settings)}.",
        "Set them on the image if new instances need them; another bus renames their disks.",
        fact,
        command=f"{command('openstack', 'image', 'set', *flags)} IMAGE",
    )
