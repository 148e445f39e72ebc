"""Whether an image may leave the cloud as a file: sealed, inspected and without blockers, or with a reason."""

from __future__ import annotations

import pytest

from imaging.runs.plan.export.judging import export_gate, judge_export
from models.cloud.image import SEALED, SEALED_ABOUT, Image
from models.fact import Fact, UnknownCode
from models.findings import Checklist, Outcome, Severity, Source
from models.guest.facts import GuestFacts
from models.run.request import Attestation, RunRequest, Waiver
from tests.guidelines.building import NOW, finding, image, profile
from tests.guidelines.guest_building import guest_fact, sighting


def sealed(word: str = "sealed", about: str | None = None) -> Image:
    made = image()
    return made.model_copy(update={"properties": {SEALED: word, SEALED_ABOUT: about or made.id}})


def uninspected() -> Fact[GuestFacts]:
    return Fact[GuestFacts](
        unknown_because="no inspection was made yet", unknown_code=UnknownCode.NOT_INSPECTED, source=Source.GUEST
    )


def with_key() -> Fact[GuestFacts]:
    key = sighting("SEC-PRIVKEY.ssh", "/srv/id_rsa", marks=("private-key",), owner="alice", size_bytes=399)
    return guest_fact(sightings=(key,))


def licensed() -> Fact[GuestFacts]:
    token = sighting("SW-VGPU.token", "/etc/nvidia/ClientConfigToken/token", owner="root", size_bytes=399)
    return guest_fact(sightings=(token,))


def judged(of: Image, guest: Fact[GuestFacts], request: RunRequest | None = None) -> Checklist:
    return judge_export(of, guest, profile(), NOW, request=request or RunRequest())


def test_an_image_that_stays_is_not_asked_about():
    assert finding("EXPORT").outcome is Outcome.PASS
    assert finding("EXPORT-LICENCES").outcome is Outcome.NOT_APPLICABLE


def test_what_is_not_sealed_needs_a_reason():
    found = judged(image(), guest_fact()).of("EXPORT")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.BLOCK)
    assert "It is not sealed" in found.evidence


@pytest.mark.parametrize("word", ["not sealed", "unknown", "SEALED"])
def test_another_verdict_on_the_seal_is_none(word: str):
    assert f"Its seal: {word}" in judged(sealed(word), guest_fact()).of("EXPORT").evidence


def test_the_verdict_on_another_image_is_none():
    assert "It is not sealed" in judged(sealed(about="another"), guest_fact()).of("EXPORT").evidence


def test_what_nobody_inspected_needs_a_reason():
    assert "ot inspected" in judged(sealed(), uninspected()).of("EXPORT").evidence


def test_a_blocker_is_named():
    found = judged(sealed(), with_key()).of("EXPORT")
    assert found.outcome is Outcome.FAIL
    assert "SEC-PRIVKEY" in found.evidence


def test_sealed_inspected_and_without_blockers_it_may_go():
    found = judged(sealed(), guest_fact())
    assert [each.evidence for each in found.violations if each.severity is Severity.BLOCK] == []
    assert found.of("EXPORT").outcome is Outcome.PASS


def test_one_reason_covers_all_that_speaks_against_it():
    waived = RunRequest(waivers=(Waiver(rule="EXPORT", reason="for the archive"),))
    found = judged(image(), with_key(), waived)
    assert found.of("EXPORT").outcome is Outcome.WAIVED
    assert found.of("SEC-PRIVKEY").outcome is Outcome.FAIL  # still told


def test_a_reason_for_another_rule_opens_nothing():
    other = RunRequest(waivers=(Waiver(rule="SEC-PRIVKEY", reason="mine"),))
    assert "SEC-PRIVKEY" in judged(sealed(), with_key(), other).of("EXPORT").evidence


def test_a_profile_cannot_open_the_gate():
    shut = profile(disabled_rules=frozenset({"EXPORT", "EXPORT-LICENCES"}))
    checklist = judge_export(image(), guest_fact(), shut, NOW, request=RunRequest())
    assert [each.outcome for each in export_gate(checklist)] == [Outcome.FAIL, Outcome.NOT_APPLICABLE]


def test_licensed_software_is_asked_about_once_more():
    guest = licensed()
    found = judged(sealed(), guest).of("EXPORT-LICENCES")
    assert found.awaits_confirmation
    assert "SW-" in found.evidence
    attested = RunRequest(attestations=(Attestation(rule="EXPORT-LICENCES", given_by="ada"),))
    assert judged(sealed(), guest, attested).of("EXPORT-LICENCES").outcome is Outcome.PASS
