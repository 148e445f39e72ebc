"""A claim whose metadata somebody damaged is read as far as it can be, says what it lacks, and never ends the work."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.runs.source.claim_keys import (
    claim_keys,
    decode_claims,
    encode_claim,
    misplaced_claims,
    other_claims,
    unreadable_claims,
)
from imaging.runs.source.claim_lifecycle import unreadable_claim
from imaging.runs.steps import STEPS
from imaging.runs.steps.restore import restore
from models.cloud.instance import Instance
from models.errors import NeedsUserError, RunError
from models.run.claim import Claim
from models.steps import StepName
from tests.runs.steps.held_world import DB, PGDATA, SCRATCH, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.steps.test_claim_keys import a_claim
from tests.support.hostile_values import VALUE

HEAD = "imaging.claim.abc1"
DEEP = '{"a":' * 2000 + "1" + "}" * 2000
HUGE = "9" * 5000


def metadata(head: dict[str, object] | None = None, /, **values: str) -> dict[str, str]:
    """The keys of a good claim, with fields of its head or whole values put in place of the good ones."""
    items = encode_claim(a_claim())
    if head is not None:
        items[HEAD] = json.dumps({**json.loads(items[HEAD]), **head})
    return items | {HEAD + key.replace("_", "."): value for key, value in values.items()}


def read(items: dict[str, str]) -> Claim:
    (claim,) = decode_claims(items, "db")
    return claim


@pytest.mark.parametrize("number", ["1e999", "NaN", HUGE, "-1", "1.5", "true", "null", '"2"', "[]"])
def test_a_broken_number_of_volumes_hides_none_of_those_that_are_there(number: str) -> None:
    items = metadata()
    items[HEAD] = items[HEAD].replace('"volumes":2', f'"volumes":{number}')
    claim = read(items)
    assert [volume.id for volume in claim.volumes] == ["pgdata", "scratch"]
    assert claim.damage == ("how many volumes it had",)


@pytest.mark.parametrize(
    "field, value, damage",
    [
        ("ran", "yes", "whether it was running"),
        ("ran", 1, "whether it was running"),
        ("locked", None, "whether it was locked"),
        ("at", "0001-01-01T00:00:00+23:00", "when it was claimed"),
        ("at", "9999-12-31T23:59:59-23:00", "when it was claimed"),
        ("at", 1e999, "when it was claimed"),
        ("host", 7, "which machine claimed it"),
    ],
)
def test_what_the_head_does_not_say_any_more_is_named_and_the_volumes_still_come_back(
    field: str, value: object, damage: str
) -> None:
    claim = read(metadata({field: value}))
    assert claim.damage == (damage,)
    assert len(claim.volumes) == 2


@pytest.mark.parametrize("value", ["", "{", "[]", "null", DEEP, '{"n":0}', '{"id":7,"n":0}', '{"id":"","n":0}'])
def test_a_volume_that_cannot_be_read_is_missing_and_the_others_are_not(value: str) -> None:
    claim = read(metadata(_0=value))
    assert [volume.id for volume in claim.volumes] == ["scratch"]
    assert claim.missing == 1
    assert claim.damage


@pytest.mark.parametrize("order", ["1e999", HUGE, "-1", "0.5", '"٣"', "null", "true", "[[]]"])
def test_a_volume_whose_place_cannot_be_read_takes_that_of_its_key(order: str) -> None:
    claim = read(metadata(_0=f'{{"id":"pgdata","n":{order}}}'))
    assert [volume.id for volume in claim.volumes] == ["pgdata", "scratch"]
    assert "pgdata" in claim.damage[0]


@pytest.mark.parametrize("head, key, extra", [({}, "_2", "theirs"), ({"volumes": 1}, "_1", "scratch")])
def test_a_volume_beyond_those_that_the_head_counts_is_not_attached_but_said(
    head: dict[str, object], key: str, extra
) -> None:
    """Somebody added the key of another volume; or changed the number, so that one would be forgotten."""
    claim = read(metadata(head, **{key: f'{{"id":"{extra}","n":1,"del":true}}'}))
    assert extra not in {volume.id for volume in claim.volumes}
    assert claim.missing == 1
    assert extra in " ".join(claim.damage)


def test_a_volume_that_is_named_twice_comes_back_once() -> None:
    claim = read(metadata(_1='{"id":"pgdata","n":1}'))
    assert [volume.id for volume in claim.volumes] == ["pgdata"]
    assert claim.missing == 1


def test_two_volumes_at_one_place_are_said() -> None:
    assert read(metadata(_1='{"id":"scratch","n":0}')).damage == ("the order of the volumes",)


@pytest.mark.parametrize("suffix", [".²", ".٣", ".1e9", ".-1", "." + "9" * 30, ".why.²", ".0.0", ". 0"])
def test_a_key_that_is_no_number_is_none_of_the_claim(suffix: str) -> None:
    items = metadata() | {HEAD + suffix: "x"}
    assert read(items) == read(metadata())
    assert HEAD + suffix not in claim_keys(items, "abc1")


@pytest.mark.parametrize("head", ["", "{", "[]", DEEP, HUGE, "null", '"\ud800"'])
def test_a_head_that_cannot_be_read_is_told_with_what_is_left_and_what_to_do_by_hand(head: str) -> None:
    items = metadata(None, **{"": head}, _1='{"id":"x; rm -rf /","n":1}')
    assert decode_claims(items, "db") == ()
    assert misplaced_claims(items, "db") == ()
    assert unreadable_claims(items, "db") == ("abc1",)
    error = unreadable_claim(Instance(id="db", name="db-07", status="SHUTOFF", metadata=items), "abc1")
    assert "pgdata (/dev/vdb)" in error.meaning
    assert "imaging undo abc1" in error.remedy
    assert "openstack server add volume db pgdata" in error.remedy
    assert "openstack server add volume db 'x; rm -rf /'" in error.remedy
    assert "--property imaging.claim.abc1 " in error.remedy


@settings(max_examples=150)
@given(items=st.dictionaries(st.sampled_from(["", ".0", ".1", ".why.0", ".²", ".007"]), VALUE, max_size=5))
def test_whatever_stands_in_the_keys_is_read_or_left_out(items: dict[str, object]) -> None:
    found = metadata() | {HEAD + key: json.dumps(value) for key, value in items.items()}
    for claim in decode_claims(found, "db"):
        encode_claim(claim)
        Claim.model_validate_json(claim.model_dump_json())
    unreadable_claims(found, "db")
    assert other_claims(found, "") == ("abc1",)


@settings(max_examples=100)
@given(head=st.dictionaries(st.sampled_from(["host", "at", "ran", "locked", "volumes", "instance"]), VALUE))
def test_whatever_stands_in_the_fields_of_the_head_ends_no_reading(head: dict[str, object]) -> None:
    decode_claims(metadata(head), "db")


async def test_a_claim_without_its_power_state_brings_the_volumes_back_and_leaves_the_instance_stopped(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    await _take_and_damage(ctx, world, {"ran": "?"})
    result = await restore(ctx.at(StepName.RESTORE))
    assert world.attached == [PGDATA, SCRATCH]
    assert world.db.vm_state == "stopped"
    assert "whether it was running" in result.note


async def test_a_claim_that_lost_a_volume_restores_the_others_and_waits(ctx: MemoryContext, world: HeldWorld) -> None:
    await _take_and_damage(ctx, world, {}, _0="{")
    with pytest.raises(NeedsUserError, match="1 more that the claim"):
        await restore(ctx.at(StepName.RESTORE))
    assert world.attached == [SCRATCH]
    assert claim_keys(world.db.metadata, "run1")


async def test_the_journals_copy_wins_over_a_damaged_one_when_the_user_asks_to_undo(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    good = await _take_and_damage(ctx, world, {"volumes": 1e999}, _0="{", keep=True)
    ctx.change(claim=good, undo_requested=True)
    await restore(ctx.at(StepName.RESTORE))
    assert world.attached == [PGDATA, SCRATCH]
    assert world.db.vm_state == "active"
    assert not claim_keys(world.db.metadata, "run1")


async def test_a_volume_that_somebody_added_to_the_claim_is_not_attached_and_the_instance_waits(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    await _take_and_damage(ctx, world, {}, _2='{"id":"theirs","n":2,"dev":"/dev/vdd","del":true}')
    with pytest.raises(NeedsUserError, match="1 more that the claim"):
        await restore(ctx.at(StepName.RESTORE))
    assert world.attached == [PGDATA, SCRATCH]
    assert world.db.vm_state == "stopped"


async def test_a_key_of_anothers_claim_that_keeps_an_undo_from_beginning_is_told_with_how_to_take_it_away(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    good = await _take_and_damage(ctx, world, {"volumes": 1e999}, keep=True)
    ctx.change(claim=good, undo_requested=True)
    world.set(metadata={**world.db.metadata, "imaging.claim.0": "x"})
    with pytest.raises(RunError, match="claimed by another run: 0") as refused:
        await restore(ctx.at(StepName.RESTORE))
    assert f"openstack server unset --property imaging.claim.0 {DB}" in refused.value.remedy
    world.set(metadata={key: value for key, value in world.db.metadata.items() if value != "x"})
    await restore(ctx.at(StepName.RESTORE))
    assert world.db.vm_state == "active"


async def test_the_journals_copy_also_wins_over_a_claim_to_which_somebody_added_a_volume(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    good = await _take_and_damage(ctx, world, {}, _2='{"id":"theirs","n":2}', keep=True)
    ctx.change(claim=good, undo_requested=True)
    await restore(ctx.at(StepName.RESTORE))
    assert world.attached == [PGDATA, SCRATCH]
    assert world.db.vm_state == "active"
    assert not claim_keys(world.db.metadata, "run1")


async def _take_and_damage(
    ctx: MemoryContext, world: HeldWorld, head: dict[str, object], *, keep: bool = False, **values: str
) -> Claim:
    """Take the source, damage the claim in its metadata, and continue with nothing but what that still says."""
    for step in (StepName.UNLOCK, StepName.CLAIM, StepName.STOP, StepName.DETACH, StepName.LOCK):
        await STEPS[step](ctx.at(step))
    good, items, key = ctx.claim, dict(world.db.metadata), "imaging.claim.run1"
    items[key] = json.dumps({**json.loads(items[key]), **head})
    items |= {key + name.replace("_", "."): value for name, value in values.items()}
    world.set(metadata=items)
    (claim,) = decode_claims(items, DB)
    assert claim.damage
    if not keep:
        ctx.change(claim=claim)
    return good
