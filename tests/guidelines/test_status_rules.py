"""Chapter *Instance status*."""

from __future__ import annotations

import pytest

from models.cloud.instance import Instance, InstanceAction, InstanceHistory
from models.findings import Outcome, Severity
from models.run.lock_reason import lock_reason
from models.run.request import Waiver
from models.steps import StepName
from tests.guidelines.building import NOW, YOU, finding, image, instance, profile, request, unread
from tests.support.known import command_of, remedy_of


@pytest.mark.parametrize("status", ["ACTIVE", "SHUTOFF"])
def test_active_and_shutoff_can_be_imaged(status):
    assert finding("STATE-OK", instance=instance(status=status)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "status, way_back",
    [
        ("SUSPENDED", "openstack server resume db-07-id"),
        ("PAUSED", "openstack server unpause db-07-id"),
        ("SHELVED_OFFLOADED", "openstack server unshelve db-07-id"),
        ("ERROR", "openstack server reboot --hard db-07-id"),
        ("RESCUE", "openstack server unrescue db-07-id"),
        ("VERIFY_RESIZE", "openstack server resize confirm db-07-id"),
        ("BUILD", "openstack server show db-07-id -c status"),
    ],
)
def test_every_other_status_blocks_and_names_the_way_back(status, way_back):
    alone = profile(disabled_rules=("STATE-SUSPENDED", "STATE-RESIZE"))
    found = finding("STATE-OK", of=alone, instance=instance(status=status))
    assert (found.outcome, found.severity, found.blocks) == (Outcome.FAIL, Severity.BLOCK, True)
    assert status in found.evidence
    assert command_of(found) == way_back


def test_a_status_nobody_has_heard_of_blocks_without_inventing_a_way_back():
    found = finding("STATE-OK", instance=instance(status="TELEPORTING"))
    assert found.blocks
    assert "TELEPORTING" in found.evidence


def test_no_status_at_all_is_unknown():
    assert finding("STATE-OK", instance=instance(status="UNKNOWN")).outcome is Outcome.UNKNOWN


def test_what_could_not_be_read_is_unknown_and_says_why():
    found = finding("STATE-OK", instance=unread(Instance, "the cloud answered 503"))
    assert found.outcome is Outcome.UNKNOWN
    assert "the cloud answered 503" in found.evidence


def test_suspended_is_said_to_be_stricter_than_nova():
    found = finding("STATE-SUSPENDED", instance=instance(status="SUSPENDED"))
    assert found.blocks
    assert "Nova itself would image it" in found.evidence


def test_a_shelved_instance_points_at_the_image_that_shelving_made():
    found = finding("STATE-SUSPENDED", instance=instance(status="SHELVED_OFFLOADED"))
    assert found.blocks
    assert "db-07-shelved" in remedy_of(found).text


@pytest.mark.parametrize("status", ["SUSPENDED", "PAUSED", "SHELVED", "SHELVED_OFFLOADED", "VERIFY_RESIZE", "ERROR"])
def test_one_state_is_one_finding_and_it_blocks(status):
    rules = ("STATE-OK", "STATE-SUSPENDED", "STATE-RESIZE")
    found = [finding(rule, instance=instance(status=status)) for rule in rules]
    assert [one.blocks for one in found].count(True) == 1
    assert [one.outcome for one in found].count(Outcome.FAIL) == 1


def test_a_running_instance_is_not_set_aside():
    assert finding("STATE-SUSPENDED").outcome is Outcome.PASS


def test_a_cloud_may_allow_suspended_instances():
    allowing = profile(allowed_statuses=("ACTIVE", "SHUTOFF", "SUSPENDED"))
    for rule in ("STATE-OK", "STATE-SUSPENDED"):
        assert finding(rule, of=allowing, instance=instance(status="SUSPENDED")).outcome is Outcome.PASS


def test_a_task_under_way_blocks_although_the_status_is_active():
    found = finding("STATE-TASK", instance=instance(task_state="image_uploading"))
    assert found.blocks
    assert "an image is being made" in found.evidence


def test_without_a_task_nothing_is_to_wait_for():
    assert finding("STATE-TASK").outcome is Outcome.PASS


def test_a_resize_must_be_confirmed_or_reverted():
    assert finding("STATE-RESIZE", instance=instance(status="VERIFY_RESIZE")).blocks
    assert finding("STATE-RESIZE").outcome is Outcome.PASS


def history(*actions: tuple[str, str | None]) -> InstanceHistory:
    """Actions, newest first, each with who asked it."""
    asked = (InstanceAction(request_id="r", action=action, user_id=user, started_at=NOW) for action, user in actions)
    return InstanceHistory(actions=tuple(asked))


@pytest.mark.parametrize(
    "asked", [history(("stop", "bob"), ("lock", YOU), ("lock", "bob")), history(), unread(InstanceHistory)]
)
def test_a_bare_lock_of_ones_own_or_of_nobody_knows_whom_is_opened_by_the_run(asked):
    found = finding("STATE-LOCKED", instance=instance(locked=True), history=asked)
    assert (found.outcome, found.fixed_by, found.blocks) == (Outcome.FAIL, StepName.UNLOCK, False)


def test_a_bare_lock_of_another_user_blocks_and_names_them():
    asked = history(("reboot", YOU), ("lock", "bob"), ("lock", YOU))
    found = finding("STATE-LOCKED", instance=instance(locked=True), history=asked)
    assert found.blocks
    assert "bob" in found.evidence


