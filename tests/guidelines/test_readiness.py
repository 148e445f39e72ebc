"""Readiness: a yes only after an inspection that still counts and that answered every rule that blocks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from imaging.guidelines.checklist import judge
from models.cloud.instance import InstanceAction, InstanceHistory
from models.fact import Fact, UnknownCode
from models.findings import Checklist, Outcome, Readiness, Severity, Source
from models.guest.accounts import Accounts
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.mounts import Mounts
from models.guest.system import GuestSystem
from tests.guidelines.building import NOW, PGDATA, attached, facts, instance, profile, unread
from tests.guidelines.guest_building import guest, healthy, read_then, untold

INSPECTED = guest()


def of(found: GuestFacts | None, **changed: object) -> Checklist:
    """The checklist of an instance in which this was found."""
    inspected = {} if found is None else {"guest": Fact[GuestFacts](value=found, source=Source.GUEST)}
    return judge(facts(**inspected, **changed), profile())


def started(action: str, when: datetime, *, cloud_ahead_seconds: float = 0.0) -> InstanceHistory:
    asked = InstanceAction(request_id="r", action=action, started_at=when)
    return InstanceHistory(actions=(asked,), cloud_ahead_seconds=cloud_ahead_seconds)


def test_a_healthy_instance_whose_inspection_answered_all_is_ready():
    assert of(INSPECTED).readiness is Readiness.READY


def test_an_instance_that_nobody_inspected_is_never_ready():
    assert of(None).readiness is Readiness.NOT_INSPECTED


def test_a_blocker_comes_before_a_missing_inspection():
    assert of(None, instance=instance(status="ERROR")).readiness is Readiness.BLOCKED


def test_a_block_rule_of_the_guest_without_an_answer_makes_it_incomplete_and_is_named():
    checklist = of(INSPECTED.model_copy(update={"accounts": untold(Accounts)}))
    assert checklist.readiness is Readiness.INCOMPLETE
    named = {each.rule for each in checklist.unanswered}
    assert named
    assert all(checklist.of(rule).severity is Severity.BLOCK for rule in named)
    assert all(checklist.of(rule).outcome is Outcome.UNKNOWN for rule in named)


def test_what_nobody_could_see_running_matters_no_more_after_the_stop():
    """A deep check cannot see what runs, is mounted or listens: all of it ends with the stop."""
    needs_ssh = {"unknown_because": "needs SSH", "unknown_code": UnknownCode.NEEDS_SSH, "source": Source.GUEST}
    found = INSPECTED.model_copy(update={"method": InspectionMethod.DEEP_CHECK, "mounts": Fact[Mounts](**needs_ssh)})
    checklist = of(found, attachments=(attached(PGDATA, "/dev/vdb"),), volumes=(PGDATA,))
    assert checklist.of("VOL-BUSY").outcome is Outcome.UNKNOWN
    assert checklist.readiness is Readiness.READY


def test_an_inspection_older_than_a_day_counts_as_none():
    old = read_then(INSPECTED, NOW - timedelta(days=1, minutes=1))
    checklist = of(old)
    assert checklist.readiness is Readiness.NOT_INSPECTED
    assert "more than a day old" in str(checklist.not_inspected_because)


@pytest.mark.parametrize("action", ["create", "start", "reboot", "rebuild", "unshelve"])
def test_an_inspection_from_before_the_last_start_counts_as_none(action):
    seen = read_then(INSPECTED, NOW - timedelta(hours=2))
    checklist = of(seen, history=started(action, NOW - timedelta(hours=1)))
    assert checklist.readiness is Readiness.NOT_INSPECTED
    assert "after the last inspection" in str(checklist.not_inspected_because)
    assert checklist.of("FS-ROOT").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("action", ["stop", "lock", "attach_volume", "createImage", "pause"])
def test_what_starts_nothing_leaves_the_inspection_as_it_is(action):
    seen = read_then(INSPECTED, NOW - timedelta(hours=2))
    assert of(seen, history=started(action, NOW - timedelta(hours=1))).readiness is Readiness.READY


def test_the_clouds_clock_is_compared_with_this_machines():
    """The cloud is an hour ahead: a start at 13:30 by its clock was at 12:30 here, before the inspection."""
    seen = read_then(INSPECTED, NOW - timedelta(hours=1))
    asked = started("start", NOW - timedelta(minutes=30), cloud_ahead_seconds=3600)
    assert of(seen, history=asked).readiness is Readiness.READY


def test_a_cloud_whose_policy_hides_what_was_asked_leaves_the_age_alone_to_decide():
    assert of(INSPECTED, history=InstanceHistory()).readiness is Readiness.READY


def test_where_the_cloud_did_not_answer_nobody_knows_whether_the_inspection_still_counts():
    assert of(INSPECTED, history=unread(InstanceHistory)).readiness is Readiness.NOT_INSPECTED


def test_an_inspection_from_the_future_counts_as_none():
    checklist = of(read_then(INSPECTED, NOW + timedelta(days=300)))
    assert checklist.readiness is Readiness.NOT_INSPECTED
    assert "a clock is wrong" in str(checklist.not_inspected_because)


def test_a_guest_that_restarted_itself_since_most_was_read_counts_as_not_inspected():
    """A remedy reads some parts again, and sees that the guest was restarted meanwhile."""
    seen = read_then(INSPECTED, NOW - timedelta(hours=2))
    system = healthy(GuestSystem, booted_at=NOW - timedelta(hours=1))
    again = Fact[GuestSystem](value=system, source=Source.GUEST, read_at=NOW)
    found = seen.model_copy(update={"system": again, "clock_off_seconds": 0.0})
    assert of(found).readiness is Readiness.NOT_INSPECTED


@pytest.mark.parametrize("method", list(InspectionMethod))
def test_a_checklist_says_how_and_as_whom_the_guest_was_inspected(method: InspectionMethod):
    found = of(guest().model_copy(update={"method": method, "as_root": True}))
    assert (found.inspected_by, found.inspected_as_root) == (method, True)
    assert (of(None).inspected_by, of(None).inspected_as_root) == (None, False)
