"""A rule about the inside of an instance says so where nothing was read, and how to find out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, inside, running, unless_incomplete
from imaging.guidelines.rule import Chapter, UnreadError
from models.cloud.image import Image
from models.fact import Fact, UnknownCode
from models.findings import Finding, Outcome, Severity, Source
from models.guest.disks import Disks
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.services import Services
from tests.guidelines.building import NOW, facts, profile, unread
from tests.guidelines.guest_building import HEALTHY, READ_AT, guest_fact, partly, untold
from tests.support.known import command_of


def judged_by(judge, **changed) -> Finding:
    """What a rule of the guest with this judge says."""
    declared = rule("FS-TRIED", Chapter.FILE_SYSTEM, "Disks", Severity.BLOCK, by_hand="findmnt -no FSTYPE,SOURCE /")
    return declared(judge).find(facts(**changed), profile())


def about_disks(given, _profile):
    return guest_passed(f"{len(inside(given, parts.disks).devices)} devices.", given, parts.disks)


def test_before_any_inspection_it_is_unknown_with_the_command_that_finds_out():
    found = judged_by(about_disks)
    assert (found.outcome, found.source) == (Outcome.UNKNOWN, Source.GUEST)
    assert found.evidence == "Not inspected: only the guest can tell."
    assert command_of(found) == "findmnt -no FSTYPE,SOURCE /"


def test_an_inspection_that_failed_says_why():
    found = judged_by(about_disks, guest=unread(GuestFacts, "no SSH connection."))
    assert found.evidence == "Not inspected: no SSH connection."


def test_a_part_that_could_not_be_read_says_why_and_names_the_command():
    found = judged_by(about_disks, guest=guest_fact(disks=untold(Disks, "lsblk is missing")))
    assert (found.outcome, found.evidence) == (Outcome.UNKNOWN, "Could not be read: lsblk is missing.")
    assert command_of(found)


def test_what_a_deep_check_cannot_show_needs_ssh():
    found = judged_by(
        about_disks, guest=guest_fact(method=InspectionMethod.DEEP_CHECK, disks=untold(Disks, "it has none"))
    )
    assert found.evidence == "Unknown, needs SSH: it has none."


@pytest.mark.parametrize("words", ["needs SSH: it runs", "said in other words"])
def test_what_is_known_to_need_ssh_says_so_once_whatever_its_words(words: str):
    disks = Fact[Disks](unknown_because=words, unknown_code=UnknownCode.NEEDS_SSH, source=Source.GUEST)
    found = judged_by(about_disks, guest=guest_fact(method=InspectionMethod.DEEP_CHECK, disks=disks))
    assert found.evidence == f"Could not be read: {words}."


def test_a_fact_of_the_cloud_that_was_not_read_is_said_as_everywhere():
    def about_the_image(given, _profile):
        raise UnreadError(given.base_image)

    found = judged_by(about_the_image, base_image=unread(Image), guest=guest_fact())
    assert found.evidence == "Could not be read: HTTP 503."


def test_an_answer_says_that_the_guest_told_it_and_when():
    found = judged_by(about_disks, guest=guest_fact())
    assert (found.outcome, found.source, found.read_at) == (Outcome.PASS, Source.GUEST, READ_AT)


def test_an_answer_is_as_old_as_the_oldest_part_that_shows_it():
    newer = Fact[Disks](value=HEALTHY["disks"], source=Source.GUEST, read_at=NOW)
    given = facts(guest=guest_fact(disks=newer))
    assert guest_passed("", given, parts.disks).read_at == NOW
    assert guest_failed("", "", given, parts.disks, parts.mounts).read_at == READ_AT


def test_a_part_without_a_time_is_as_old_as_the_whole_inspection():
    timeless = Fact[Disks](value=HEALTHY["disks"], source=Source.GUEST)
    assert guest_passed("", facts(guest=guest_fact(disks=timeless)), parts.disks).read_at == READ_AT


def test_nothing_found_where_not_all_was_read_is_unknown_but_what_was_found_counts():
    given = facts(guest=guest_fact(disks=partly(Disks, HEALTHY["disks"], "time was up.")))
    clean = unless_incomplete(guest_passed("clean", given, parts.disks), given, parts.mounts, parts.disks)
    assert (clean.outcome, clean.evidence) == (
        Outcome.UNKNOWN,
        "Nothing found, but not all was read: time was up.",
    )
    broken = guest_failed("broken", "fix it", given, parts.disks)
    assert unless_incomplete(broken, given, parts.disks) is broken
    assert unless_incomplete(guest_passed("clean", given), given, parts.mounts).outcome is Outcome.PASS


def test_what_runs_cannot_be_told_of_a_guest_that_is_not_up():
    asleep = facts(guest=guest_fact(services=Services(runs=False)))
    with pytest.raises(UnreadError, match="not up"):
        running(asleep)
    assert running(facts(guest=guest_fact())).units


def test_reasons_of_a_guest_are_cleaned_and_short():
    found = judged_by(about_disks, guest=guest_fact(disks=untold(Disks, "\x1b[2J" + "x" * 500)))
    assert "\x1b" not in found.evidence
    assert len(found.evidence) <= 150


def test_the_parts_are_those_of_the_model():
    there = SimpleNamespace(**{name: name for name in HEALTHY})
    assert {name: getattr(parts, name)(there) for name in HEALTHY} == {name: name for name in HEALTHY}
