"""Chapters *Keeping the instance*, *Test launch*, *Owner* and *Export*."""

from __future__ import annotations

from datetime import UTC, datetime

from models.cloud.image import Image
from models.cloud.login import Login
from models.findings import Outcome, Severity
from models.run.request import Waiver
from models.steps import StepName
from tests.guidelines.building import BASE, PROJECT, SOURCE, YOU, finding, image, instance, profile, request, unread
from tests.support.known import command_of, remedy_of


def made(number: int = 1, **changed) -> Image:
    """An image of the source, made in month `number`."""
    values = {
        "id": f"made-{number}",
        "name": f"db-07-{number}",
        "owner": PROJECT,
        "visibility": "private",
        "created_at": datetime(2026, number, 1, tzinfo=UTC),
        "properties": {"instance_uuid": SOURCE.id, "user_id": YOU},
        **changed,
    }
    return image(**values)


def test_an_instance_of_another_member_blocks_until_that_is_waived():
    theirs = instance(user_id="bob")
    assert finding("STATE-OWN", instance=theirs).blocks
    assert "bob" in finding("STATE-OWN", instance=theirs).evidence
    given = request(waivers=(Waiver(rule="STATE-OWN", reason="Bob is on leave, and agreed"),))
    assert finding("STATE-OWN", instance=theirs, request=given).outcome is Outcome.WAIVED
    assert finding("STATE-OWN").outcome is Outcome.PASS
    assert finding("STATE-OWN", instance=instance(user_id=None)).outcome is Outcome.UNKNOWN


def test_an_image_in_the_making_forbids_to_delete_the_instance():
    found = finding("KEEP-SOURCE", images=(made(status="saving"),))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "made-1" in found.evidence


def test_a_snapshot_task_forbids_it_before_the_image_is_seen():
    assert finding("KEEP-SOURCE", instance=instance(task_state="image_snapshot")).outcome is Outcome.FAIL


def test_finished_images_and_those_of_others_do_not():
    of_another = made(status="saving", properties={"instance_uuid": "another"})
    assert finding("KEEP-SOURCE", images=(BASE, made(), of_another)).outcome is Outcome.PASS
    assert finding("KEEP-SOURCE", images=unread(tuple[Image, ...])).outcome is Outcome.UNKNOWN


def test_an_untested_image_asks_to_keep_the_instance():
    found = finding("KEEP-UNTIL-TESTED", images=(made(1), made(2)), verdicts={"made-2": "failed"})
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert command_of(found) == "imaging verify made-2"


def test_an_image_that_booted_releases_the_instance():
    found = finding("KEEP-UNTIL-TESTED", images=(made(1), made(2)), verdicts={"made-1": "booted"})
    assert found.outcome is Outcome.PASS


def test_the_verdict_of_another_image_proves_nothing():
    assert finding("KEEP-UNTIL-TESTED", images=(made(1),), verdicts={BASE.id: "booted"}).outcome is Outcome.FAIL


def test_the_image_that_shelving_made_needs_no_test():
    assert finding("KEEP-UNTIL-TESTED", images=(made(name="db-07-shelved"),)).outcome is Outcome.NOT_APPLICABLE


def test_a_launched_instances_snapshot_that_inherited_the_property_is_not_the_runs_own():
    inherited = made(properties={"imaging.source": SOURCE.id, "instance_uuid": "a-launch"})
    assert finding("KEEP-UNTIL-TESTED", images=(inherited,)).outcome is Outcome.NOT_APPLICABLE


def test_an_image_of_a_volume_backed_instance_is_told_by_our_property():
    found = finding("KEEP-UNTIL-TESTED", images=(made(properties={"imaging.source": SOURCE.id}),))
    assert found.outcome is Outcome.FAIL


def test_a_run_that_will_test_leaves_the_question_open():
    found = finding("TEST-LAUNCH")
    assert (found.outcome, found.fixed_by) == (Outcome.UNKNOWN, StepName.TEST_LAUNCH)


def test_a_run_without_a_test_is_warned_of():
    found = finding("TEST-LAUNCH", request=request(test=False))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert finding("TEST-LAUNCH", request=None).outcome is Outcome.NOT_APPLICABLE


def test_a_finished_image_is_judged_by_its_own_verdict():
    expected = {
        "booted": Outcome.PASS,
        "failed": Outcome.FAIL,
        "inconclusive": Outcome.UNKNOWN,
        "not tested": Outcome.FAIL,
    }
    for word, outcome in expected.items():
        assert finding("TEST-LAUNCH", image=made(), verdicts={"made-1": word}).outcome is outcome
    assert finding("TEST-LAUNCH", image=made(), verdicts={"another": "booted"}).outcome is Outcome.FAIL


def test_the_user_will_be_the_creator():
    found = finding("OWN-CREATOR")
    assert found.outcome is Outcome.PASS
    assert YOU in found.evidence
    assert finding("OWN-CREATOR", login=unread(Login)).outcome is Outcome.UNKNOWN


def test_another_projects_image_cannot_be_updated():
    assert finding("OWN-CREATOR", image=made(owner="others")).blocks


def test_a_colleagues_image_is_warned_of_and_one_uploaded_by_hand_is_not():
    theirs = finding("OWN-CREATOR", image=made(properties={"user_id": "bob"}))
    assert (theirs.outcome, theirs.severity) == (Outcome.FAIL, Severity.WARN)
    assert finding("OWN-CREATOR", image=made(properties={})).outcome is Outcome.PASS
    assert finding("OWN-CREATOR", image=made(owner=None)).outcome is Outcome.UNKNOWN


def test_a_team_is_sent_to_support():
    shared = image(visibility="community", owner="others")
    found = finding("OWN-TEAM", base_image=shared)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert "help@jetstream-cloud.org" in remedy_of(found).text
    assert "None" not in remedy_of(finding("OWN-TEAM", base_image=shared, of=profile("openstack"))).text


def test_featured_and_own_images_concern_no_team():
    assert finding("OWN-TEAM").outcome is Outcome.PASS
    assert finding("OWN-TEAM", base_image=image(visibility="shared", owner=PROJECT)).outcome is Outcome.PASS
    assert finding("OWN-TEAM", base_image=None).outcome is Outcome.NOT_APPLICABLE


def test_an_image_of_a_root_disk_can_be_exported():
    assert "imaging export IMAGE FILE" in finding("EXPORT").evidence
    assert "made-1" in finding("EXPORT", image=made()).evidence


def test_an_empty_record_cannot():
    found = finding("EXPORT", instance=instance(volume_backed=True, image_id=None))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    empty = made(size_bytes=0, properties={"block_device_mapping": "[{}]"})
    assert finding("EXPORT", image=empty).outcome is Outcome.FAIL
