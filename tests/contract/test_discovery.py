"""What the cloud says about itself before anything is asked of it."""

from __future__ import annotations

import pytest

from tests.contract.subject import Subject, complaint


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_nova_says_its_range_of_microversions_at_its_endpoint(cloud: Subject):
    version = cloud.compute.get("/").json()["version"]
    assert version["id"] == "v2.1"
    assert version["status"] == "CURRENT"
    assert version["min_version"] == "2.1"
    assert numbers(version["version"]) >= (2, 93), "older than what is documented as tested"


def test_cinder_says_its_range_of_microversions_at_its_root(cloud: Subject):
    root = cloud.volume.get_endpoint().split("/v3")[0]
    versions = cloud.member.session.get(f"{root}/", authenticated=False, raise_exc=False).json()["versions"]
    v3 = next(v for v in versions if v["id"] == "v3.0")
    assert v3["min_version"] == "3.0"
    assert numbers(v3["version"]) >= (3, 60)


def test_glance_and_neutron_are_found_at_their_only_version(cloud: Subject):
    assert cloud.image.get_endpoint_data().api_version[0] == 2
    assert cloud.network.get_endpoint_data().api_version[0] == 2


def test_an_answer_names_the_microversion_that_it_was_given_at(cloud: Subject):
    reply = cloud.compute.get("/flavors", microversion="2.61")
    assert reply.headers["OpenStack-API-Version"] == "compute 2.61"
    assert reply.headers["X-OpenStack-Nova-API-Version"] == "2.61"
    assert "OpenStack-API-Version" in reply.headers["Vary"]


def test_without_a_microversion_it_is_the_oldest(cloud: Subject):
    reply = cloud.compute.get("/flavors")
    assert reply.headers["OpenStack-API-Version"] == "compute 2.1"


def test_a_microversion_too_high_is_refused_with_the_range(cloud: Subject):
    reply = cloud.compute.get("/servers", microversion="2.9999")
    message = complaint(reply, "computeFault", 406)
    assert message.startswith("Version 2.9999 is not supported by the API. Minimum is 2.1 and maximum is 2.")


@pytest.mark.parametrize("service", ["compute", "image", "volume", "network", "identity"])
def test_every_answer_has_a_request_id_for_the_operators(cloud: Subject, service: str):
    url = {"compute": "/flavors", "image": "/images", "volume": "/volumes", "network": "/networks", "identity": "/"}
    reply = getattr(cloud, service).get(url[service])
    assert reply.headers["x-openstack-request-id"].startswith("req-")
