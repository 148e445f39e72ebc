"""Addresses taken apart, and where a link of any kind may lead."""

from __future__ import annotations

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from imaging.cloud.bounded_http.addresses import address_of, over_tls, stays_in_machine
from imaging.cloud.bounded_http.destinations import AddressRules, Asked
from models.errors import UnsafeAddressError

ENTRY = {"auth": {"auth_url": "https://cloud.example:5000/v3"}}
CATALOGUE = (("compute", "https://api.example:8774/v2.1"), ("image", "http://api.example:9292"))


@pytest.mark.parametrize(
    "url,better",
    [
        ("http://host:9292/v2", "https://host:9292/v2"),
        ("http://host/v2", "https://host/v2"),
        ("http://host:80/v2?a=b", "https://host/v2?a=b"),
        ("http://[::1]:80/", "https://[::1]/"),
        ("http://[::1]:8774/x", "https://[::1]:8774/x"),
        ("HTTP://Host", "https://Host"),
        ("https://host:80/", "https://host/"),
    ],
)
def test_an_address_by_tls_keeps_its_port_but_for_the_one_of_plain_http(url, better):
    assert over_tls(url) == better


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1.example", "10.0.0.1", "[::2]", "127.1", "0.0.0.0", "[fe80::1%1]"]
)
def test_only_loopback_in_digits_stays_in_the_machine(host):
    assert not stays_in_machine(f"http://{host}:5000/v3")


def _rules(**entry) -> AddressRules:
    return AddressRules({**ENTRY, **entry}, (), lambda: CATALOGUE)


def asked(url: str, *, reads_only: bool = True, may_go_to_catalogue: bool = True) -> Asked:
    return Asked(url, "compute", "look", reads_only, may_go_to_catalogue)


def test_a_service_on_a_host_that_another_one_is_reached_by_tls_on_is_asked_by_tls():
    assert _rules().settled(asked("http://api.example:9292/v2")) == "https://api.example:9292/v2"


def test_a_login_does_not_go_to_a_host_of_the_catalogue():
    with pytest.raises(UnsafeAddressError):
        _rules().settled(asked("https://api.example/v3/auth/tokens", reads_only=False, may_go_to_catalogue=False))


def test_an_address_of_the_entry_is_asked_as_it_is_written():
    url = "http://metrics.example:8041/x"
    assert _rules(metric_endpoint_override="http://metrics.example:8041").settled(asked(url)) == url


_ODD = st.text(st.sampled_from("htps:/\\@.#?[]%0127 \t\r\nexamplcoud\u3002\uff0e\u2044"), max_size=40)


@given(st.one_of(_ODD, st.text(max_size=40), _ODD.map(lambda rest: "//" + rest), _ODD.map(lambda rest: "http:" + rest)))
def test_no_location_leads_to_another_host_or_back_to_plain_http(location):
    try:
        target = _rules().redirected(asked("https://api.example:8774/v2.1/flavors"), location)
    except UnsafeAddressError:
        return
    assert address_of(target).host == "api.example"
    assert target.startswith("https://")
    assert "@" not in target.partition("/v2.1")[0].partition("//")[2].partition("/")[0]


@given(_ODD.map(lambda rest: "http://" + rest))
def test_no_address_but_those_named_is_used(url):
    try:
        settled = _rules().settled(asked(url))
    except UnsafeAddressError:
        return
    assert address_of(settled).host in {"api.example", "cloud.example"}
    assert settled.startswith("https://")


@pytest.mark.parametrize(
    "url,host",
    [
        ("https://bücher.example:5000/v3", "xn--bcher-kva.example"),
        ("https://BÜCHER.example:5000/v3", "xn--bcher-kva.example"),
        ("https://[2001:DB8:0:0::1]:5000/v3", "2001:db8::1"),
        ("https://cloud.example.:5000/v3", "cloud.example"),
    ],
)
def test_a_login_goes_to_the_host_of_its_entry_whatever_that_is_written_like(url, host):
    assert address_of(url).host == host
    sent = str(requests.Request("POST", f"{url}/auth/tokens").prepare().url)
    rules = AddressRules({"auth": {"auth_url": url}}, (), tuple)
    assert rules.settled(asked(sent, reads_only=False, may_go_to_catalogue=False)) == sent


@pytest.mark.parametrize("host", ["", "ü" * 300, "[::g]", "[1::2::3]", "é..x"])
def test_what_is_no_host_is_refused_in_one_way(host):
    with pytest.raises(ValueError):  # noqa: PT011  # the message is not shown
        address_of(f"https://{host}/")


def test_a_letter_that_only_looks_like_another_is_seen_in_the_address():
    assert str(address_of("https://cl\N{CYRILLIC SMALL LETTER O}ud.example")) != "https://cloud.example"
    assert "xn--" in str(address_of("https://cl\N{CYRILLIC SMALL LETTER O}ud.example"))
