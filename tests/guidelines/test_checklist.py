"""The mechanism: answers become findings, the user's confirmations are applied, the worst stands first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.checklist import judge
from imaging.guidelines.rule import Chapter
from imaging.guidelines.waivers_and_attestations import refuse_unknown_answers
from models.cloud.instance import Instance
from models.errors import UsageError
from models.findings import AskedFor, Outcome, Readiness, Severity, Source
from models.run.request import Attestation, Visibility, Waiver
from models.steps import StepName
from tests.guidelines.building import NOW, PGDATA, attached, facts, finding, instance, profile, request, unread
from tests.support.known import command_of


def test_every_rule_has_one_finding():
    assert sorted(found.rule for found in judge(facts(), profile()).findings) == sorted(rule.id for rule in RULES)


def test_ids_are_unique_and_titles_fit_a_narrow_screen():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert [rule.id for rule in RULES if len(rule.title) > 64 or not rule.title] == []


def test_a_healthy_instance_with_volumes_is_ready_for_a_step_fixes_them():
    checklist = judge(facts(attachments=(attached(PGDATA, "/dev/vdb"),), volumes=(PGDATA,)), profile())
    assert checklist.readiness is not Readiness.BLOCKED
    assert checklist.of("VOL-DETACHED") in checklist.violations
    assert checklist.of("VOL-DETACHED").fixed_by is StepName.DETACH


def test_what_the_cloud_does_not_tell_is_counted_but_blocks_nothing():
    checklist = judge(facts(), profile())
    assert checklist.readiness is not Readiness.BLOCKED
    assert checklist.of("FS-ROOT") in checklist.unknowns


def test_a_failing_block_that_no_step_fixes_is_not_ready():
    assert judge(facts(instance=instance(status="ERROR")), profile()).readiness is Readiness.BLOCKED


def test_chapters_follow_the_page():
    order = [chapter.value for chapter in Chapter]
    places = [order.index(found.chapter) for found in judge(facts(), profile()).findings]
    assert places == sorted(places)


def test_within_a_chapter_the_worst_stands_first():
    broken = instance(status="SUSPENDED", locked=True, user_id="bob")
    status = [
        found for found in judge(facts(instance=broken), profile()).findings if found.chapter == "Instance status"
    ]
    assert [(found.rule, found.outcome) for found in status][:4] == [
        ("STATE-SUSPENDED", Outcome.FAIL),
        ("STATE-OWN", Outcome.FAIL),
        ("STATE-LOCKED", Outcome.FAIL),  # blocks too, but a step fixes it
        ("STATE-TASK", Outcome.PASS),
    ]
    assert status[-1].outcome is Outcome.NOT_APPLICABLE


def test_what_no_step_fixes_stands_before_what_a_step_fixes():
    backed = facts(
        instance=instance(volume_backed=True, image_id=None),
        attachments=(attached("root-id", "/dev/vda"), attached(PGDATA, "/dev/vdb")),
        request=request(visibility=Visibility.SHARED),
    )
    volumes = [found.rule for found in judge(backed, profile()).findings if found.chapter == "Volumes"]
    assert volumes[:2] == ["VOL-BFV", "VOL-DETACHED"]


def test_a_finding_says_where_and_when_it_was_read():
    found = finding("STATE-OK")
    assert (found.source, found.read_at) == (Source.CLOUD, NOW)


def test_what_needs_an_inspection_is_unknown_with_the_command_that_finds_out():
    found = finding("FS-ROOT")
    assert (found.outcome, found.severity, found.source) == (Outcome.UNKNOWN, Severity.BLOCK, Source.GUEST)
    assert command_of(found) == "findmnt -no FSTYPE,SOURCE /"


def test_no_guest_rule_passes_and_each_names_a_command():
    guest = [found for found in judge(facts(), profile()).findings if found.source is Source.GUEST]
    assert len(guest) > 80
    assert {found.outcome for found in guest} == {Outcome.UNKNOWN}
    assert all(found.remedy and found.remedy.command for found in guest)


def test_an_attestation_answers_a_question_with_who_and_when():
    given = Attestation(rule="SW-ATTEST", given_by="alice", given_at=datetime(2026, 11, 1, 13, 0, tzinfo=UTC))
    found = finding("SW-ATTEST", request=request(attestations=(given,)))
    assert (found.outcome, found.source, found.read_at) == (Outcome.PASS, Source.USER, given.given_at)
    assert "alice" in found.evidence
    assert "2026-11-01 13:00 UTC" in found.evidence
    assert not found.awaits_confirmation


def test_a_question_without_answer_is_unknown_and_awaits_a_confirmation():
    found = finding("SW-ATTEST")
    assert (found.outcome, found.severity) == (Outcome.UNKNOWN, Severity.ASK)
    assert found.asked_for is AskedFor.BEFORE_PUBLISHING
    assert found.awaits_confirmation


def test_in_plain_mode_nothing_is_asked_before_the_run_under_a_shipped_profile():
    for name in ("jetstream", "jetstream2", "openstack"):
        findings = judge(facts(), profile(name)).findings
        waiting = [each.rule for each in findings if each.awaits_confirmation and each.asked_for is AskedFor.BEFORE_RUN]
        assert waiting == []


def test_a_profile_may_ask_before_the_run():
    found = finding("SW-ATTEST", of=profile(ask_before_run=("SW-ATTEST",)))
    assert found.asked_for is AskedFor.BEFORE_RUN


def test_an_attestation_answers_nothing_but_a_question():
    given = Attestation(rule="STATE-OK", given_by="alice")
    broken = instance(status="ERROR")
    assert finding("STATE-OK", instance=broken, request=request(attestations=(given,))).blocks


LOCKED = instance(locked=True, locked_reason="do not touch")


def test_a_waiver_covers_a_failing_finding_and_keeps_its_evidence():
    given = request(waivers=(Waiver(rule="STATE-LOCKED", reason="support said so"),))
    checklist = judge(facts(instance=LOCKED, request=given), profile())
    found = checklist.of("STATE-LOCKED")
    assert found.outcome is Outcome.WAIVED
    assert "support said so" in found.evidence
    assert "do not touch" in found.evidence
    assert checklist.readiness is not Readiness.BLOCKED


def test_a_waiver_makes_neither_a_pass_nor_an_unknown_waived():
    given = request(waivers=(Waiver(rule="STATE-LOCKED", reason="why not"),))
    assert finding("STATE-LOCKED", request=given).outcome is Outcome.PASS
    assert finding("STATE-LOCKED", request=given, instance=unread(Instance)).outcome is Outcome.UNKNOWN


def test_a_waiver_without_reason_covers_nothing():
    given = request(waivers=(Waiver(rule="STATE-LOCKED", reason="  "),))
    assert finding("STATE-LOCKED", request=given, instance=LOCKED).blocks


@pytest.mark.parametrize("status", ["ERROR", "SUSPENDED", "SHELVED_OFFLOADED", "VERIFY_RESIZE", "RESCUE"])
def test_no_waiver_covers_a_state_in_which_no_run_can_begin(status):
    rules = ("STATE-OK", "STATE-SUSPENDED", "STATE-RESIZE")
    given = request(waivers=tuple(Waiver(rule=rule, reason="because") for rule in rules))
    checklist = judge(facts(instance=instance(status=status), request=given), profile())
    assert checklist.readiness is Readiness.BLOCKED


def test_a_waivers_reason_cannot_smuggle_control_codes():
    given = request(waivers=(Waiver(rule="STATE-LOCKED", reason="\x1b[2Jgone\nnext"),))
    evidence = finding("STATE-LOCKED", request=given, instance=LOCKED).evidence
    assert "\x1b" not in evidence
    assert "\n" not in evidence


def test_a_profile_sets_severities_and_leaves_rules_out():
    milder = profile(severities={"STATE-OK": Severity.INFO}, disabled_rules=("STATE-SUSPENDED",))
    checklist = judge(facts(instance=instance(status="SUSPENDED")), milder)
    assert checklist.of("STATE-OK").severity is Severity.INFO
    assert checklist.readiness is not Readiness.BLOCKED
    with pytest.raises(KeyError):
        checklist.of("STATE-SUSPENDED")


def test_an_answer_milder_than_the_profiles_severity_stays_milder():
    strict = profile(severities={"DESC-PRESENT": Severity.BLOCK})
    found = finding("DESC-PRESENT", of=strict, request=request(description="short"))
    assert found.severity is Severity.WARN
    lenient = profile(severities={"DESC-PRESENT": Severity.INFO})
    assert finding("DESC-PRESENT", of=lenient, request=request(description="short")).severity is Severity.INFO


@pytest.mark.parametrize(
    "given, said",
    [
        ({"attestations": (Attestation(rule="SW-ATEST"),)}, "Did you mean SW-ATTEST?"),
        ({"attestations": (Attestation(rule="STATE-OK"),)}, "SW-ATTEST"),
        ({"waivers": (Waiver(rule="prop-visibility", reason="x"),)}, "Did you mean PROP-VISIBILITY?"),
        ({"waivers": (Waiver(rule="PROP-VISIBILITY", reason=" "),)}, "--waive PROP-VISIBILITY=WHY"),
        ({"waivers": (Waiver(rule="STATE-OK", reason="x"),)}, "STATE-OK cannot be waived"),
    ],
)
def test_answers_that_no_rule_waits_for_are_refused(given, said):
    with pytest.raises(UsageError) as refused:
        refuse_unknown_answers(**given)
    assert said in str(refused.value)


def test_answers_that_rules_wait_for_are_taken():
    refuse_unknown_answers((Attestation(rule="SW-ATTEST"),), (Waiver(rule="PROP-VISIBILITY", reason="looked"),))
