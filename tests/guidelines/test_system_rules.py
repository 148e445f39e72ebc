"""Chapters *Operating system* and *Image format*, by what Glance tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imaging.guidelines.instance.systems import System, support_of, version_numbers
from models.cloud.image import Image
from models.findings import Outcome, Severity
from tests.guidelines.building import finding, image, instance, profile, unread
from tests.support.known import command_of, present


def of_system(rule: str, distro: str, version: str = "", **other):
    properties = {"os_distro": distro} | ({"os_version": version} if version else {})
    return finding(rule, base_image=image(properties=properties), **other)


@pytest.mark.parametrize("distro", ["ubuntu", "Ubuntu", "centos", "rocky", "rockylinux", "almalinux", "alma"])
def test_the_pages_systems_and_their_successors_pass(distro):
    assert of_system("OS-FAMILY", distro).outcome is Outcome.PASS


def test_every_answer_says_that_properties_are_weak_evidence():
    for rule in ("OS-FAMILY", "OS-VERSION", "OS-RECOMMENDED", "OS-EOL"):
        assert "weak" in of_system(rule, "ubuntu", "18.04").evidence


def test_another_linux_is_warned_of_and_windows_blocks():
    assert of_system("OS-FAMILY", "debian", "12").severity is Severity.WARN
    assert of_system("OS-FAMILY", "windows").blocks
    assert finding("OS-FAMILY", base_image=image(properties={"os_type": "windows"})).blocks


@pytest.mark.parametrize(
    "distro, version, outcome",
    [
        ("ubuntu", "16.04", Outcome.PASS),
        ("ubuntu", "9.10", Outcome.FAIL),
        ("ubuntu", "14.04", Outcome.FAIL),
        ("ubuntu", "24.04.1", Outcome.PASS),
        ("centos", "7", Outcome.PASS),
        ("centos", "10", Outcome.PASS),
        ("centos", "6.10", Outcome.FAIL),
        ("rocky", "9.6", Outcome.PASS),
        ("rocky", "10.0", Outcome.PASS),
        ("ubuntu", "jammy", Outcome.UNKNOWN),
        ("ubuntu", "", Outcome.UNKNOWN),
        ("debian", "12", Outcome.NOT_APPLICABLE),
    ],
)
def test_versions_are_compared_number_by_number(distro, version, outcome):
    assert of_system("OS-VERSION", distro, version).outcome is outcome


def test_without_properties_the_system_is_unknown_and_the_remedy_says_where_to_look():
    for rule in ("OS-FAMILY", "OS-VERSION", "OS-RECOMMENDED", "OS-EOL"):
        found = finding(rule, base_image=image(properties={}))
        assert found.outcome is Outcome.UNKNOWN
        assert command_of(found) == "cat /etc/os-release"
        assert finding(rule, base_image=None).outcome is Outcome.UNKNOWN
        assert finding(rule, base_image=unread(Image)).outcome is Outcome.UNKNOWN


def test_a_finished_image_speaks_for_itself():
    made = image(properties={"os_distro": "debian", "os_version": "12"})
    assert "debian" in finding("OS-FAMILY", image=made).evidence


def test_what_is_recommended_depends_on_the_profile():
    assert of_system("OS-RECOMMENDED", "ubuntu", "20.04").outcome is Outcome.PASS
    assert of_system("OS-RECOMMENDED", "ubuntu", "24.04").outcome is Outcome.FAIL
    assert of_system("OS-RECOMMENDED", "ubuntu", "24.04", of=profile("jetstream2")).outcome is Outcome.PASS
    assert of_system("OS-RECOMMENDED", "rocky", "9").outcome is Outcome.NOT_APPLICABLE


def test_a_system_past_its_support_is_warned_of_with_the_date():
    found = of_system("OS-EOL", "ubuntu", "20.04")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "2025-05-31" in found.evidence
    assert of_system("OS-EOL", "ubuntu", "24.04").outcome is Outcome.PASS
    assert of_system("OS-EOL", "hannahmontana", "1").outcome is Outcome.UNKNOWN


def test_support_ends_at_the_end_of_its_last_day():
    last_day = datetime(2029, 5, 31, 23, 0, tzinfo=UTC)
    assert of_system("OS-EOL", "ubuntu", "24.04", now=last_day).outcome is Outcome.PASS


def test_a_point_release_is_supported_as_its_release_is():
    assert str(present(support_of(System(id="rocky", version="9.6"))).ends) == "2032-05-31"
    assert support_of(System(id="ubuntu", version="24.10")) is None
    assert present(version_numbers("9.6")) < present(version_numbers("10"))


@pytest.mark.parametrize(
    "disk_format, outcome", [("raw", Outcome.PASS), ("qcow2", Outcome.PASS), ("vmdk", Outcome.FAIL)]
)
def test_the_format_is_told_by_the_finished_image(disk_format, outcome):
    assert finding("FMT-CONTAINER", image=image(disk_format=disk_format)).outcome is outcome


def test_the_format_is_unknown_before_and_while_the_image_is_made():
    assert finding("FMT-CONTAINER").outcome is Outcome.UNKNOWN
    assert finding("FMT-CONTAINER", image=image(disk_format=None, status="saving")).outcome is Outcome.UNKNOWN


def test_a_volume_backed_image_has_no_format():
    volume_backed = instance(volume_backed=True, image_id=None)
    assert finding("FMT-CONTAINER", instance=volume_backed).outcome is Outcome.NOT_APPLICABLE
    empty = image(size_bytes=0, disk_format="qcow2", properties={"block_device_mapping": "[{}]"})
    assert finding("FMT-CONTAINER", image=empty).outcome is Outcome.NOT_APPLICABLE


def test_a_cloud_without_policy_has_no_systems_or_formats_to_ask_for():
    free = profile("openstack")
    assert of_system("OS-FAMILY", "debian", "12", of=free).outcome is Outcome.PASS
    assert of_system("OS-VERSION", "debian", "12", of=free).outcome is Outcome.NOT_APPLICABLE
    assert finding("FMT-CONTAINER", of=free).outcome is Outcome.NOT_APPLICABLE
