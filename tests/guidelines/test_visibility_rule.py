"""PROP-VISIBILITY: what must be in order before an image leaves its project."""

from __future__ import annotations

import pytest

from imaging.guidelines.rules.guest_rules import GUEST_RULES
from models.cloud.image import Image
from models.fact import Fact
from models.findings import Finding, Outcome, Source
from models.guest.accounts import Accounts, AuthorizedKeys
from models.guest.directories import Directories, Directory
from models.guest.facts import GuestFacts
from models.guest.files import Sighting
from models.guest.network import Sshd
from models.guest.packages import Packages
from models.run.request import Visibility, Waiver
from tests.guidelines.building import BASE, finding, profile, request, unread
from tests.guidelines.guest_building import HEALTHY, READ_AT, guest_finding, healthy, sighting, untold
from tests.support.known import remedy_of

SHARED = request(visibility=Visibility.SHARED)
KEY = (sighting("SEC-PRIVKEY.ssh", "/home/alice/.ssh/id_rsa", marks=("private-key",), size_bytes=400),)
HOME = Directories(homes=(Directory(path="/home/alice", owner="alice", size_kib=900, files=3, own_files=3),))


WITHOUT_KEYS = healthy(Sshd, host_keys=())


def leaving(asked=SHARED, of=None, **guest) -> Finding:
    """The finding about an image of a guest whose host keys were taken away, as a shared one asks for."""
    return guest_finding("PROP-VISIBILITY", of=of, around={"request": asked}, **{"sshd": WITHOUT_KEYS, **guest})


def test_the_sources_own_host_keys_do_not_go_to_strangers():
    found = leaving(sshd=HEALTHY["sshd"])
    assert found.blocks
    assert found.evidence == "To be shared, but still open: SEC-HOSTKEYS."


def test_a_guest_that_was_inspected_and_is_clean_may_leave():
    found = leaving()
    assert (found.outcome, found.source, found.read_at) == (Outcome.PASS, Source.GUEST, READ_AT)
    assert "the projects it is shared with" in found.evidence


def test_what_strangers_should_not_get_is_named():
    found = leaving(sightings=KEY, directories=HOME)
    assert found.blocks
    for rule in ("SEC-PRIVKEY", "DATA-HOME", "DATA-PUBLISHED"):
        assert rule in found.evidence


def test_what_is_only_mentioned_does_not_hold_it_up():
    assert leaving(packages=Packages(manager="dpkg", names=("virtualbox",))).outcome is Outcome.PASS


def test_a_rule_that_could_not_be_answered_holds_it_up():
    found = leaving(sightings=untold(tuple[Sighting, ...]))
    assert found.blocks
    assert found.evidence.startswith("To be shared, but not known: ")


def test_each_of_them_can_be_waived_by_itself_and_a_profile_may_disable_it():
    waived = SHARED.model_copy(update={"waivers": (Waiver(rule="SEC-AUTHKEYS", reason="the group's own"),)})
    keys = (AuthorizedKeys(path="/home/ubuntu/.ssh/authorized_keys", count=1),)
    accounts = Accounts.model_validate({**HEALTHY["accounts"].model_dump(), "authorized_keys": keys})
    assert leaving(accounts=accounts).blocks
    assert leaving(waived, accounts=accounts).outcome is Outcome.PASS
    lenient = profile(disabled_rules=("SEC-AUTHKEYS",))
    assert leaving(of=lenient, accounts=accounts).outcome is Outcome.PASS


def test_a_private_image_needs_no_inspection():
    assert leaving(request(), sightings=KEY).outcome is Outcome.PASS


@pytest.mark.parametrize("guest", [{}, {"guest": unread(GuestFacts, "no route to host")}])
def test_before_an_inspection_it_blocks_and_says_once_how_to_go_on(guest):
    found = finding("PROP-VISIBILITY", request=SHARED, **guest)
    assert found.blocks
    assert "not inspected" in found.evidence
    assert "--waive" not in remedy_of(found).text


def test_it_speaks_of_every_rule_about_secrets_data_and_software_in_the_guest():
    assert len([rule for rule in GUEST_RULES if rule.id.startswith(("SEC-", "DATA-", "SW-"))]) >= 30


SEALED = {"imaging.sealed": "sealed", "imaging.sealed.image": BASE.id}


def leaving_as(properties: dict[str, str], **guest) -> Finding:
    """The finding about the finished image that bears these notes, made of a guest that has a private key."""
    image = Fact[Image](value=BASE.model_copy(update={"properties": properties}), source=Source.CLOUD)
    return guest_finding("PROP-VISIBILITY", around={"request": SHARED, "image": image}, sightings=KEY, **guest)


def test_an_image_that_is_proved_to_be_sealed_may_leave_without_waivers():
    found = leaving_as(SEALED)
    assert (found.outcome, found.source) == (Outcome.PASS, Source.CLOUD)
    assert "sealed" in found.evidence


def test_what_the_seal_kept_on_purpose_is_named():
    assert "/home/alice" in leaving_as({**SEALED, "imaging.sealed.kept": "/home/alice"}).evidence


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {**SEALED, "imaging.sealed": "not sealed"},
        {**SEALED, "imaging.sealed": "unknown"},
        {**SEALED, "imaging.sealed": "Sealed"},
        {**SEALED, "imaging.sealed.image": "an ancestor"},
        {"imaging.sealed": "sealed"},
    ],
)
def test_any_other_word_and_a_note_about_another_image_hold_it_up(properties):
    assert leaving_as(properties).blocks
