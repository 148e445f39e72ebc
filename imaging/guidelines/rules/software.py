"""Chapter *Software*, as far as no look inside is needed: the user's word on licences."""

from __future__ import annotations

from imaging.guidelines.rule import Answer, Chapter, Rule, unknown
from models.facts import InstanceFacts
from models.findings import AskedFor, Severity, Source
from models.profile import Profile


def _word_on_licences(_facts: InstanceFacts, _profile: Profile) -> Answer:
    return unknown(
        "Only you can say. Asked for before the image is published.",
        "Give your word in the wizard, or with --attest SW-ATTEST.",
        source=Source.USER,
    )


RULES = (
    Rule(
        "SW-ATTEST",
        Chapter.SOFTWARE,
        "It holds no software that its licence keeps out of a cloud",
        ("S8", "S25", "S26", "S27"),
        Severity.ASK,
        _word_on_licences,
        AskedFor.BEFORE_PUBLISHING,
    ),
)
