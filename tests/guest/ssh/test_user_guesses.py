"""Addresses, users and the console's host keys: what can be told without asking anybody."""

from __future__ import annotations

import pytest

from imaging.guest.host_keys.console_keys import fingerprint_of, read_console_keys
from imaging.guest.interface import GuestAccess
from imaging.guest.ssh.addresses import addresses_to_try
from imaging.guest.ssh.users import COMMON, guesses, likely_user
from models.errors import GuestUnreachableError
from models.guest.accounts import Accounts
from tests.guest.ssh.conftest import at, make_image, make_instance
from tests.guidelines.guest_building import guest

NOBODY_SAID = GuestAccess()


def test_floating_addresses_come_first_then_public_then_private_ones():
    instance = make_instance(
        addresses=(
            at("10.0.0.5"),
            at("2001:41d0:1::5"),
            at("149.165.150.7", "floating"),
            at("149.165.151.8"),
            at("10.0.0.5"),
        )
    )
    assert addresses_to_try(instance, NOBODY_SAID) == (
        "149.165.150.7",
        "149.165.151.8",
        "2001:41d0:1::5",
        "10.0.0.5",
    )


def test_the_address_that_the_user_named_is_the_only_one():
    instance = make_instance(addresses=(at("149.165.150.7", "floating"),))
    assert addresses_to_try(instance, GuestAccess(address="db-07.example.org")) == ("db-07.example.org",)


@pytest.mark.parametrize(
    "text", ["-oProxyCommand=x", "example.org", "127.0.0.1", "::1", "fe80::1", "0.0.0.0", "224.0.0.1", "10.0.0.5;x", ""]
)
def test_what_is_no_usable_address_is_never_tried(text: str):
    with pytest.raises(GuestUnreachableError):
        addresses_to_try(make_instance(addresses=(at(text),)), NOBODY_SAID)


def test_at_most_four_are_tried():
    instance = make_instance(addresses=tuple(at(f"10.0.0.{number}") for number in range(1, 30)))
    assert len(addresses_to_try(instance, NOBODY_SAID)) == 4


@pytest.mark.parametrize(
    "name, distro, first",
    [
        ("Featured-Ubuntu24", "", "ubuntu"),
        ("JS-API-Featured-Rocky8-Latest", "", "rocky"),
        ("my image", "debian", "debian"),
        ("AlmaLinux 9", "", "almalinux"),
        ("CentOS-7-x86_64", "", "centos"),
        ("x", "rhel", "cloud-user"),
        ("Ubuntu-with-everything", "rocky", "rocky"),
        ("amazon-linux-2", "", "ec2-user"),
        ("Fedora-Cloud-41", "", "fedora"),
    ],
)
def test_the_user_is_guessed_by_the_images_system(name: str, distro: str, first: str):
    assert guesses(make_instance(), make_image(name, os_distro=distro))[0] == first


@pytest.mark.parametrize("name", ["search-tools", "monarch", "my-snapshot"])
def test_a_system_inside_another_word_is_none(name: str):
    assert guesses(make_instance(), make_image(name)) == COMMON


def test_nothing_known_means_few_common_names():
    assert guesses(make_instance(name="ubuntu"), None) == COMMON


def test_an_instance_of_exosphere_has_its_user_first():
    instance = make_instance(metadata={"exoClientVersion": "1"})
    assert guesses(instance, make_image("Featured-Ubuntu24")) == ("exouser", "ubuntu")


def test_the_images_own_word_wins_if_it_is_a_name():
    assert guesses(make_instance(), make_image("Ubuntu", os_admin_user="ada"))[0] == "ada"
    assert guesses(make_instance(), make_image("Ubuntu", os_admin_user="-oX"))[0] == "ubuntu"


def test_what_the_log_says_of_a_key_is_a_sentence():
    fingerprint = fingerprint_of(b"key")
    block = f"-----BEGIN SSH HOST KEY FINGERPRINTS-----\n256 {fingerprint} x\n-----END SSH HOST KEY FINGERPRINTS-----"
    assert "this very key" in read_console_keys(block).sentence(fingerprint)
    assert "Beware" in read_console_keys(block).sentence(fingerprint_of(b"other"))
    assert "no host keys any more" in read_console_keys("").sentence(fingerprint)


class TestLikelyUser:
    """Whom a person is told to log in as: one name, the best known first."""

    def test_the_account_that_cloud_init_makes_counts_before_the_image(self):
        inspected = guest(accounts=Accounts(default_user="survey"))
        assert likely_user(make_image("Debian 12", os_admin_user="admin"), inspected) == "survey"

    @pytest.mark.parametrize("default", ["", "-oProxyCommand=x", "a b"])
    def test_where_that_is_no_name_the_image_tells(self, default):
        inspected = guest(accounts=Accounts(default_user=default))
        assert likely_user(make_image("Debian 12", os_admin_user="admin"), inspected) == "admin"
        assert likely_user(make_image("x", os_distro="debian"), inspected) == "debian"

    def test_where_nothing_tells_nobody_is_named(self):
        assert likely_user(make_image("golden")) is None
        assert likely_user(None) is None
