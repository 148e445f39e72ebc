"""Anything may stand in any field of any answer: a call gives a value, nothing, or one `ImagingError`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from imaging.cloud.clouds_yaml.parsing import parsed
from imaging.cloud.connection import _api_timeout
from imaging.cloud.http.answers import Answer
from imaging.cloud.http.refusals import answer_of, from_answer
from imaging.cloud.login.console_settings import OwnSettings, own_settings
from imaging.cloud.login.resolved import ResolvedCloud, made
from imaging.cloud.readers.flavor import read_flavor
from imaging.cloud.readers.image import read_image, read_members
from imaging.cloud.readers.instance import read_action, read_attachment, read_instance, read_port
from imaging.cloud.readers.network import read_network, read_security_group
from imaging.cloud.readers.quota import read_compute_limits, read_image_usage, read_volume_limits
from imaging.cloud.readers.volume import read_snapshot, read_volume
from imaging.cloud.services.compute_reading import _discovered, _highest
from imaging.cloud.services.identity import read_login
from imaging.cloud.services.paging import read_all
from models.base import Frozen
from models.cloud.quota import Quota
from models.errors import CloudError, ConfigError, ForeignValueError, ImagingError
from tests.support.hostile_values import DEEP_TEXTS, RAW_NUMBERS, VALUES
from tests.support.known import present

READERS: dict[Callable[..., Any], tuple[str, ...]] = {
    read_instance: (
        *("id", "name", "status", "OS-EXT-STS:task_state", "OS-EXT-STS:power_state", "locked", "image", "flavor"),
        *("addresses", "os-extended-volumes:volumes_attached", "created", "updated", "OS-SRV-USG:launched_at"),
        *("metadata", "tags", "security_groups", "fault", "OS-EXT-SRV-ATTR:root_device_name", "locked_reason"),
    ),
    read_flavor: ("id", "name", "vcpus", "ram", "disk", "OS-FLV-EXT-DATA:ephemeral", "swap", "extra_specs"),
    read_image: (
        *("id", "name", "status", "size", "virtual_size", "min_disk", "min_ram", "created_at", "updated_at", "tags"),
        *("protected", "os_hidden", "visibility", "block_device_mapping", "a property"),
    ),
    read_volume: ("id", "size", "status", "bootable", "multiattach", "attachments", "snapshot_id", "created_at"),
    read_snapshot: ("id", "name", "status", "size", "volume_id", "created_at"),
    read_attachment: ("volumeId", "device", "delete_on_termination", "tag"),
    read_port: ("port_id", "net_id", "fixed_ips"),
    read_action: ("action", "request_id", "start_time", "message"),
    read_network: ("id", "name", "status", "router:external", "shared", "port_security_enabled", "subnets"),
    read_security_group: ("id", "name", "security_group_rules"),
}
INNER = {
    "flavor": ("id", "original_name", "vcpus", "ram", "disk", "ephemeral", "swap"),
    "addresses": ("net",),
    "image": ("id",),
    "fault": ("message",),
    "metadata": ("a key", "imaging.claim.x"),
    "extra_specs": ("a key",),
}
IDS = {"id": "one", "volumeId": "one", "port_id": "one", "net_id": "two", "action": "stop"}


def rows_of(fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """A row with each value in each field, and in each field of what lies within."""
    good = {name: IDS[name] for name in fields if name in IDS}
    rows = [{**good, field: value} for field, value in itertools.product(fields, VALUES)]
    for outer in set(fields) & set(INNER):
        rows += [{**good, outer: {name: value}} for name, value in itertools.product(INNER[outer], VALUES)]
    for outer in {"attachments", "fixed_ips", "security_groups", "security_group_rules"} & set(fields):
        names = ("server_id", "device", "ip_address", "name", "direction", "remote_ip_prefix")
        rows += [{**good, outer: [{name: value}]} for name, value in itertools.product(names, VALUES)]
    return rows


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_any_value_in_any_field_is_read_or_left_out_and_can_be_kept(read: Callable[[Mapping[str, Any]], Frozen | None]):
    for row in rows_of(READERS[read]):
        one = read(row)
        if one is not None:
            assert type(one).model_validate_json(one.model_dump_json()) == one


def test_a_time_of_no_calendar_is_none_and_costs_nothing_else():
    row = {"id": "one", "name": "db-07", "created": "0001-01-01T00:00:00+23:00", "updated": "9999-12-31T23:59:59-23:00"}
    instance = present(read_instance(row))
    assert (instance.name, instance.created_at, instance.updated_at) == ("db-07", None, None)


@pytest.mark.parametrize("size", [-1, 10**30, 2**63, 0.5, "9" * 5000, 1e999, True])
def test_a_size_that_no_disk_has_is_not_known(size: object):
    assert present(read_volume({"id": "one", "size": size})).size_gib is None
    assert present(read_image({"id": "one", "size": -1})).size_bytes is None
    assert present(read_instance({"id": "one", "flavor": {"disk": size}})).flavor.disk_gib is None


def test_a_row_that_a_reader_falls_over_is_left_out_and_counted(caplog):
    def read(row: Mapping[str, Any]) -> int:
        return 1 // int(row["n"])

    assert read_all({"rows": [{"n": 1}, {"n": 0}, None, {}, {"n": 1}]}, "rows", read) == (1, 1)
    assert "3 of 5 rows" in caplog.text


def test_a_row_that_a_reader_falls_over_is_still_shown_by_its_id_and_name():
    def read(row: Mapping[str, Any]) -> Mapping[str, Any]:
        if "tags" in row:
            raise OverflowError
        return row

    bad = {"id": "one", "name": "db-07", "status": "ACTIVE", "tags": []}
    assert read_all({"rows": [bad]}, "rows", read) == ({"id": "one", "name": "db-07"},)


def test_quotas_members_and_versions_take_any_value():
    for value in VALUES:
        read_everything_else(value)


def read_everything_else(value: object) -> None:
    for used, most in ((value, 7), (7, value)):
        limits = {"totalCoresUsed": used, "maxTotalCores": most, "maxServerMeta": value, "totalGigabytesUsed": used}
        for body in ({"limits": {"absolute": limits}}, {"limits": value}, {"limits": {"absolute": value}}):
            read_compute_limits(body, Quota())
            read_volume_limits(body, Quota())
        read_image_usage({"usage": {"image_count_total": {"usage": used, "limit": most}}}, Quota())
    read_members({"members": [{"member_id": value, "status": value}]})
    answer = Answer(200, {}, json.dumps({"version": {"version": value}}))
    _highest(answer)


@pytest.mark.parametrize("version", ["2.٣", "2." + "9" * 5000, "²." + "1", "2.-1", "2.1.0", "2.latest", "2.1e2"])
def test_a_microversion_that_is_none_counts_as_none(version: str):
    assert _highest(Answer(200, {}, json.dumps({"version": {"version": version}}))) is None


@pytest.mark.parametrize("highest", [(2, float("inf")), (2,), "2.96", (2, "x"), (1, 2, 3), [2, 96], None])
def test_what_a_library_makes_of_a_version_document_is_not_believed_either(highest: object):
    class Link:
        def endpoint_data(self, *_arguments: object) -> object:
            return type("Data", (), {"max_microversion": highest})()

    assert _discovered(Link()) is None


BODIES = [
    *DEEP_TEXTS,
    *('{"message": ' + number + "}" for number in RAW_NUMBERS),
    *(json.dumps(value) for value in VALUES),
    *(json.dumps({"error": {"message": value}}) for value in VALUES),
    *(json.dumps({"errors": [{"detail": value}], "NeutronError": value}) for value in VALUES),
    *("<" * 3000, "<html>" * 500, "\x00" * 50, "{" * 5000, '"' * 3, "\ud800"),
]


def test_any_error_body_with_any_status_is_an_imaging_error():
    for body, status in zip(BODIES, itertools.cycle((400, 401, 403, 404, 409, 413, 429, 500, 503, 599, 999))):
        error = from_answer(Answer(status, {"retry-after": body[:300], "date": body[:300]}, body), "list instances")
        assert isinstance(error, CloudError)
        str(error).encode()


def test_any_body_of_a_success_is_an_object_or_one_imaging_error():
    for body in BODIES:
        try:
            Answer(200, {}, body).body  # noqa: B018  # reading it is the test
        except ForeignValueError as error:
            assert isinstance(error, ImagingError)  # noqa: PT017  # either ending is right


DATES = [
    *("", "x", "Fri, 31 Dec 9999 23:59:59 -2359", "9" * 5000, "1 1 1 1 1 1"),
    *(
        "Sat, 28 Nov 2026 19:45:16 +" + "9" * 20,
        "Sat, 99 Nov 2026 99:99:99 GMT",
        "Sat, 28 Nov " + "9" * 30,
        "\x00",
        "٣",
    ),
]


@pytest.mark.parametrize("date", DATES, ids=lambda date: date[:24])
def test_a_date_of_no_calendar_is_none(date: str):
    assert Answer(200, {"date": date}, "").server_time is None
    good = "Sat, 28 Nov 2026 19:45:16 GMT"
    assert Answer(429, {"date": good, "retry-after": date}, "").retry_after_seconds() is None


@pytest.mark.parametrize(
    "asked, seconds", [("7", 7.0), ("٣", None), ("²", None), ("9" * 5000, None), ("1e999", None), ("-1", None)]
)
def test_how_long_to_wait_is_a_number_within_reason(asked: str, seconds: float | None):
    assert Answer(429, {"retry-after": asked}, "").retry_after_seconds() == seconds


def test_nobody_waits_for_days_because_a_cloud_says_so():
    now, then = "Sat, 28 Nov 2026 19:45:16 GMT", "Fri, 31 Dec 2900 23:59:59 GMT"
    assert Answer(429, {"retry-after": "999999999"}, "").retry_after_seconds() == 3600
    assert Answer(429, {"date": now, "retry-after": then}, "").retry_after_seconds() == 3600


@pytest.mark.parametrize(
    "charset", ["idna", "undefined", "hex", "zlib", "punycode", "utf-7", "x" * 500, "utf-8\0", "utf-16"]
)
def test_an_answer_in_any_encoding_that_it_names_is_a_text(charset: str):
    response = requests.Response()
    response.status_code, response._content, response.encoding = 500, b"\xff{\x00}" * 100, charset
    assert isinstance(answer_of(response).sentence, str)


def test_a_login_is_read_whatever_the_identity_service_wrote():
    for value in VALUES:
        read_login_with(value)


def read_login_with(value: object) -> None:
    class Access:
        project_id, user_id = "p-1", "u-1"
        username = project_name = value

        @property
        def expires(self) -> datetime:
            if isinstance(value, str):
                raise OverflowError
            return datetime(1, 1, 1, tzinfo=UTC)

    login = read_login(
        Access(), made("demo", {"auth": {"auth_url": "http://cloud"}, "region_name": value}, OwnSettings())
    )
    assert login.token_expires_at is None


def test_a_setting_that_is_no_number_of_seconds_is_refused_or_left_out():
    for value in VALUES:
        read_settings_with(value)


def read_settings_with(value: object) -> None:
    timeout = _api_timeout({"api_timeout": value})
    assert timeout is None or 0 < timeout <= 86_400
    try:
        seconds = own_settings({"console_silence_seconds": value}, "demo", None).console_silence_seconds
    except ConfigError:
        return
    assert seconds is None or 0 < seconds <= 86_400


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"\xff", *(text.encode() for text in DEEP_TEXTS)], ids=lambda d: str(d)[:9]
)
def test_a_login_that_is_handed_over_broken_is_one_imaging_error(data: bytes):
    with pytest.raises(ConfigError):
        ResolvedCloud.from_pipe(data)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 50_000, "- [" * 50_000, "a: " + "[{" * 50_000], ids=lambda text: text[:5]
)
def test_a_file_of_clouds_that_opens_brackets_without_end_is_refused_at_once(text: str):
    with pytest.raises(ConfigError):
        parsed(Path("clouds.yaml"), text.encode())
