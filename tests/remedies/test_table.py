"""Which remedy is offered for which state, and how it is agreed to."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.remedies.table import TABLE, Agreement, RemedyKind, agreement_to, command, offered, refusal
from tests.screens.samples import instance

CLAIMED = {"imaging.claim.abc123": "{}"}


def kinds(**fields: Any) -> list[RemedyKind]:
    return [each.kind for each in offered(instance(**fields))]


@pytest.mark.parametrize("status", ["ERROR", "BUILD", "RESCUE", "DELETED", "UNKNOWN", "TELEPORTING"])
def test_for_a_state_that_no_remedy_is_for_nothing_is_offered(status):
    assert kinds(status=status) == []


def test_while_the_cloud_does_something_nothing_is_offered():
    assert kinds(task_state="powering-on", status="SHUTOFF") == []


@pytest.mark.parametrize(
    "status, wanted",
    [
        ("SHUTOFF", RemedyKind.START),
        ("SUSPENDED", RemedyKind.RESUME),
        ("PAUSED", RemedyKind.UNPAUSE),
        ("SHELVED", RemedyKind.UNSHELVE),
        ("SHELVED_OFFLOADED", RemedyKind.UNSHELVE),
        ("VERIFY_RESIZE", RemedyKind.CONFIRM_RESIZE),
        ("ACTIVE", RemedyKind.STOP),
    ],
)
def test_each_state_has_its_remedy(status, wanted):
    assert kinds(status=status) == [wanted]


def test_of_a_locked_instance_only_the_lock_can_be_taken_off():
    assert kinds(status="SHUTOFF", locked=True) == [RemedyKind.UNLOCK]


def test_only_a_stopped_instance_with_data_volumes_offers_to_detach_one():
    assert RemedyKind.DETACH in kinds(status="SHUTOFF", attached_volume_ids=("v",))
    assert RemedyKind.DETACH not in kinds(status="SHUTOFF", attached_volume_ids=("root",), volume_backed=True)
    assert RemedyKind.DETACH not in kinds(attached_volume_ids=("v",))


def test_what_ends_something_is_read_first_and_what_cannot_be_undone_is_typed():
    agreed = {kind: agreement_to(each, instance(), is_anothers=False) for kind, each in TABLE.items()}
    assert {kind for kind, how in agreed.items() if how is Agreement.YES_AFTER_READING} == {
        RemedyKind.STOP,
        RemedyKind.DETACH,
    }
    assert agreed[RemedyKind.CONFIRM_RESIZE] is Agreement.TYPED_NAME
    assert all(TABLE[kind].ends for kind, how in agreed.items() if how is not Agreement.YES)


@pytest.mark.parametrize(
    "reason, is_anothers, wanted",
    [
        (None, False, Agreement.YES),
        ("do not touch", False, Agreement.TYPED_NAME),
        (None, True, Agreement.TYPED_NAME),
    ],
)
def test_a_lock_with_a_reason_or_of_somebody_else_is_taken_off_by_typing_the_name(reason, is_anothers, wanted):
    locked = instance(locked=True, locked_reason=reason)
    assert agreement_to(TABLE[RemedyKind.UNLOCK], locked, is_anothers=is_anothers) is wanted


@pytest.mark.parametrize("kind", list(RemedyKind))
def test_while_a_run_has_its_claim_on_the_instance_everything_is_refused(kind):
    for status in TABLE[kind].statuses or {"ACTIVE"}:
        claimed = instance(status=status, metadata=CLAIMED, locked=kind is RemedyKind.UNLOCK)
        assert "abc123" in (refusal(TABLE[kind], claimed) or "")


def test_the_command_is_quoted_for_a_shell():
    assert command(RemedyKind.CONFIRM_RESIZE, "a b") == "openstack server resize confirm 'a b'"
    assert command(RemedyKind.DETACH, "i", "v") == "openstack server remove volume i v"
