"""Judges an image that is to leave the cloud as a file: what lies on its disk, and whether it may go."""

from __future__ import annotations

from datetime import datetime

from imaging.guidelines.checklist import judge
from imaging.guidelines.machine import facts_of_machine
from imaging.guidelines.rules.cloud.export import export, export_licences
from imaging.guidelines.waivers_and_attestations import apply_answers
from models.cloud.image import Image
from models.fact import Fact
from models.findings import Checklist, Finding, FindingClass, Outcome, Source, class_of
from models.guest.facts import GuestFacts
from models.guidelines.facts import ExportFacts, InstanceFacts
from models.guidelines.profile import Profile
from models.image_file.file_facts import FileFacts
from models.run.request import RunRequest

GATE = (export, export_licences)
"""The rules that decide whether an image may leave."""
_OF_A_CLOUD = frozenset({"FMT-RAW-UPLOAD", "SW-ATTEST"})
"""Rules about what is uploaded to a cloud or published in it: a file of an export is neither."""
_LICENCES = frozenset({"SW-LICENSED", "SW-LICFILES", "SW-VGPU", "SW-SUBSCRIPTION", "SW-ACADEMIC"})


def judge_export(
    image: Image,
    guest: Fact[GuestFacts],
    profile: Profile,
    now: datetime,
    *,
    request: RunRequest,
    file: FileFacts | None = None,
) -> Checklist:
    """Ask every rule of what is known of an image, then whether it may leave the cloud.

    Args:
        image: as the cloud tells about it.
        guest: what an inspection of the image, or of its file, found.
        profile: the guidelines.
        now: the time by which ages count.
        request: brings the user's waiver and confirmation; they answer the two rules of the gate alone.
        file: what its file is, once that is there.
    """
    known = Fact[FileFacts](value=file, source=Source.IMAGE_FILE, read_at=now) if file is not None else None
    facts = facts_of_machine(guest, now).model_copy(update={"file": known})
    checklist = judge(facts, profile.model_copy(update={"disabled_rules": (*profile.disabled_rules, *_OF_A_CLOUD)}))
    gate = _gate(image, checklist, facts, profile, request)
    findings = tuple(gate.get(each.rule, each) for each in checklist.findings)
    added = tuple(each for rule, each in gate.items() if rule not in {one.rule for one in findings})
    return checklist.model_copy(update={"findings": (*findings, *added)})


def export_gate(checklist: Checklist) -> tuple[Finding, ...]:
    """What the rules that decide say, in a checklist of `judge_export`."""
    return tuple(checklist.of(rule.id) for rule in GATE)


def _gate(
    image: Image, checklist: Checklist, facts: InstanceFacts, profile: Profile, request: RunRequest
) -> dict[str, Finding]:
    """The findings of the two rules, even if a profile has disabled them: a file cannot be called back."""
    export_facts = ExportFacts(
        seal=image.noted_seal,
        readiness=checklist.readiness,
        blockers=tuple(each.rule for each in checklist.findings if class_of(each) is FindingClass.BLOCKER),
        licences=tuple(
            each.rule for each in checklist.findings if each.rule in _LICENCES and each.outcome is Outcome.FAIL
        ),
    )
    told = facts.model_copy(update={"export": export_facts})
    return {rule.id: apply_answers(rule.find(told, profile), request) for rule in GATE}
