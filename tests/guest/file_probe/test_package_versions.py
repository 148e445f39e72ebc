"""Versions of packages come in the order in which dpkg and rpm put them."""

from __future__ import annotations

import itertools
import re
import subprocess

import pytest

from imaging.guest.file_probe.packages.debian.deb_version import by_deb_version
from imaging.guest.file_probe.packages.rpm.rpm_dependencies import compare_versions
from tests.guest.file_probe.packages_made_up import needs_rpm
from tests.support.needs import needs

VERSIONS = [
    "1",
    "1.0",
    "1.0-1",
    "1.0-1.1",
    "1.0~rc1",
    "1.0~rc1-1",
    "1:0.1",
    "0:1.0",
    "1.0+b1",
    "1.0a",
    "1.0-0",
    "1.0.0",
    "2.36-9+deb12u7",
    "2.36-9+deb12u10",
    "12.4+deb12u6",
    "1.0~~",
    "1.0~",
    "9.6p1-3ubuntu13.5",
    "1-1-1",
]


@needs("dpkg")
def test_versions_come_in_the_order_of_dpkg() -> None:
    for one, other in itertools.combinations(VERSIONS, 2):
        asked = ["dpkg", "--compare-versions", one, "lt", other]
        assert (by_deb_version(one) < by_deb_version(other)) is (subprocess.run(asked, check=False).returncode == 0)


RPM_VERSIONS = [
    "1",
    "1.0",
    "1.0.1",
    "1.0a",
    "1.0~rc1",
    "1.0^git1",
    "1.0^",
    "1.0^a~b",
    "2.0",
    "10",
    "010",
    "1_0",
    "a",
    "Z",
    "1.el9",
    "1.el9_4",
    "1.el9_10",
    "5.14.0",
    "1.0..1",
]


@needs_rpm
def test_versions_come_in_the_order_of_rpm() -> None:
    for one in RPM_VERSIONS:
        asked = " ".join(f'print(rpm.vercmp("{one}", "{other}"));' for other in RPM_VERSIONS)
        said = subprocess.run(
            ["rpm", "--eval", f"%{{lua:{asked}}}"], capture_output=True, text=True, check=False
        ).stdout
        expected = [int(each) for each in re.findall(r"-?\d", said)]
        assert [compare_versions(one, other) for other in RPM_VERSIONS] == expected, one


@pytest.mark.parametrize(
    "one, other, order",
    [
        ("1:1", "2", 1),
        ("0:1", "1", 0),
        ("1-1", "1", 0),
        ("1-1", "1-2", -1),
        ("1-2.el9", "1-10.el9", -1),
        ("1:1-1", "1-9", 1),
    ],
)
def test_epochs_come_first_and_a_release_counts_where_both_have_one(one: str, other: str, order: int) -> None:
    assert compare_versions(one, other) == order
