"""Chapters *Directories* and *Home directory*, as far as no look inside is needed: what a plain image does."""

from __future__ import annotations

from imaging.guidelines.rule import Answer, Chapter, Rule, not_applicable
from models.facts import InstanceFacts
from models.findings import AskedFor, Severity
from models.profile import Profile

_KEPT = "A plain image keeps every directory: nothing is deleted."


def _nothing_to_save(_facts: InstanceFacts, _profile: Profile) -> Answer:
    return not_applicable(_KEPT)


def _nobody_to_ask(_facts: InstanceFacts, profile: Profile) -> Answer:
    contact = f" Questions: {profile.contacts.support}." if profile.contacts.support else ""
    return not_applicable(f"{_KEPT}{contact}")


RULES = (
    Rule(
        "DATA-SAVED",
        Chapter.HOME,
        "What lies in /home has been saved elsewhere",
        ("S30", "S54", "S57"),
        Severity.ASK,
        _nothing_to_save,
        AskedFor.BEFORE_RUN,
    ),
    Rule(
        "DATA-SUPPORT",
        Chapter.HOME,
        "Support has been asked to keep what is to stay",
        ("S56",),
        Severity.INFO,
        _nobody_to_ask,
    ),
)
