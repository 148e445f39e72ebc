"""Chapters *Directories* and *Home directory*, as far as no inspection is needed: what an image of either mode does."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.rule import Answer, Chapter, not_applicable, unknown
from models.findings import AskedFor, Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Mode

_KEPT = "A plain image keeps every directory: nothing is deleted."
_LOST = "A sealed image loses the homes, /root, /mnt and /tmp; the instance keeps them."


def _is_sealed(facts: InstanceFacts) -> bool:
    return facts.request is not None and facts.request.mode is Mode.SEALED


@rule(
    "DATA-SAVED",
    Chapter.HOME,
    "What is needed from /home has been saved elsewhere",
    Severity.ASK,
    sentences=("S30", "S54", "S57"),
    asked_for=AskedFor.BEFORE_RUN,
)
def data_saved(facts: InstanceFacts, _profile: Profile) -> Answer:
    return unknown(_LOST, "Save what new instances need to a volume.") if _is_sealed(facts) else not_applicable(_KEPT)


@rule("DATA-SUPPORT", Chapter.HOME, "Request to support to keep files", Severity.INFO, sentences=("S56",))
def data_support(facts: InstanceFacts, profile: Profile) -> Answer:
    contact = f" Questions: {profile.contacts.support}." if profile.contacts.support else ""
    return not_applicable(f"{_LOST if _is_sealed(facts) else _KEPT}{contact}")
