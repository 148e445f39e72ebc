"""A server's metadata, which holds the claim: how it is merged, what fits."""

from __future__ import annotations

import pytest

from tests.contract.subject import Subject, complaint


def add(cloud: Subject, server: str, **items: object):
    return cloud.compute.post(f"/servers/{server}/metadata", json={"metadata": items})


def metadata(cloud: Subject, server: str) -> dict[str, str]:
    return dict(cloud.compute.get(f"/servers/{server}/metadata").json()["metadata"])


def test_a_post_adds_and_replaces_and_leaves_the_rest(cloud: Subject, server: str):
    add(cloud, server, colour="blue", size="1")
    reply = add(cloud, server, size="2", shape="round")
    assert reply.status_code == 200
    assert reply.json()["metadata"] == {"colour": "blue", "size": "2", "shape": "round"}
    assert metadata(cloud, server) == cloud.server(server)["metadata"] == reply.json()["metadata"]


def test_a_key_may_hold_dots_and_dashes_and_a_value_json(cloud: Subject, server: str):
    claim = {"imaging.claim.20261101-a1b2": '{"host":"h","locked":true}', "imaging.claim.20261101-a1b2.0": "{}"}
    assert cloud.compute.post(f"/servers/{server}/metadata", json={"metadata": claim}).status_code == 200
    assert metadata(cloud, server) == claim


def test_one_key_is_taken_away_and_the_rest_stays(cloud: Subject, server: str):
    add(cloud, server, colour="blue", size="1")
    reply = cloud.compute.delete(f"/servers/{server}/metadata/size")
    assert reply.status_code == 204
    assert metadata(cloud, server) == {"colour": "blue"}


def test_a_key_that_is_not_there_is_404(cloud: Subject, server: str):
    reply = cloud.compute.delete(f"/servers/{server}/metadata/no.such")
    assert complaint(reply, "itemNotFound", 404) == "Metadata item was not found"


def test_255_characters_fit_and_one_more_is_400(cloud: Subject, server: str):
    assert add(cloud, server, **{"k" * 255: "v" * 255}).status_code == 200
    assert "is too long" in complaint(add(cloud, server, key="v" * 256), "badRequest", 400)
    assert complaint(add(cloud, server, **{"k" * 256: "v"}), "badRequest", 400)


@pytest.mark.parametrize("value", [7, None, True, ["list"]])
def test_a_value_that_is_no_text_is_400(cloud: Subject, server: str, value: object):
    assert f"{value!r} is not of type 'string'" in complaint(add(cloud, server, key=value), "badRequest", 400)


def test_more_items_than_the_quota_are_403_with_the_number(cloud: Subject, server: str):
    limit = cloud.compute.get("/limits").json()["limits"]["absolute"]["maxServerMeta"]
    if limit < 0 or limit > 1000:
        pytest.skip("no limit worth the name here")
    assert add(cloud, server, **{f"key{n}": "v" for n in range(limit)}).status_code == 200
    message = complaint(add(cloud, server, one="more"), "forbidden", 403)
    assert message == f"Maximum number of metadata items exceeds {limit}"
    assert add(cloud, server, key0="replaced").status_code == 200


def test_metadata_can_be_set_on_a_stopped_server(cloud: Subject, stopped_server: str):
    assert add(cloud, stopped_server, colour="blue").status_code == 200
