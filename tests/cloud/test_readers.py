"""Readers take anything that a cloud sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.cloud.readers.flavor import read_flavor
from imaging.cloud.readers.image import read_image, read_members
from imaging.cloud.readers.instance import read_action, read_attachment, read_instance, read_port
from imaging.cloud.readers.network import read_network, read_security_group
from imaging.cloud.readers.quota import read_compute_limits, read_image_usage, read_volume_limits
from imaging.cloud.readers.volume import read_snapshot, read_volume
from models.cloud.image import UNKNOWN_VISIBILITY
from models.cloud.quota import Quota
from tests.support.known import present

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = {
    read_instance: (
        "id name status image flavor addresses metadata tags created updated locked locked_reason "
        "fault security_groups os-extended-volumes:volumes_attached "
        "OS-EXT-STS:task_state OS-EXT-STS:power_state OS-SRV-USG:launched_at"
    ),
    read_attachment: "volumeId device tag delete_on_termination",
    read_port: "port_id net_id fixed_ips",
    read_action: "action request_id start_time message",
    read_flavor: "id name vcpus ram disk swap extra_specs OS-FLV-DISABLED:disabled",
    read_image: "id name status visibility owner size virtual_size min_disk min_ram tags protected description",
    read_volume: "id name status size bootable multiattach attachments snapshot_id created_at",
    read_snapshot: "id name status size volume_id created_at",
    read_network: "id name status shared subnets port_security_enabled router:external",
    read_security_group: "id name security_group_rules",
    read_members: "members",
}


@pytest.mark.parametrize("read", FIELDS, ids=lambda read: read.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_answer_is_too_odd_to_be_read(read, data):
    fields = FIELDS[read].split()
    raw = data.draw(st.dictionaries(st.sampled_from(fields), ANYTHING, max_size=len(fields)))
    for key in ("id", "volumeId", "port_id", "net_id", "action"):
        if key in fields and data.draw(st.booleans()):
            raw[key] = "x"
    read(raw)


@settings(max_examples=25, deadline=None)
@given(ANYTHING)
def test_no_limits_are_too_odd_to_be_read(odd):
    for read, body in (
        (read_compute_limits, {"limits": {"absolute": odd}}),
        (read_volume_limits, {"limits": odd}),
        (read_image_usage, {"usage": {"image_count_total": odd, "image_size_total": {"usage": odd, "limit": 1}}}),
    ):
        read(body, Quota())


def test_a_server_with_nulls_everywhere_is_shown():
    fields = FIELDS[read_instance].split()
    found = present(read_instance(dict.fromkeys(fields) | {"id": "i"}))
    assert (found.name, found.status, found.locked, found.metadata) == ("", "UNKNOWN", None, {})


def test_a_server_without_an_id_is_left_out():
    assert read_instance({"name": "ghost"}) is None
    assert read_instance({"id": ""}) is None


@pytest.mark.parametrize(
    "raw,volume_backed,image_id",
    [
        ({"image": ""}, True, None),
        ({"image": None}, False, None),
        ({"image": {}}, False, None),
        ({"image": []}, False, None),
        ({"image": False}, False, None),
        ({"image": {"id": "img"}}, False, "img"),
        ({}, False, None),
    ],
)
def test_only_the_empty_text_for_an_image_says_volume_backed(raw, volume_backed, image_id):
    found = present(read_instance({"id": "i", **raw}))
    assert (found.volume_backed, found.image_id) == (volume_backed, image_id)
    assert found.root_disk_unknown is not (volume_backed or image_id is not None)


@pytest.mark.parametrize("sent", [{}, {"visibility": None}, {"visibility": ""}])
def test_an_image_of_which_the_cloud_sent_no_visibility_is_not_taken_for_private(sent):
    assert present(read_image({"id": "i", **sent})).visibility == UNKNOWN_VISIBILITY


def test_instances_of_one_flavor_share_what_is_known_of_it():
    sizes = {"original_name": "m3.tiny", "vcpus": 1, "ram": 3072, "disk": 20, "ephemeral": 0, "swap": 0}
    one, other = (read_instance({"id": each, "flavor": dict(sizes)}) for each in ("a", "b"))
    larger = present(read_instance({"id": "c", "flavor": sizes | {"ram": 6144}}))
    assert present(one).flavor is present(other).flavor
    assert larger.flavor.ram_mib == 6144


def test_an_embedded_flavor_gives_sizes_and_an_old_one_its_id():
    new = {"vcpus": 2, "ram": 4096, "disk": 20, "ephemeral": 0, "swap": 0, "original_name": "m3.small"}
    found = present(read_instance({"id": "i", "flavor": new})).flavor
    assert (found.id, found.name, found.ram_mib) == (None, "m3.small", 4096)
    assert present(read_instance({"id": "i", "flavor": {"id": "42", "links": []}})).flavor.id == "42"


def test_hostile_names_are_cleaned_and_huge_ones_cut():
    found = present(read_instance({"id": "i", "name": "[/red]\x1b[2J\nx", "status": "\x1b[31mODD"}))
    assert found.name == "[/red]\N{REPLACEMENT CHARACTER}x"
    assert found.status == "ODD"
    assert len(present(read_instance({"id": "i", "name": "界" * 100_000})).name) == 1024
    assert present(read_instance({"id": "i", "name": "界" * 255})).name == "界" * 255


def test_times_without_a_zone_are_utc():
    found = present(
        read_instance(
            {"id": "i", "created": "2026-11-01T14:00:00Z", "OS-SRV-USG:launched_at": "2026-11-01T14:00:09.000000"}
        )
    )
    assert found.created_at == datetime(2026, 11, 1, 14, tzinfo=UTC)
    assert found.launched_at == datetime(2026, 11, 1, 14, 0, 9, tzinfo=UTC)


def test_attachments_of_every_age_are_read():
    old = {"id": "v", "serverId": "i", "volumeId": "v", "device": "/dev/vdb"}
    new = {
        "attachment_id": "a",
        "bdm_uuid": "b",
        "serverId": "i",
        "volumeId": "v",
        "device": "/dev/vdb",
        "tag": None,
        "delete_on_termination": True,
    }
    assert present(read_attachment(old)).delete_on_termination is None
    assert present(read_attachment(new)).delete_on_termination is True


def test_image_properties_are_kept_raw_and_fields_of_glance_are_none_of_them():
    mapping = '[{"snapshot_id": "s", "device_name": "/dev/vda"}]'
    raw = {
        "id": "img", "size": 0, "checksum": "d41d8", "stores": "a", "self": "/v2/images/img", "status": "ACTIVE",
        "block_device_mapping": mapping, "description": "two\nlines\x1b[2J", "os_require_quiesce": "no", "hw_x": True,
    }  # fmt: skip
    found = present(read_image(raw))
    assert set(found.properties) == {"block_device_mapping", "description", "os_require_quiesce", "hw_x"}
    assert found.properties["block_device_mapping"] == mapping
    assert found.description == "two\nlines"
    assert found.properties["os_require_quiesce"] == "no"
    assert found.is_volume_backed
    assert found.status == "active"


@pytest.mark.parametrize(
    "rule,is_open",
    [
        ({"direction": "ingress", "remote_ip_prefix": "0.0.0.0/0"}, True),
        ({"direction": "ingress", "remote_ip_prefix": "::/0"}, True),
        ({"direction": "ingress", "remote_ip_prefix": None, "remote_group_id": None}, True),
        ({"direction": "ingress", "remote_ip_prefix": None, "remote_group_id": "g"}, False),
        ({"direction": "ingress", "remote_address_group_id": "a"}, False),
        ({"direction": "ingress", "remote_ip_prefix": "10.0.0.0/8"}, False),
        ({"direction": "egress", "remote_ip_prefix": "0.0.0.0/0"}, False),
    ],
)
def test_a_group_is_open_to_the_world_when_a_rule_lets_anyone_in(rule, is_open):
    assert present(read_security_group({"id": "g", "security_group_rules": [rule]})).open_to_world is is_open


def test_an_unlimited_quota_stays_minus_one_and_half_of_one_is_unknown():
    body = {
        "limits": {
            "absolute": {"totalCoresUsed": 3, "maxTotalCores": -1, "maxTotalInstances": 10, "maxServerMeta": 128}
        }
    }
    found = read_compute_limits(body, Quota())
    assert present(found.cores).free is None
    assert found.instances is None
    assert found.metadata_items == 128


@pytest.mark.parametrize("between", ["\t", "\r", "\r\n", " ", "\n"])
def test_the_disks_of_an_image_are_read_whatever_stands_between_the_tokens(between: str) -> None:
    written = f'[{between}{{"volume_id":{between}"v1"}}{between},{{"source_type": "blank"}}]'
    image = read_image({"id": "i1", "block_device_mapping": written})
    assert image is not None
    assert json.loads(image.properties["block_device_mapping"])[0] == {"volume_id": "v1"}


def test_the_name_of_a_property_stays_as_it_came_for_it_is_sent_back() -> None:
    image = read_image({"id": "i1", "imaging.a\u200b": "x\u200b"})
    assert image is not None
    assert image.properties == {"imaging.a\u200b": "x\N{REPLACEMENT CHARACTER}"}
