"""Chapter *Software*, as far as no inspection is needed: the user's attestation on licences."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.rule import Answer, Chapter, unknown
from models.findings import AskedFor, Severity, Source
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


@rule(
    "SW-ATTEST",
    Chapter.SOFTWARE,
    "The image has no software whose licence forbids use in a cloud",
    Severity.ASK,
    sentences=("S8", "S25", "S26", "S27"),
    asked_for=AskedFor.BEFORE_PUBLISHING,
)
def sw_attest(_facts: InstanceFacts, _profile: Profile) -> Answer:
    return unknown(
        "Only you can say. Asked for before the image is published.",
        "Confirm it in the wizard, or with --attest SW-ATTEST.",
        source=Source.USER,
    )
