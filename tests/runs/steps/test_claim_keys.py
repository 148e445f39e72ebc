"""The claim as metadata keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.runs.source.claim_keys import (
    claim_keys,
    claim_of,
    decode_claims,
    encode_claim,
    is_same_claim,
    misplaced_claims,
    other_claims,
)
from models.run.claim import Claim, ClaimedVolume
from models.text import one_line

WHEN = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
VOLUMES = (
    ClaimedVolume(id="pgdata", order=0, device="/dev/vdb", delete_on_termination=False),
    ClaimedVolume(id="scratch", order=1, device="/dev/vdc", delete_on_termination=True, tag="tmp"),
)


def a_claim(**changes: object) -> Claim:
    fields = {
        "run_id": "abc1",
        "instance_id": "db",
        "host": "login1",
        "claimed_at": WHEN,
        "was_running": True,
        "was_locked": True,
        "lock_reason": "do not touch",
        "volumes": VOLUMES,
    }
    return Claim(**{**fields, **changes})


def test_a_claim_read_back_is_the_claim_that_was_written():
    assert decode_claims(encode_claim(a_claim()), "db") == (a_claim(),)


def test_there_is_one_key_for_the_instance_and_one_for_each_volume():
    assert list(encode_claim(a_claim(lock_reason=None))) == [
        "imaging.claim.abc1",
        "imaging.claim.abc1.0",
        "imaging.claim.abc1.1",
    ]


@given(
    reason=st.text(min_size=1, max_size=255),
    host=st.text(max_size=300),
    tag=st.text(max_size=60),
    device=st.text(max_size=300),
)
def test_no_value_is_longer_than_nova_allows_and_the_reason_survives(reason, host, tag, device):
    volume = ClaimedVolume(id="12345678-1234-1234-1234-123456789012", order=12, device=device, tag=tag)
    items = encode_claim(a_claim(lock_reason=reason, host=host, volumes=(volume,)))
    assert max(len(value) for value in items.values()) <= 255
    read = claim_of(items, "db", "abc1")
    assert read is not None
    assert read.lock_reason == one_line(reason)
    assert read.volumes[0].id == volume.id


def test_other_metadata_is_passed_over():
    metadata = {"owner": "astro", "imaging.run": "x", **encode_claim(a_claim())}
    assert [claim.run_id for claim in decode_claims(metadata, "db")] == ["abc1"]


def test_claims_come_with_the_smallest_run_id_first():
    metadata = {**encode_claim(a_claim(run_id="b")), **encode_claim(a_claim(run_id="a"))}
    assert [claim.run_id for claim in decode_claims(metadata, "db")] == ["a", "b"]


@pytest.mark.parametrize("value", ["", "{", "[]", "null", '{"host":"x"}', '{"at":"never","ran":1,"locked":0}'])
def test_a_broken_claim_is_no_claim_but_still_another_run(value):
    metadata = {"imaging.claim.abc1": value}
    assert decode_claims(metadata, "db") == ()
    assert other_claims(metadata, "mine") == ("abc1",)


def test_the_head_is_deleted_last_so_that_what_is_left_can_be_read():
    items = encode_claim(a_claim())
    for key in claim_keys(items, "abc1")[:-1]:
        del items[key]
        assert claim_of(items, "db", "abc1") is not None
    assert list(items) == ["imaging.claim.abc1"]


def test_keys_of_a_run_whose_id_begins_alike_are_not_taken():
    assert claim_keys({**encode_claim(a_claim(run_id="abc10"))}, "abc1") == ()


def test_a_volume_whose_key_was_deleted_is_known_to_be_missing():
    items = encode_claim(a_claim())
    del items["imaging.claim.abc1.0"]
    read = claim_of(items, "db", "abc1")
    assert read is not None
    assert [volume.id for volume in read.volumes] == ["scratch"]
    assert read.missing == 1
    assert claim_of(encode_claim(read), "db", "abc1") == read


def test_control_codes_behind_json_escapes_do_not_come_out():
    head = encode_claim(a_claim())["imaging.claim.abc1"].replace("login1", r"\u001b[2Jlogin\u0007")
    volume = r'{"id":"v","n":0,"dev":"\u001b[31m/dev/vdb","tag":"a\u202eb"}'
    reason = r'"\u001b]0;title\u0007mine"'
    metadata = {"imaging.claim.abc1": head, "imaging.claim.abc1.0": volume, "imaging.claim.abc1.why.0": reason}
    read = claim_of(metadata, "db", "abc1")
    assert read is not None
    texts = (read.host, read.lock_reason, read.volumes[0].device, read.volumes[0].tag)
    assert texts == ("login\ufffd", "mine", "/dev/vdb", "a\ufffdb")


@settings(deadline=None)
@given(host=st.text(max_size=300), instance=st.uuids())
def test_the_head_has_room_for_the_instances_id_whatever_the_host_is_called(host, instance):
    volumes = tuple(ClaimedVolume(id=str(number), order=number) for number in range(128))
    items = encode_claim(a_claim(instance_id=str(instance), host=host, volumes=volumes))
    assert max(len(value) for value in items.values()) <= 255
    assert claim_of(items, str(instance), "abc1") is not None


class TestOnAnotherInstance:
    def test_a_copied_claim_is_none_and_is_known_to_be_misplaced(self):
        copied = encode_claim(a_claim())
        assert decode_claims(copied, "web") == ()
        assert misplaced_claims(copied, "web") == ("abc1",)
        assert misplaced_claims(copied, "db") == ()

    @pytest.mark.parametrize("instance", [None, "", 7, ["db"], "d", "db ", "DB", "web"])
    def test_a_head_that_does_not_name_this_instance_is_no_claim_on_it(self, instance):
        items = encode_claim(a_claim())
        head = {**json.loads(items["imaging.claim.abc1"]), "instance": instance}
        items["imaging.claim.abc1"] = json.dumps({key: value for key, value in head.items() if value is not None})
        assert decode_claims(items, "db") == ()
        assert misplaced_claims(items, "db") == ("abc1",)

    def test_it_still_keeps_a_run_from_beginning(self):
        assert other_claims(encode_claim(a_claim()), "mine") == ("abc1",)


class TestTheSameClaim:
    def test_is_one_whose_volume_keys_are_being_deleted(self):
        items = encode_claim(a_claim())
        del items["imaging.claim.abc1.0"]
        found = claim_of(items, "db", "abc1")
        assert found is not None
        assert is_same_claim(found, a_claim())

    @pytest.mark.parametrize(
        "changes",
        [
            {"claimed_at": WHEN + timedelta(seconds=1)},
            {"was_running": False},
            {"was_locked": False},
            {"volumes": VOLUMES[:1]},
            {"volumes": (VOLUMES[0], VOLUMES[1].model_copy(update={"id": "somebody-elses"}))},
            {"instance_id": "web"},
        ],
    )
    def test_is_no_other_of_the_same_run(self, changes):
        assert not is_same_claim(a_claim(**changes), a_claim())
