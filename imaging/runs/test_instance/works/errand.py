"""What a test instance is to do to show that its image works: its user data, and what these are asked with."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from imaging.guest.works.login_key import unusable_public_key
from imaging.guest.works.user_data import packed_size, works_user_data
from imaging.runs.test_instance.boot_verdict.boot_marker import user_data
from models.guidelines.profile import Profile
from models.run.plan import Plan
from models.run.request import RunRequest

_PORT = re.compile(r":[0-9]{1,5}$")
_HTTPS, _HTTP = 443, 80
_SIZED_TOKEN, _SIZED_DIGEST = "d902a1e76918ab9d71939ddeb2209b20", "6d2d0dd2"
"""As long and as random as every one: packed they hardly get smaller."""


def works_errand(request: RunRequest, profile: Profile, auth_url: str, *, token: str, marker: str) -> bytes:
    """The user data of one test instance.

    Args:
        request: names the tests.
        profile: may name what is to answer outside.
        auth_url: where the cloud's own login is; its host is to answer where the profile names nothing.
        token: what its report and its marker are known by.
        marker: the script that prints the marker of the boot.

    Raises:
        UsageError: the tests are larger than Nova takes; it says by how much.
    """
    return works_user_data(
        request.work_tests,
        nonce=token,
        marker=marker,
        public_key=unusable_public_key(token),
        outside=outside(profile, auth_url),
    )


def refuse_large_tests(plan: Plan, profile: Profile) -> None:
    """Refuse a plan with tests that no test instance could be given: before anything is changed.

    Raises:
        UsageError: they are larger than Nova takes; it says by how much.
    """
    if plan.request.test and plan.kind.spec.tests_image:
        places = outside(profile, plan.login.identity.auth_url)
        packed_size(plan.request.work_tests, marker=user_data(_SIZED_TOKEN, _SIZED_DIGEST), outside=places)


def outside(profile: Profile, auth_url: str) -> tuple[str, ...]:
    """The addresses of which one is to answer, each with its port: the profile's, else that of the cloud's login."""
    if not profile.outside_addresses:
        return login_host(auth_url)
    return tuple(each if _PORT.search(each) else f"{each}:{_HTTPS}" for each in profile.outside_addresses)


def login_host(auth_url: str) -> tuple[str, ...]:
    """Host and port of the cloud's login; none where its address tells none, or means the test instance itself."""
    try:
        parts = urlsplit(auth_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ()
    if not host or _is_loopback(host):
        return ()
    shown = f"[{host}]" if ":" in host else host
    return (f"{shown}:{port or (_HTTP if parts.scheme == 'http' else _HTTPS)}",)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
