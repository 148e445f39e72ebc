"""A claim in the metadata, letter by letter: another version of the program, or a person, must be able to read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from imaging.runs.source.claim_keys import (
    claim_keys,
    claim_of,
    decode_claims,
    encode_claim,
    is_same_claim,
    misplaced_claims,
    other_claims,
    unreadable_claims,
)
from imaging.runs.source.claim_lifecycle import (
    misplaced_claim,
    refuse_other_claims,
    several_claims,
    take_away,
    unreadable_claim,
)
from imaging.runs.source.claim_reader import head_fields, readable_volumes
from models.cloud.instance import Instance
from models.errors import NotOwnedError, RunError
from models.run.claim import Claim, ClaimedVolume

WHEN = datetime(2026, 11, 1, 14, 0, 0, 250_000, tzinfo=UTC)
KEY = "imaging.claim.abc1"
PGDATA = ClaimedVolume(id="pgdata", order=0, device="/dev/vdb", delete_on_termination=False)
SCRATCH = ClaimedVolume(id="scratch", order=1, device="/dev/vdc", delete_on_termination=True, tag="tmp")
WRITTEN = {
    KEY: '{"instance":"db","host":"login1","at":"2026-11-01T14:00:00+00:00","ran":true,"locked":true,"volumes":2}',
    f"{KEY}.0": '{"id":"pgdata","n":0,"dev":"/dev/vdb","del":false}',
    f"{KEY}.1": '{"id":"scratch","n":1,"dev":"/dev/vdc","del":true,"tag":"tmp"}',
    f"{KEY}.why.0": '"do not touch"',
}
LIMIT = 255


def a_claim(**changes: Any) -> Claim:
    fields: dict[str, Any] = {
        "run_id": "abc1",
        "instance_id": "db",
        "host": "login1",
        "claimed_at": WHEN,
        "was_running": True,
        "was_locked": True,
        "lock_reason": "do not touch",
        "volumes": (PGDATA, SCRATCH),
    }
    return Claim(**{**fields, **changes})


def read(metadata: dict[str, str]) -> Claim:
    (claim,) = decode_claims(metadata, "db")
    return claim


def with_head(**fields: Any) -> dict[str, str]:
    return {**WRITTEN, KEY: json.dumps({**json.loads(WRITTEN[KEY]), **fields})}


def without(*keys: str) -> dict[str, str]:
    return {key: value for key, value in WRITTEN.items() if key not in keys}


class TestWriting:
    def test_it_is_written_in_short_keys_the_head_first(self) -> None:
        assert list(encode_claim(a_claim()).items()) == list(WRITTEN.items())

    def test_what_is_not_known_is_not_written(self) -> None:
        claim = a_claim(claimed_at=None, was_locked=False, volumes=(ClaimedVolume(id="x", order=0),))
        assert encode_claim(claim) == {
            KEY: '{"instance":"db","host":"login1","ran":true,"locked":false,"volumes":1}',
            f"{KEY}.0": '{"id":"x","n":0}',
        }

    @pytest.mark.parametrize("changed", [{"was_locked": False}, {"lock_reason": None}, {"lock_reason": ""}])
    def test_only_a_lock_with_a_reason_has_its_reason_kept(self, changed: dict[str, Any]) -> None:
        assert f"{KEY}.why.0" not in encode_claim(a_claim(**changed))

    def test_a_volume_that_was_missing_before_is_still_counted(self) -> None:
        assert json.loads(encode_claim(a_claim(missing=3))[KEY])["volumes"] == 5

    def test_a_long_reason_is_cut_into_values_that_nova_takes(self) -> None:
        items = encode_claim(a_claim(lock_reason="ä" * 100))
        parts = [items[f"{KEY}.why.{number}"] for number in range(3)]
        assert [len(part) for part in parts] == [LIMIT, LIMIT, 602 - 2 * LIMIT]
        assert read(items).lock_reason == "ä" * 100

    def test_of_a_long_host_so_much_is_kept_as_fits(self) -> None:
        assert json.loads(encode_claim(a_claim(host="h" * 70))[KEY])["host"] == "h" * 64
        head = encode_claim(a_claim(host="\\" * 64, instance_id="i" * 36))[KEY]
        assert len(head) in {LIMIT - 1, LIMIT}
        assert set(json.loads(head)["host"]) == {"\\"}

    def test_a_host_that_fits_to_the_last_character_is_kept_whole(self) -> None:
        spare = LIMIT - len(encode_claim(a_claim(host="", instance_id=""))[KEY])
        claim = a_claim(host="h" * 20, instance_id="i" * (spare - 20))
        assert len(encode_claim(claim)[KEY]) == LIMIT
        assert json.loads(encode_claim(claim)[KEY])["host"] == "h" * 20

    def test_a_host_that_is_too_long_by_one_loses_one_character(self) -> None:
        spare = LIMIT - len(encode_claim(a_claim(host="", instance_id=""))[KEY])
        claim = a_claim(host="h" * 20, instance_id="i" * (spare - 19))
        assert json.loads(encode_claim(claim)[KEY])["host"] == "h" * 19

    def test_a_head_that_is_too_long_without_a_host_is_written_all_the_same(self) -> None:
        assert json.loads(encode_claim(a_claim(instance_id="i" * 300))[KEY])["host"] == ""

    def test_letters_of_other_scripts_take_one_character_each(self) -> None:
        assert '"host":"Ω"' in encode_claim(a_claim(host="Ω"))[KEY]

    def test_a_volume_that_would_be_too_long_keeps_what_brings_it_back(self) -> None:
        whole = ClaimedVolume(id="v", order=2, device="/dev/vdb", delete_on_termination=True)
        spare = LIMIT - len(encode_claim(a_claim(volumes=(whole,)))[f"{KEY}.0"]) - len(',"tag":""')
        fits = whole.model_copy(update={"tag": "t" * spare})
        longer = whole.model_copy(update={"tag": "t" * (spare + 1)})
        assert len(encode_claim(a_claim(volumes=(fits,)))[f"{KEY}.0"]) == LIMIT
        assert encode_claim(a_claim(volumes=(longer,)))[f"{KEY}.0"] == '{"id":"v","n":2,"del":true}'


class TestReading:
    def test_what_was_written_is_read_back(self) -> None:
        assert read(WRITTEN) == a_claim(claimed_at=WHEN.replace(microsecond=0))

    def test_claims_come_in_the_order_of_their_runs_and_each_is_found(self) -> None:
        both = {**WRITTEN, **{key.replace("abc1", "abc0"): value for key, value in WRITTEN.items()}}
        assert [claim.run_id for claim in decode_claims(both, "db")] == ["abc0", "abc1"]
        found = claim_of(both, "db", "abc1")
        assert found is not None
        assert found.run_id == "abc1"
        assert claim_of(both, "db", "abc2") is None
        assert other_claims(both, "abc1") == ("abc0",)

    @pytest.mark.parametrize("head", ["", "{", "[]", '{"instance":"web"}', "{}"])
    def test_without_a_head_that_names_this_instance_there_is_no_claim(self, head: str) -> None:
        assert decode_claims({**WRITTEN, KEY: head}, "db") == ()
        assert decode_claims(without(KEY), "db") == ()

    def test_a_head_that_is_not_there_has_no_fields(self) -> None:
        assert head_fields({}, "abc1") is None
        assert head_fields(WRITTEN, "abc1") == json.loads(WRITTEN[KEY])

    def test_a_key_that_is_gone_leaves_its_volume_missing(self) -> None:
        claim = read(without(f"{KEY}.0"))
        assert (claim.volumes, claim.missing, claim.damage) == ((SCRATCH,), 1, ())

    def test_a_volume_beyond_the_number_is_not_attached_and_counts_as_missing(self) -> None:
        claim = read(with_head(volumes=1))
        assert (claim.volumes, claim.missing) == ((PGDATA,), 1)
        assert claim.damage == ("whether volume scratch, one more than it counts, is its own",)
        broken = read({**with_head(volumes=1), f"{KEY}.1": "{"})
        assert (broken.missing, broken.damage) == (1, ("whether volume 2, one more than it counts, is its own",))

    def test_what_comes_behind_a_volume_too_many_is_read_on(self) -> None:
        claim = read({**WRITTEN, f"{KEY}.2": '{"id":"new","n":2}', f"{KEY}.3": '{"id":"newer","n":3}'})
        assert claim.missing == 2
        assert len(claim.damage) == 2
        assert [volume.id for volume in claim.volumes] == ["pgdata", "scratch"]

    def test_a_volume_that_stands_there_twice_is_attached_once(self) -> None:
        claim = read({**WRITTEN, f"{KEY}.1": WRITTEN[f"{KEY}.0"]})
        assert (claim.volumes, claim.missing) == ((PGDATA,), 1)
        assert claim.damage == ("volume 2, which is pgdata a second time",)

    def test_a_volume_that_cannot_be_read_is_named_by_its_number(self) -> None:
        claim = read({**WRITTEN, f"{KEY}.0": "{", f"{KEY}.1": "{"})
        assert (claim.volumes, claim.missing, claim.damage) == ((), 2, ("volume 1", "volume 2"))

    def test_the_old_order_counts_and_not_that_of_the_keys(self) -> None:
        swapped = {**WRITTEN, f"{KEY}.0": WRITTEN[f"{KEY}.1"], f"{KEY}.1": WRITTEN[f"{KEY}.0"]}
        assert read(swapped).volumes == (PGDATA, SCRATCH)
        assert read(swapped).damage == ()

    def test_two_volumes_in_one_place_leave_the_order_open(self) -> None:
        claim = read({**WRITTEN, f"{KEY}.1": '{"id":"scratch","n":0}'})
        assert claim.damage == ("the order of the volumes",)

    @pytest.mark.parametrize("place", ["-1", "10000", "true", "null", '"1"', "1.0"])
    def test_a_place_that_is_none_is_that_of_the_key(self, place: str) -> None:
        claim = read({**WRITTEN, f"{KEY}.1": f'{{"id":"scratch","n":{place}}}'})
        assert claim.volumes[1].order == 1
        assert claim.damage == ("the place of volume scratch",)

    @pytest.mark.parametrize("place", [0, 9_999])
    def test_the_first_and_the_last_place_are_places(self, place: int) -> None:
        claim = read({**with_head(volumes=1), f"{KEY}.0": f'{{"id":"scratch","n":{place}}}', f"{KEY}.1": ""})
        assert claim.volumes[0].order == place
        assert claim.damage[0].startswith("whether volume 2")

    def test_whether_a_volume_goes_with_its_instance_is_yes_no_or_open(self) -> None:
        claim = read({**WRITTEN, f"{KEY}.0": '{"id":"pgdata","n":0,"del":1}', f"{KEY}.1": '{"id":"scratch","n":1}'})
        assert [volume.delete_on_termination for volume in claim.volumes] == [None, None]
        assert claim.damage == ("whether volume pgdata is deleted with the instance",)

    @pytest.mark.parametrize("number", [-1, 10_001, True, "2", None])
    def test_a_number_of_volumes_that_is_none_counts_as_nothing(self, number: Any) -> None:
        claim = read(with_head(volumes=number))
        assert (len(claim.volumes), claim.missing, claim.damage) == (2, 0, ("how many volumes it had",))

    def test_without_a_number_each_key_that_cannot_be_read_is_a_volume_that_is_missing(self) -> None:
        broken = {**with_head(volumes=None), f"{KEY}.0": "{", f"{KEY}.1": "{"}
        assert read(broken).missing == 2
        assert read({key: value for key, value in broken.items() if value != "{"}).missing == 0

    def test_the_largest_and_the_smallest_number_of_volumes_are_numbers(self) -> None:
        assert read(with_head(volumes=10_000)).missing == 9_998
        assert read(with_head(volumes=0)).volumes == ()

    def test_the_plain_key_of_a_number_counts_wherever_it_stands(self) -> None:
        new = '{"id":"new","n":0}'
        assert read({f"{KEY}.00": new, **WRITTEN}).volumes == (PGDATA, SCRATCH)
        assert read({**WRITTEN, f"{KEY}.00": new}).volumes == (PGDATA, SCRATCH)

    @pytest.mark.parametrize("reason", ["7", "{", '""', "[]", "null"])
    def test_a_reason_that_is_no_text_is_damage(self, reason: str) -> None:
        claim = read({**WRITTEN, f"{KEY}.why.0": reason})
        assert (claim.lock_reason, claim.damage) == (None, ("the reason of its lock",))

    def test_a_lock_without_a_reason_has_none(self) -> None:
        claim = read(without(f"{KEY}.why.0"))
        assert (claim.lock_reason, claim.damage) == (None, ())

    def test_a_reason_is_not_read_where_there_was_no_lock(self) -> None:
        claim = read({**with_head(locked=False), f"{KEY}.why.0": "{"})
        assert (claim.lock_reason, claim.damage) == (None, ())

    @pytest.mark.parametrize("host", [None, "", 7])
    def test_a_host_that_is_not_named_is_unknown(self, host: Any) -> None:
        claim = read(with_head(host=host))
        assert (claim.host, claim.damage) == ("unknown", ("which machine claimed it",))

    def test_a_time_that_is_none_is_damage(self) -> None:
        claim = read(with_head(at="yesterday"))
        assert (claim.claimed_at, claim.damage) == (None, ("when it was claimed",))

    @pytest.mark.parametrize("field,words", [("ran", "whether it was running"), ("locked", "whether it was locked")])
    def test_a_truth_value_that_is_none_counts_as_no(self, field: str, words: str) -> None:
        claim = read(with_head(**{field: 1}))
        assert claim.damage == (words,)
        assert (claim.was_running, claim.was_locked) == (field != "ran", field != "locked")

    def test_texts_are_shown_without_control_codes(self) -> None:
        assert read(with_head(host="a\tb")).host == "a\N{REPLACEMENT CHARACTER}b"

    def test_a_value_of_more_than_64_kib_is_not_read(self) -> None:
        assert decode_claims(with_head(more="x" * 70_000), "db") == ()

    def test_a_reason_of_more_than_64_kib_is_not_read(self) -> None:
        long = {f"{KEY}.why.{number}": "x" * 30_000 for number in range(1, 3)}
        claim = read({**WRITTEN, **long, f"{KEY}.why.0": '"' + "x" * 10_000, f"{KEY}.why.3": '"'})
        assert (claim.lock_reason, claim.damage) == (None, ("the reason of its lock",))

    def test_volumes_are_read_where_the_head_cannot_be(self) -> None:
        assert readable_volumes({**WRITTEN, KEY: "{"}, "abc1") == (PGDATA, SCRATCH)
        assert readable_volumes(WRITTEN, "abc2") == ()


class TestTellingApart:
    def test_keys_are_deleted_with_the_head_last(self) -> None:
        metadata = {**WRITTEN, "imaging.claim.abc2": "{}", "other": "x"}
        assert claim_keys(metadata, "abc1") == (f"{KEY}.why.0", f"{KEY}.0", f"{KEY}.1", KEY)

    def test_a_claim_that_was_copied_is_misplaced(self) -> None:
        assert misplaced_claims(WRITTEN, "web") == ("abc1",)
        assert misplaced_claims(WRITTEN, "db") == ()
        assert unreadable_claims(WRITTEN, "web") == ()

    @pytest.mark.parametrize("head", ["{", '{"instance":"web"}', ""])
    def test_a_head_that_is_broken_or_has_no_time_is_not_called_a_copy(self, head: str) -> None:
        broken = {**WRITTEN, KEY: head}
        assert misplaced_claims(broken, "db") == ()
        assert unreadable_claims(broken, "db") == ("abc1",)
        assert unreadable_claims(WRITTEN, "db") == ()

    @pytest.mark.parametrize(
        "changed",
        [
            {"run_id": "abc2"},
            {"instance_id": "web"},
            {"claimed_at": WHEN + timedelta(seconds=1)},
            {"claimed_at": None},
            {"was_running": False},
            {"was_locked": False},
            {"volumes": (PGDATA,)},
            {"missing": 1},
            {"volumes": (PGDATA, SCRATCH.model_copy(update={"id": "new"}))},
        ],
    )
    def test_another_time_state_number_or_volume_is_another_claim(self, changed: dict[str, Any]) -> None:
        assert not is_same_claim(a_claim(), a_claim(**changed))
        assert not is_same_claim(a_claim(**changed), a_claim())

    @pytest.mark.parametrize(
        "changed",
        [{}, {"claimed_at": WHEN.replace(microsecond=0)}, {"volumes": (SCRATCH,), "missing": 1}, {"host": "login2"}],
    )
    def test_whole_seconds_and_keys_that_are_gone_leave_it_the_same(self, changed: dict[str, Any]) -> None:
        assert is_same_claim(a_claim(), a_claim(**changed))
        assert is_same_claim(a_claim(**changed), a_claim())

    def test_two_claims_whose_time_is_lost_are_the_same(self) -> None:
        assert is_same_claim(a_claim(claimed_at=None), a_claim(claimed_at=None))


UNSET = f"--property {KEY}.why.0 --property {KEY}.0 --property {KEY}.1 --property {KEY}"


def instance(metadata: dict[str, str], instance_id: str = "db") -> Instance:
    return Instance(id=instance_id, name="db-07", status="ACTIVE", metadata=metadata)


class TestWhatIsSaid:
    """The commands are to be copied to a shell, so they have to be right."""

    def test_the_command_that_takes_a_claim_away(self) -> None:
        assert take_away(instance(WRITTEN), "abc1") == f"openstack server unset {UNSET} db"
        assert take_away(instance(WRITTEN, "d b"), "abc1") == f"openstack server unset {UNSET} 'd b'"
        assert take_away(instance({"imaging.claim.x": "", "imaging.claim.y": ""}), "x", "y") == (
            "openstack server unset --property imaging.claim.x --property imaging.claim.y db"
        )

    def test_a_copied_claim_is_refused_with_the_command_that_takes_it_away(self) -> None:
        with pytest.raises(NotOwnedError) as refused:
            refuse_other_claims(instance(WRITTEN, "w eb"), "mine")
        assert refused.value.what == ("The metadata of db-07 hold a claim that is not about this instance: run abc1.")
        assert refused.value.remedy.endswith(f"openstack server unset {UNSET} 'w eb'")

    def test_several_copied_claims_are_all_named(self) -> None:
        error = misplaced_claim(instance({"imaging.claim.x": "", "imaging.claim.y": ""}), ("x", "y"))
        assert error.what.endswith("run x, y.")
        assert "--property imaging.claim.x --property imaging.claim.y db" in error.remedy

    def test_a_real_claim_of_another_is_refused_also_beside_a_copy(self) -> None:
        copied = '{"instance":"web","at":"2026-11-01T14:00:00+00:00"}'
        for metadata, named in ((WRITTEN, "abc1"), ({**WRITTEN, "imaging.claim.zzz": copied}, "abc1, zzz")):
            with pytest.raises(RunError) as refused:
                refuse_other_claims(instance(metadata), "mine")
            assert not isinstance(refused.value, NotOwnedError)
            assert refused.value.what == f"The instance is claimed by another run: {named}."
            assert UNSET in refused.value.remedy
            assert "imaging undo db." in refused.value.remedy

    def test_ones_own_claim_is_no_other_claim(self) -> None:
        refuse_other_claims(instance(WRITTEN), "abc1")
        refuse_other_claims(instance({"other": "x"}), "abc1")

    def test_several_claims_are_told_with_what_each_says(self) -> None:
        other = a_claim(run_id="abc2", host="login2", was_running=False, volumes=(), missing=1)
        error = several_claims(instance({**WRITTEN, "imaging.claim.abc2": ""}), [a_claim(missing=1), other])
        assert error.what == (
            "2 runs have claimed db-07: run abc1 of login1, running with 3 volumes; "
            "run abc2 of login2, stopped with 1 volumes."
        )
        assert "openstack server unset --property imaging.claim.abc2 db" in error.remedy

    def test_of_a_claim_that_cannot_be_read_what_is_left_is_put_into_commands(self) -> None:
        bare = '{"id":"scratch","n":1}'
        error = unreadable_claim(instance({**WRITTEN, KEY: "{", f"{KEY}.1": bare}, "d b"), "abc1")
        assert "run abc1" in error.what
        assert error.meaning == "The volumes that it still names: pgdata (/dev/vdb), scratch. Nothing was changed."
        assert error.remedy.endswith(
            "openstack server add volume 'd b' pgdata; openstack server add volume 'd b' scratch; "
            f"openstack server start 'd b'; openstack server unset {UNSET} 'd b'"
        )

    def test_where_no_volume_is_left_that_is_said(self) -> None:
        error = unreadable_claim(instance({KEY: "{"}), "abc1")
        assert error.meaning == "The volumes that it still names: none. Nothing was changed."
