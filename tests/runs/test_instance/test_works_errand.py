"""What a test instance is asked to check: who is to answer outside, and tests that no cloud would take."""

from __future__ import annotations

import random
import string

import pytest

from imaging.guest.works.user_data import packed_size, works_user_data
from imaging.runs.test_instance.boot_verdict.boot_marker import new_token, user_data
from imaging.runs.test_instance.works import errand
from imaging.runs.test_instance.works.errand import login_host, outside, refuse_large_tests, works_errand
from models.errors import UsageError
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.request import RunRequest
from models.works.test_file import TestFile, WorkTests
from tests.runs.steps.conftest import PROFILE
from tests.screens.samples import plan

TOKEN = "0123456789abcdef0123456789abcdef"
KEY = f"ssh-ed25519 {'A' * 68}"
LOGIN = "https://cloud.example.org:5000/v3"


def letters(count: int) -> str:
    """Text that hardly gets smaller when it is packed; the same each time."""
    return "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=count))


SMALL = TestFile(name="small.sh", text="#!/bin/sh\nexit 0\n")
LARGE = TestFile(name="large.sh", text=f"#!/bin/sh\n# {letters(80_000)}\n")


def asking(*tests: TestFile, kind: RunKind = RunKind.CREATE, test: bool = True) -> Plan:
    wanted = RunRequest(name="postgres", work_tests=WorkTests(files=tests), test=test)
    return plan().model_copy(update={"request": wanted, "kind": kind})


class TestOutside:
    def test_without_a_word_of_the_profile_it_is_the_clouds_login(self) -> None:
        assert outside(PROFILE, LOGIN) == ("cloud.example.org:5000",)

    def test_the_profile_decides_and_its_port_is_that_of_https_unless_it_names_one(self) -> None:
        addresses = ("mirror.example.org", "proxy.example.org:3128")
        profile = PROFILE.model_copy(update={"outside_addresses": addresses})
        assert outside(profile, LOGIN) == ("mirror.example.org:443", "proxy.example.org:3128")

    @pytest.mark.parametrize("auth_url", ["", "https://", "https://cloud.example.org:port/v3", "http://[::1/v3"])
    def test_a_login_without_an_address_is_nobody(self, auth_url: str) -> None:
        assert login_host(auth_url) == ()


def test_it_is_given_the_tests_the_marker_and_who_is_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand, "unusable_public_key", lambda nonce: f"{KEY} imaging-{nonce}")
    request = asking(SMALL).request
    made = works_errand(request, PROFILE, LOGIN, token=TOKEN, marker="#!/bin/sh\necho up\n")
    assert made == works_user_data(
        WorkTests(files=(SMALL,)),
        nonce=TOKEN,
        marker="#!/bin/sh\necho up\n",
        public_key=f"{KEY} imaging-{TOKEN}",
        outside=("cloud.example.org:5000",),
    )


class TestTooLarge:
    def test_what_no_cloud_takes_is_refused_by_its_name(self) -> None:
        with pytest.raises(UsageError, match=r"The largest is large\.sh"):
            refuse_large_tests(asking(SMALL, LARGE), PROFILE)

    @pytest.mark.parametrize(
        "planned", [asking(SMALL), asking(LARGE, test=False), asking(LARGE, kind=RunKind.DEEP_CHECK)]
    )
    def test_small_ones_are_not_nor_what_is_never_given(self, planned: Plan) -> None:
        refuse_large_tests(planned, PROFILE)

    def test_what_was_not_refused_is_never_too_large_at_a_launch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Token, key and digest of each launch are random: one may pack a little worse than what was sized."""
        sizes: list[int] = []
        profile = PROFILE.model_copy(update={"outside_addresses": (f"{letters(200)}.example.org",)})

        def noted(tests: WorkTests, *, marker: str, outside: tuple[str, ...] = ()) -> int:
            assert len(marker) == len(user_data(new_token(), new_token()[:8]))
            sizes.append(packed_size(tests, marker=marker, outside=outside))
            return sizes[-1]

        monkeypatch.setattr(errand, "packed_size", noted)
        planned = asking(SMALL)
        refuse_large_tests(planned, profile)
        for _ in range(20):
            token = new_token()
            marker = user_data(token, new_token()[:8])
            given = works_errand(planned.request, profile, LOGIN, token=token, marker=marker)
            assert -64 <= len(given) - sizes[0] <= 64
