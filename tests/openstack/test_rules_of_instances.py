"""The rules about the instance and about who reads it: its state, its volumes, quotas, and the login."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from imaging.runs.steps import STEPS
from models.errors import RunError
from models.steps import StepName
from tests.contract.making import Choice, a_volume
from tests.contract.subject import Subject
from tests.openstack.rule_account import Judged, shows
from tests.openstack.rule_ground import Ground, answered
from tests.openstack.rule_states import (
    HARDWARE,
    a_credential,
    a_flavor,
    a_stored_qcow2,
    an_image_of,
    an_instance_on_a_volume,
    bob_in_the_project_of_alice,
    described,
    locked_by_an_administrator,
    quotas,
)
from tests.support.known import command_of


def _by_device(cloud: Subject, instance: str) -> list[dict[str, Any]]:
    """The attachments, sorted: Nova lists them in no promised order."""
    return sorted(cloud.attachments(instance), key=lambda attachment: attachment["device"])


@shows("STATE-CONSISTENT", "STATE-QUIESCE", "VOL-DETACHED", "VOL-NOTCOPIED")
async def test_a_run_stops_the_instance_and_detaches_its_volumes(ground: Ground, instance: str, base_image: str):
    cloud = ground.subject
    (await ground.judge(instance)).passes("STATE-QUIESCE", "does not ask for quiescing")
    with a_volume(cloud) as first, a_volume(cloud) as second, described(cloud, base_image, **HARDWARE):
        cloud.attach(instance, first)
        cloud.attach(instance, second)
        names = [cloud.cinder_volume(volume)["name"] for volume in (first, second)]
        before = _by_device(cloud, instance)
        judged = await ground.judge(instance)
        running = judged.fails("STATE-CONSISTENT", "Running")
        judged.fails("STATE-QUIESCE", "os_require_quiesce=yes, hw_qemu_guest_agent=yes")
        evidence = f"2 volumes attached: {names[0]} ({before[0]['device']}, 1 GiB), {names[1]} ("
        attached = judged.fails("VOL-DETACHED", evidence)
        judged.fails("VOL-NOTCOPIED", names[1])

        ctx = await ground.run_on(instance)
        await STEPS[StepName.CLAIM](ctx.at(StepName.CLAIM))
        await ground.fix(running, ctx)
        judged = await ground.judge(instance)
        judged.passes("STATE-CONSISTENT", "Stopped")
        judged.does_not_apply("STATE-QUIESCE", "Not running")
        judged.fails("VOL-DETACHED", names[0])
        await ground.fix(attached, ctx)
        judged = await ground.judge(instance)
        judged.passes("VOL-DETACHED", "No volume is attached.")
        judged.does_not_apply("VOL-NOTCOPIED")

        await STEPS[StepName.RESTORE](ctx.at(StepName.RESTORE))
        assert cloud.server(instance)["status"] == "ACTIVE"
        assert [(each["volumeId"], each["device"]) for each in _by_device(cloud, instance)] == [
            (each["volumeId"], each["device"]) for each in before
        ]


@shows("STATE-LOCKED")
async def test_a_run_unlocks_what_its_owner_locked(ground: Ground, instance: str):
    (await ground.judge(instance)).passes("STATE-LOCKED", "Not locked")
    ground.act(instance, "lock", {"locked_reason": "ask Bob first"})
    (await ground.judge(instance)).fails("STATE-LOCKED", "Locked: ask Bob first")
    ground.act(instance, "unlock")
    ground.act(instance, "lock")
    locked = (await ground.judge(instance)).fails("STATE-LOCKED", "Locked, without a reason")
    await ground.fix(locked, await ground.run_on(instance))
    (await ground.judge(instance)).passes("STATE-LOCKED", "Not locked")


@pytest.mark.asyncio(loop_scope="session")
async def test_what_an_administrator_locked_stays_locked(ground: Ground, instance: str):
    with locked_by_an_administrator(ground.subject, instance):
        (await ground.judge(instance)).fails("STATE-LOCKED", "Locked by another user")
        ctx = await ground.run_on(instance)
        with pytest.raises(RunError, match="locked by an administrator"):
            await STEPS[StepName.UNLOCK](ctx.at(StepName.UNLOCK))
        (await ground.judge(instance)).fails("STATE-LOCKED", "Locked")


@shows("STATE-CLAIMED")
async def test_another_runs_claim_blocks(ground: Ground, instance: str):
    other = await ground.run_on(instance)
    await STEPS[StepName.CLAIM](other.at(StepName.CLAIM))
    found = (await ground.judge(instance)).fails("STATE-CLAIMED", f"Run {other.run.id} has claimed it")
    assert found.blocks
    await STEPS[StepName.RESTORE](other.at(StepName.RESTORE))
    (await ground.judge(instance)).passes("STATE-CLAIMED")


@shows("STATE-TASK", "KEEP-SOURCE")
async def test_an_image_that_is_being_made_blocks(ground: Ground, instance: str):
    cloud = ground.subject
    with cloud.hooked(snapshot={"delay": 3}), an_image_of(cloud, instance, awaited=False) as image_id:
        cloud.until(lambda: cloud.server(instance)["OS-EXT-STS:task_state"] == "image_pending_upload", "being made")
        judged = await ground.judge(instance)
        judged.fails("STATE-TASK", "Task state is image_pending_upload (an image is being made); Nova answers 409")
        judged.fails("KEEP-SOURCE", "Task state is image_pending_upload")
        assert cloud.act(instance, "os-stop").status_code == 409
        cloud.until_image(image_id)
        cloud.until_idle(instance, "ACTIVE")
        judged = await ground.judge(instance)
        judged.passes("STATE-TASK")
        judged.passes("KEEP-SOURCE")


SET_ASIDE = {
    "SUSPENDED": ("suspend", "resume", "Nova itself would image it; the guidelines do not."),
    "PAUSED": ("pause", "unpause", "Nova itself would image it; the guidelines do not."),
    "SHELVED_OFFLOADED": ("shelve", "unshelve", "Nova refuses."),
}
"""By status: the action that leads there, the one that leads back, and what the rule says about Nova."""


@pytest.mark.parametrize("status", SET_ASIDE)
@shows("STATE-SUSPENDED")
async def test_an_instance_that_was_set_aside_blocks(ground: Ground, instance: str, status: str):
    away, back, evidence = SET_ASIDE[status]
    ground.act(instance, away)
    ground.subject.until_idle(instance, status)
    judged = await ground.judge(instance)
    found = judged.fails("STATE-SUSPENDED", f"Status is {status}. {evidence}")
    assert command_of(found) == f"openstack server {back} {instance}"
    ground.act(instance, back)
    ground.subject.until_idle(instance, "ACTIVE")
    judged = await ground.judge(instance)
    judged.passes("STATE-OK", "ACTIVE")
    judged.passes("STATE-SUSPENDED")


@shows("STATE-OK")
async def test_an_instance_in_error_comes_back_by_the_remedy(ground: Ground, instance: str):
    admin = ground.subject.login("admin").compute
    answered(admin.post(f"/servers/{instance}/action", json={"os-resetState": {"state": "error"}}))
    found = (await ground.judge(instance)).fails("STATE-OK", "Status is ERROR")
    assert command_of(found) == f"openstack server reboot --hard {instance}"
    ground.act(instance, "reboot", {"type": "HARD"})
    ground.subject.until(lambda: ground.subject.server(instance)["status"] == "ACTIVE", "server ACTIVE")
    (await ground.judge(instance)).passes("STATE-OK")


@shows("STATE-RESIZE", "EPH-NOTCOPIED", "SIZE-SMALLEST")
async def test_a_resize_that_waits_to_be_confirmed_blocks(ground: Ground, instance: str):
    cloud = ground.subject
    size = {"vcpus": 1, "ram": 512, "disk": 20, "OS-FLV-EXT-DATA:ephemeral": 2, "swap": 64}
    with a_flavor(cloud, **size) as roomy, a_stored_qcow2(cloud) as stored:
        ground.act(instance, "resize", {"flavorRef": roomy})
        cloud.until_idle(instance, "VERIFY_RESIZE")
        judged = await ground.judge(instance, image_id=stored)
        judged.fails("STATE-RESIZE", "A resize waits")
        judged.fails("EPH-NOTCOPIED", "2 GiB ephemeral disk and 64 MiB swap disk of its flavor")
        judged.fails("SIZE-SMALLEST", "About 0.0 of 20 GiB are used: m1.tiny would do")
        ground.act(instance, "revertResize")
        cloud.until_idle(instance, "ACTIVE")
        judged = await ground.judge(instance, image_id=stored)
        judged.passes("STATE-OK")
        judged.passes("STATE-RESIZE")
        judged.passes("EPH-NOTCOPIED")
        judged.passes("SIZE-SMALLEST", "1 GiB is the smallest root disk")


@shows("VOL-BFV", "EXPORT", "QUOTA-VOLUMES")
async def test_an_instance_whose_root_disk_is_a_volume_is_told(ground: Ground, instance: str, choice: Choice):
    judged = await ground.judge(instance)
    judged.passes("VOL-BFV")
    judged.passes("EXPORT", "at most 1 GiB")
    with an_instance_on_a_volume(ground.subject, choice) as backed:
        judged = await ground.judge(backed)
        judged.fails("VOL-BFV", "an empty record (0 bytes) that needs a snapshot of")
        judged.fails("EXPORT", "No: the image of a volume-backed instance has 0 bytes.")
        judged.passes("VOL-DETACHED", "No volume is attached but the root volume.")
        judged.passes("QUOTA-VOLUMES", "Room for the snapshot of its root volume")
        with quotas(ground.subject, "block_storage", snapshots=0, gigabytes=1):
            short = (await ground.judge(backed)).fails("QUOTA-VOLUMES", "1 volume snapshot needed, 0 free")
            assert "2 GiB of volumes needed, 0 free" in short.evidence


@shows("STATE-OWN")
async def test_an_instance_of_another_member_of_the_project_is_told(ground: Ground, instance: str):
    (await ground.judge(instance)).passes("STATE-OWN", "You launched it.")
    alice = ground.subject.member.current_user_id
    with bob_in_the_project_of_alice(ground.subject):
        async with ground.logged_in("bob", auth={"project_name": "alice-project"}) as eyes_of_bob:
            judged = await ground.judge(instance, cloud=eyes_of_bob)
            judged.fails("STATE-OWN", f"Another member of the project launched it (user {alice}).")


@shows("QUOTA")
async def test_quotas_without_room_for_a_test_instance_are_found(ground: Ground, instance: str):
    (await ground.judge(instance)).passes("QUOTA", "Room for a test instance m1.tiny.")
    used = ground.subject.compute.get("/limits").json()["limits"]["absolute"]
    with quotas(ground.subject, "compute", instances=used["totalInstancesUsed"], ram=used["totalRAMUsed"] + 100):
        short = (await ground.judge(instance)).fails("QUOTA", "No room for a test instance m1.tiny")
        assert "1 instance needed, 0 free, 512 MiB of RAM needed, 100 MiB free" in short.evidence


@shows("QUOTA-METADATA")
async def test_metadata_without_room_for_a_claim_are_found(ground: Ground, instance: str):
    (await ground.judge(instance)).passes("QUOTA-METADATA", "0 metadata keys, room for the 1 of a run's claim.")
    full = {f"key-{number}": "x" for number in range(128)}
    answered(ground.subject.compute.put(f"/servers/{instance}/metadata", json={"metadata": full}))
    (await ground.judge(instance)).fails("QUOTA-METADATA", "128 of 128 metadata keys are used; a run's claim needs 1.")


NO_PASSWORD = dict.fromkeys(("username", "password", "user_domain_name"))
NO_PROJECT = dict.fromkeys(("project_name", "project_domain_name"))


@shows("LOGIN-OUTLIVES")
async def test_an_application_credential_that_ends_soon_is_found(ground: Ground, instance: str):
    (await ground.judge(instance)).passes("LOGIN-OUTLIVES", "The login can be renewed and has no end.")

    async def by_credential(lasts: timedelta) -> Judged:
        with a_credential(ground.subject, lasts) as credential:
            auth = NO_PASSWORD | NO_PROJECT | credential
            async with ground.logged_in("alice", auth_type="v3applicationcredential", auth=auth) as eyes:
                return await ground.judge(instance, cloud=eyes)

    (await by_credential(timedelta(hours=1))).fails("LOGIN-OUTLIVES", "The application credential ends ")
    (await by_credential(timedelta(hours=24))).passes("LOGIN-OUTLIVES", "The application credential holds until ")


@shows("LOGIN-OUTLIVES")
async def test_a_bare_token_is_found(ground: Ground, instance: str):
    (await ground.judge(instance)).passes("LOGIN-OUTLIVES")
    auth = NO_PASSWORD | {"token": ground.subject.member.session.get_token()}
    async with ground.logged_in("alice", auth_type="v3token", auth=auth) as eyes:
        (await ground.judge(instance, cloud=eyes)).fails("LOGIN-OUTLIVES", "A bare token until ")
