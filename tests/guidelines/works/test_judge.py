"""The word on whether an image works: *yes* only where everything was told and nothing that blocks was found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imaging.guidelines.works.checks.table import CHECKS
from imaging.guidelines.works.judge import judge
from models.guest.first_boot import CloudInit
from models.verdict import DeadEnd, Strength, Verdict, VerdictWord
from models.works.outcome import CheckId, Outcome, TestOrigin
from models.works.report import MountSeen, NameServerSeen, TestSaid, WorksReport
from models.works.test_file import WorkTests
from models.works.verdict import WorksWord
from tests.guidelines.guest_building import guest
from tests.guidelines.works.reports import (
    ALICE,
    BOOT,
    GIB,
    GOOD,
    SECOND,
    STUB,
    check,
    reported,
    told,
    told_twice,
)

NAMELESS = WorkTests()


def said(**changed: Any) -> dict[str, Any]:
    return {"tests": (TestSaid(name="check.sh", origin=TestOrigin.GIVEN, **changed),)}


def test_a_good_image_works() -> None:
    verdict = judge(GOOD)
    assert verdict.word is WorksWord.YES
    assert verdict.failed == verdict.open == ()
    assert verdict.boots == 2
    assert verdict.reason == "It booted twice; 15 checks passed, and 1 test."


TAKEN_AWAY: dict[str, tuple[dict[str, Any], CheckId]] = {
    "mounts": ({"mounts": None}, CheckId.MOUNTS),
    "the machine-id": ({"machine_id_digest": None}, CheckId.IDENTITY),
    "the age of the machine-id": ({"machine_id_own": None}, CheckId.IDENTITY),
    "the host keys": ({"host_key_digests": None}, CheckId.IDENTITY),
    "the age of the host keys": ({"host_keys_own": None}, CheckId.IDENTITY),
    "cloud-init's result": ({"cloud_init_errors": None}, CheckId.CLOUD_INIT),
    "failed units": ({"failed_units": None}, CheckId.FAILED_UNITS),
    "running services": ({"running_units": None}, CheckId.FAILED_UNITS),
    "enabled units": ({"enabled_units": None}, CheckId.LOST_UNITS),
    "name servers": ({"name_servers": None}, CheckId.NAME_SERVERS),
    "the answers of name servers": (
        {"name_servers": (NameServerSeen(address="9.9.9.9", by_image=True),)},
        CheckId.NAME_SERVERS,
    ),
    "login keys": ({"keys": None}, CheckId.LOGIN_KEY),
}


@pytest.mark.parametrize("boot", [1, 2])
@pytest.mark.parametrize("what", TAKEN_AWAY)
def test_without_a_piece_of_either_boot_it_is_partly_and_the_piece_is_named(what: str, boot: int) -> None:
    facts, wanted = TAKEN_AWAY[what]
    verdict = told(facts if boot == 1 else {}, facts if boot == 2 else {})  # the second boot
    assert verdict.word is WorksWord.PARTLY
    assert wanted.value in verdict.open
    assert check(verdict, wanted).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("piece", ["root_bytes", "root_disk_bytes"])
def test_without_the_size_of_the_root_it_is_partly(piece: str) -> None:
    assert told_twice(**{piece: None}).word is WorksWord.PARTLY


@pytest.mark.parametrize("boot", [1, 2])
def test_a_boot_that_was_not_told_to_its_end_is_partly(boot: int) -> None:
    cut = {"checked": False}
    verdict = told(cut if boot == 1 else {}, cut if boot == 2 else {})  # the second boot
    assert verdict.word is WorksWord.PARTLY
    assert f"the checks of boot {boot}" in verdict.open


def test_a_boot_whose_tests_were_not_told_to_their_end_is_partly() -> None:
    verdict = told({}, {"tests_ended": False})
    assert verdict.word is WorksWord.PARTLY
    assert "the tests of boot 2" in verdict.open


@pytest.mark.parametrize("boots", [(BOOT,), (SECOND,), ()], ids=["first alone", "second alone", "none"])
def test_without_both_boots_it_is_partly(boots: Any) -> None:
    assert judge(replace(GOOD, report=WorksReport(boots=boots, trouble="it was silent"))).word is WorksWord.PARTLY


def test_a_second_boot_that_was_never_seen_is_unknown_and_says_why() -> None:
    verdict = judge(replace(GOOD, report=WorksReport(boots=(BOOT,), trouble="the console ended")))
    second = check(verdict, CheckId.SECOND_BOOT)
    assert second.outcome is Outcome.UNKNOWN
    assert second.reason == "It was not seen to boot a second time: the console ended."
    assert verdict.boots == 1


def test_no_report_of_an_image_whose_cloud_init_was_seen_is_partly() -> None:
    verdict = judge(replace(GOOD, report=None))
    assert verdict.word is WorksWord.PARTLY
    assert "check.sh (boot 1)" in verdict.open


def test_a_test_of_which_nothing_was_told_is_partly() -> None:
    verdict = told({}, {"tests": ()})
    assert verdict.word is WorksWord.PARTLY
    assert verdict.open == ("check.sh (boot 2)",)


def test_an_image_whose_source_was_not_inspected_is_partly() -> None:
    assert told(source=None).word is WorksWord.PARTLY


def test_an_image_of_which_there_is_no_source_works_all_the_same() -> None:
    verdict = told(source=None, has_source=False)
    assert verdict.word is WorksWord.YES
    assert verdict.open == ("lost-units",)


def test_a_disk_with_no_room_beyond_the_image_does_not_stand_against_yes() -> None:
    verdict = told_twice(root_bytes=2 * GIB, root_disk_bytes=3 * GIB)
    assert check(verdict, CheckId.ROOT_SIZE).outcome is Outcome.SKIPPED
    assert verdict.word is WorksWord.YES
    assert verdict.open == ("root-size",)


FOUND: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a mount that is missing at the second boot": (
        {},
        {"mounts": (MountSeen(source="UUID=1", target="/data", mounted=False),)},
        "mounts",
    ),
    "no machine-id": ({"machine_id_digest": ""}, {}, "identity"),
    "a machine-id of the image": ({"machine_id_own": False}, {"machine_id_own": False}, "identity"),
    "the machine-id of the source": ({"machine_id_digest": "1111111122"}, {}, "identity"),
    "another machine-id later": ({}, {"machine_id_digest": "33333333"}, "identity"),
    "a host key of the image": ({"host_keys_own": False}, {}, "identity"),
    "other host keys later": ({}, {"host_key_digests": ("ee",)}, "identity"),
    "an error of cloud-init": ({"cloud_init_errors": ("('scripts_user', …)",)}, {}, "cloud-init"),
    "a unit that failed in both boots": (
        {"failed_units": ("survey.service",)},
        {"failed_units": ("survey.service",)},
        "failed-units",
    ),
    "a unit that failed at the second boot": ({}, {"failed_units": ("survey.service",)}, "failed-units"),
    "a service that runs after the first boot alone": (
        {},
        {"running_units": ("cron.service", "ssh.service")},
        "failed-units",
    ),
    "a unit that is lost": ({}, {"enabled_units": ("cron.service", "ssh.service")}, "lost-units"),
    "a root that did not grow": ({"root_bytes": 3 * GIB}, {"root_bytes": 3 * GIB}, "root-size"),
    "a dead name server of the image": (
        {"name_servers": (NameServerSeen(address="192.0.2.1", by_image=True, answers=False),)},
        {},
        "name-servers",
    ),
    "no login key": ({"keys": (STUB,)}, {}, "login-key"),
    "a login key that is gone at the second boot": ({}, {"keys": ()}, "login-key"),
    "a test that failed": (said(status=3), {}, "check.sh (boot 1)"),
    "a test that failed at the second boot": ({}, said(status=1), "check.sh (boot 2)"),
    "a test that hung": ({}, said(timed_out=True), "check.sh (boot 2)"),
    "a test without memory": ({}, said(status=137, killed_for_memory=True), "check.sh (boot 2)"),
    "a short plan": ({}, said(status=0, tap=("1..3", "ok 1 - a")), "check.sh (boot 2)"),
}


@pytest.mark.parametrize("what", FOUND)
def test_with_a_finding_it_does_not_work_and_the_finding_is_named(what: str) -> None:
    first, second, name = FOUND[what]
    verdict = told(first, second)
    assert verdict.word is WorksWord.NO
    assert verdict.failed == (name,)
    assert not verdict.opens_publishing


@pytest.mark.parametrize("what", FOUND)
def test_a_finding_counts_also_where_other_pieces_are_missing(what: str) -> None:
    first, second, _ = FOUND[what]
    cut = {"checked": False, "tests_ended": False}
    assert told({**first, **cut}, {**second, **cut}).word is WorksWord.NO


EMERGENCY = ("[FAILED] Failed to mount data.mount - /data.", "You are in emergency mode.")
STUCK = Verdict(word=VerdictWord.FAILED, dead_end=DeadEnd.EMERGENCY, evidence=EMERGENCY)
SILENT = Verdict(word=VerdictWord.INCONCLUSIVE, evidence=("Loading /initrd.img...ok",))


def test_a_second_boot_that_was_begun_and_not_seen_to_its_end_is_told_with_its_last_lines() -> None:
    verdict = judge(replace(GOOD, report=WorksReport(boots=(BOOT,)), second_boot=SILENT))
    assert check(verdict, CheckId.SECOND_BOOT).outcome is Outcome.UNKNOWN
    assert check(verdict, CheckId.SECOND_BOOT).evidence == ("Loading /initrd.img...ok",)


def test_a_second_boot_that_stands_still_does_not_work() -> None:
    verdict = judge(replace(GOOD, report=WorksReport(boots=(BOOT,)), second_boot=STUCK))
    assert verdict.word is WorksWord.NO
    assert verdict.failed == ("second-boot",)
    assert check(verdict, CheckId.SECOND_BOOT).reason == "The second boot stands still: emergency mode."
    assert check(verdict, CheckId.SECOND_BOOT).evidence == EMERGENCY


def test_keys_of_others_block_in_a_sealed_image_and_are_a_warning_in_a_plain_one() -> None:
    keys = (*BOOT.keys, ALICE) if BOOT.keys else ()
    assert told_twice(keys=keys).word is WorksWord.YES
    plain = told({"keys": keys}, {"keys": keys})
    assert [each.check for each in plain.warnings] == [CheckId.OTHER_KEYS]
    assert told({"keys": keys}, {"keys": keys}, sealed=True).failed == ("other-keys",)


WARNINGS: dict[CheckId, dict[str, Any]] = {
    CheckId.OUTSIDE: {"outside_answered": False, "outside": ("cloud.test did not answer: timed out",)},
    CheckId.CLOCK: {"clock_synchronised": False},
    CheckId.HOST_NAME: {"host_name": "old-name"},
    CheckId.BOOT_TIME: {"power_on_to_prompt_seconds": 300.0},
}


@pytest.mark.parametrize("of", WARNINGS)
def test_a_warning_keeps_no_image_from_working(of: CheckId) -> None:
    verdict = told_twice(**WARNINGS[of])
    assert verdict.word is WorksWord.YES
    assert [each.check for each in verdict.warnings] == [of]
    assert verdict.reason.endswith("with 1 warning.")


@pytest.mark.parametrize(
    "facts",
    [{"outside_answered": None}, {"clock_synchronised": None}, {"host_name": None}, {"sockets": None}],
    ids=lambda facts: next(iter(facts)),
)
def test_a_warning_that_could_not_be_asked_is_named_and_keeps_no_image_from_working(facts: dict[str, Any]) -> None:
    verdict = told_twice(**facts)
    assert verdict.word is WorksWord.YES
    assert len(verdict.open) == 1


def test_tests_that_are_all_skipped_prove_nothing() -> None:
    skipped = said(skipped_because="there is no network")
    verdict = told(skipped, skipped)
    assert verdict.word is WorksWord.PARTLY
    assert verdict.open == ("check.sh (boot 1)", "check.sh (boot 2)")


def test_one_skipped_test_beside_one_that_passed_is_named_and_keeps_no_image_from_working() -> None:
    both = {
        "tests": (*BOOT.tests, TestSaid(name="10-gpu", origin=TestOrigin.IMAGE, status=77)),
    }
    verdict = told(both, both)
    assert verdict.word is WorksWord.YES
    assert verdict.open == ("10-gpu (boot 1)", "10-gpu (boot 2)")


def test_an_image_without_any_test_can_work() -> None:
    assert told({"tests": ()}, {"tests": ()}, tests=NAMELESS).word is WorksWord.YES


def test_a_test_of_the_image_that_only_one_boot_knows_is_partly() -> None:
    only_first = {"tests": (*BOOT.tests, TestSaid(name="10-site", origin=TestOrigin.IMAGE, status=0))}
    assert told(only_first).open == ("10-site (boot 2)",)


class TestTwins:
    def test_are_left_out_where_nobody_asked_for_them(self) -> None:
        assert CheckId.TWINS not in {each.check for each in judge(GOOD).checks}

    @pytest.mark.parametrize(
        "same, named",
        [
            ({"machine_id_digest": "22222222"}, "machine-id"),
            ({"host_key_digests": ("ab",)}, "host key"),
            ({"dhcp_ids": ("duid 1",)}, "DHCP id (DUID)"),
        ],
    )
    def test_that_are_the_same_in_one_thing_block(self, same: dict[str, Any], named: str) -> None:
        other = {"machine_id_digest": "4", "host_key_digests": ("ff",), "dhcp_ids": ("duid 2",), **same}
        verdict = told(twins_wanted=True, twin=reported(other, other))
        assert verdict.failed == ("twins",)
        assert check(verdict, CheckId.TWINS).evidence == (named,)

    def test_that_differ_pass(self) -> None:
        other = {"machine_id_digest": "4", "host_key_digests": ("ff",), "dhcp_ids": ("duid 2",)}
        assert told(twins_wanted=True, twin=reported(other, other)).word is WorksWord.YES

    @pytest.mark.parametrize("piece", ["machine_id_digest", "host_key_digests", "dhcp_ids"])
    def test_of_which_one_did_not_tell_a_piece_are_unknown(self, piece: str) -> None:
        other: dict[str, Any] = {"machine_id_digest": "4", "host_key_digests": ("ff",), "dhcp_ids": ("duid 2",)}
        other[piece] = () if piece == "dhcp_ids" else None
        assert told(twins_wanted=True, twin=reported(other, other)).word is WorksWord.PARTLY

    def test_that_were_never_heard_are_unknown(self) -> None:
        assert told(twins_wanted=True).open == ("twins",)

    def test_for_which_there_was_no_room_make_it_partly(self) -> None:
        verdict = told(twins_wanted=True, no_twin_because="the quota has no room for it")
        assert verdict.word is WorksWord.PARTLY
        assert verdict.open == ("twins",)
        assert check(verdict, CheckId.TWINS).outcome is Outcome.SKIPPED


class TestNotAsked:
    def test_without_a_test_launch(self) -> None:
        assert told(wanted=False).word is WorksWord.NOT_ASKED

    @pytest.mark.parametrize("word", [VerdictWord.FAILED, VerdictWord.INCONCLUSIVE, VerdictWord.NOT_TESTED])
    def test_of_an_image_that_was_not_seen_to_boot(self, word: VerdictWord) -> None:
        assert told(boot=Verdict(word=word)).word is WorksWord.NOT_ASKED

    def test_without_a_verdict_on_its_boot(self) -> None:
        assert told(boot=None).word is WorksWord.NOT_ASKED

    def test_of_an_image_without_systemd(self) -> None:
        assert judge(replace(GOOD, report=WorksReport(has_systemd=False))).word is WorksWord.NOT_ASKED

    def test_of_an_image_that_came_to_a_login_prompt_alone(self) -> None:
        prompt = Verdict(word=VerdictWord.BOOTED, strength=Strength.BASIC)
        assert judge(replace(GOOD, report=None, boot=prompt)).word is WorksWord.NOT_ASKED

    def test_of_an_image_whose_source_has_no_cloud_init(self) -> None:
        source = guest(cloud_init=CloudInit(version=None))
        assert judge(replace(GOOD, report=None, source=source)).word is WorksWord.NOT_ASKED

    def test_says_why_and_changes_nothing_that_opens_publishing(self) -> None:
        verdict = told(wanted=False)
        assert verdict.reason
        assert verdict.opens_publishing


def test_every_check_has_its_row_in_the_order_in_which_they_are_told() -> None:
    assert [each.id for each in CHECKS] == list(CheckId)


def test_what_blocks_is_what_the_guidelines_say() -> None:
    warn_only = {CheckId.OTHER_KEYS, CheckId.OUTSIDE, CheckId.CLOCK, CheckId.HOST_NAME, CheckId.BOOT_TIME}
    assert {each.id for each in CHECKS if not each.blocks(GOOD)} == warn_only | {CheckId.LISTENERS}