@pytest.mark.parametrize(
    "reason", ["do not touch: tape transfer", "suspected misuse, ticket 4711", "imaging run for Bob"]
)
def test_a_lock_for_a_reason_blocks_no_matter_who_set_it(reason):
    found = finding(
        "STATE-LOCKED", instance=instance(locked=True, locked_reason=reason), history=history(("lock", YOU))
    )
    assert found.blocks
    assert reason in found.evidence


def test_a_lock_for_a_reason_may_be_waived_with_another_reason():
    given = request(waivers=(Waiver(rule="STATE-LOCKED", reason="Bob agreed by phone"),))
    found = finding("STATE-LOCKED", instance=instance(locked=True, locked_reason="do not touch"), request=given)
    assert found.outcome is Outcome.WAIVED


def test_a_lock_of_a_run_leads_to_its_undo():
    reason = lock_reason("0tnttk0a8ms", "login-1", "db-07-id")
    found = finding("STATE-LOCKED", instance=instance(locked=True, locked_reason=reason))
    assert found.blocks
    assert found.remedy is not None
    assert found.remedy.command == "imaging undo db-07-id"


def test_a_cloud_too_old_to_tell_of_locks_leaves_it_unknown():
    assert finding("STATE-LOCKED", instance=instance(locked=None)).outcome is Outcome.UNKNOWN
    assert finding("STATE-LOCKED").outcome is Outcome.PASS


def test_the_claim_of_another_run_blocks_and_names_undo():
    found = finding("STATE-CLAIMED", instance=instance(metadata={"imaging.claim.r4nd0m.1": "{}"}))
    assert found.blocks
    assert "r4nd0m" in found.evidence
    assert command_of(found) == "imaging undo db-07-id"


def test_the_lock_and_the_claim_of_the_run_in_progress_are_that_run_and_nothing_to_fix():
    run = "0tnttk0a8ms"
    taken = instance(
        locked=True, locked_reason=lock_reason(run, "login-1", "db-07-id"), metadata={f"imaging.claim.{run}": "{}"}
    )
    claimed = finding("STATE-CLAIMED", instance=taken, active_run=run)
    assert claimed.blocks  # no second run may begin
    assert claimed.title == "Claim of a run"
    assert claimed.evidence == f"Run {run} is in progress; it restores the instance when it ends."
    assert command_of(claimed) == f"imaging watch {run}"
    locked = finding("STATE-LOCKED", instance=taken, active_run=run)
    assert locked.outcome is Outcome.NOT_APPLICABLE
    assert run in locked.evidence
    # The same where no run is known to be in progress, or another one.
    for other in (None, "another"):
        assert finding("STATE-LOCKED", instance=taken, active_run=other).blocks
        assert command_of(finding("STATE-CLAIMED", instance=taken, active_run=other)) == "imaging undo db-07-id"


def test_a_foreign_claim_beside_that_of_the_run_in_progress_is_named():
    metadata = {"imaging.claim.mine": "{}", "imaging.claim.other.1": "{}"}
    found = finding("STATE-CLAIMED", instance=instance(metadata=metadata), active_run="mine")
    assert "Run other has claimed it (metadata imaging.claim.other.1)" in found.evidence
    assert command_of(found) == "imaging undo db-07-id"


def test_other_metadata_is_no_claim():
    metadata = {"imaging.role": "test", "owner": "imaging.claim.x"}
    assert finding("STATE-CLAIMED", instance=instance(metadata=metadata)).outcome is Outcome.PASS


def test_a_running_instance_is_stopped_by_the_run():
    found = finding("STATE-CONSISTENT")
    assert (found.outcome, found.severity, found.fixed_by) == (Outcome.FAIL, Severity.WARN, StepName.STOP)


def test_a_stopped_instance_has_its_disk_at_rest():
    assert finding("STATE-CONSISTENT", instance=instance(status="SHUTOFF")).outcome is Outcome.PASS


def test_a_suspended_instance_is_not_judged_as_running():
    assert finding("STATE-CONSISTENT", instance=instance(status="SUSPENDED")).outcome is Outcome.NOT_APPLICABLE


def test_quiescing_that_nova_would_refuse_is_fixed_by_stopping():
    asking = image(properties={"os_require_quiesce": "yes"})
    found = finding("STATE-QUIESCE", base_image=asking)
    assert (found.severity, found.fixed_by) == (Severity.BLOCK, StepName.STOP)
    with_agent = image(properties={"os_require_quiesce": "True", "hw_qemu_guest_agent": "yes"})
    assert finding("STATE-QUIESCE", base_image=with_agent).severity is Severity.WARN


def test_the_word_no_is_not_taken_for_yes():
    assert finding("STATE-QUIESCE", base_image=image(properties={"os_require_quiesce": "no"})).outcome is Outcome.PASS


def test_a_stopped_instance_has_nothing_to_quiesce():
    stopped = instance(status="SHUTOFF")
    asking = image(properties={"os_require_quiesce": "yes"})
    assert finding("STATE-QUIESCE", instance=stopped, base_image=asking).outcome is Outcome.NOT_APPLICABLE


def test_without_a_base_image_quiescing_is_unknown():
    assert finding("STATE-QUIESCE", base_image=None).outcome is Outcome.UNKNOWN


def test_a_colleagues_instance_blocks():
    found = finding("STATE-OWN", instance=instance(user_id="bob"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.BLOCK)
    assert finding("STATE-OWN").outcome is Outcome.PASS
    assert finding("STATE-OWN", instance=instance(user_id=None)).outcome is Outcome.UNKNOWN
