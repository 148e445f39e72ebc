"""Chapters *Directories* and *Home directory*, as far as no inspection is needed: what a plain image does."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from models.findings import AskedFor, Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_KEPT = "A plain image keeps every directory: nothing is deleted."


@rule(
    "DATA-SAVED",
    Chapter.HOME,
    "What is needed from /home has been saved elsewhere",
    Severity.ASK,
    sentences=("S30", "S54", "S57"),
    asked_for=AskedFor.BEFORE_RUN,
)
def data_saved(_facts: InstanceFacts, _profile: Profile) -> Answer:
    return not_applicable(_KEPT)


@rule("DATA-SUPPORT", Chapter.HOME, "Request to support to keep files", Severity.INFO, sentences=("S56",))
def data_support(_facts: InstanceFacts, profile: Profile) -> Answer:
    contact = f" Questions: {profile.contacts.support}." if profile.contacts.support else ""
    return not_applicable(f"{_KEPT}{contact}")
