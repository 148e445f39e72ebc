"""Every rule that the cloud can answer, on a real one: it fails, it passes, and the step that it names mends it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from pydantic import SecretStr

from imaging.cloud.connection import connect
from imaging.cloud.resolution import ResolvedCloud
from imaging.guidelines.catalogue import RULES
from imaging.runs.steps import STEPS
from imaging.runtime.clock import SystemClock
from models.errors import RunError
from models.findings import Outcome, Severity, Source
from models.request import Attestation, Visibility
from models.steps import StepName
from tests.contract.making import Choice, a_volume, as_new, delete_server, fresh_name, launch, server_request
from tests.contract.subject import Subject
from tests.openstack.rule_account import NOT_SEEN, SHOWN, Look, shows
from tests.openstack.rule_ground import JETSTREAM, JETSTREAM2, Ground, answered
from tests.openstack.rule_states import (
    UBUNTU,
    a_credential,
    a_flavor,
    a_stored_qcow2,
    an_image,
    an_image_of,
    an_image_that_bob_shares,
    an_instance_of,
    an_instance_on_a_volume,
    bob_in_the_project_of_alice,
    described,
    locked_by_an_administrator,
    patch_image,
    quotas,
)

HARDWARE = {
    "hw_disk_bus": "scsi",
    "hw_scsi_model": "virtio-scsi",
    "hw_qemu_guest_agent": "yes",
    "os_require_quiesce": "yes",
}
"""What Jetstream2 recommends for images."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(real_cloud: Subject, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    if real_cloud.kind != "loopstack":
        pytest.skip("on loopstack alone: quotas are lowered, and another user is let into the project")
    resolved = {who: _resolved(real_cloud, part) for who, part in (("alice", "member"), ("bob", "other"))}
    cloud = await connect(resolved["alice"], SystemClock())
    yield Ground(real_cloud, resolved, cloud, tmp_path_factory.mktemp("run"))
    await cloud.close()


def _resolved(cloud: Subject, part: str) -> ResolvedCloud:
    """The login of a part, for our own way to the cloud."""
    config = cloud.login(part).config.config
    kept = {key: config[key] for key in ("auth", "auth_type", "region_name", "identity_api_version")}
    return ResolvedCloud(name=part, secret_config=SecretStr(json.dumps(kept)))


@pytest.fixture(scope="module")
def base_image(ground: Ground) -> Iterator[str]:
    """An image of alice's own, so that what it says of itself can be changed."""
    with an_image(ground.subject.member, fresh_name(ground.subject, "base"), bytes(4096), **UBUNTU) as image_id:
        yield image_id


@pytest.fixture(scope="module")
def kept(ground: Ground) -> Iterator[list[str]]:
    """Instances that tests have left as they found them."""
    instances: list[str] = []
    yield instances
    for instance_id in instances:
        delete_server(ground.subject, instance_id)


@pytest.fixture
def instance(ground: Ground, choice: Choice, base_image: str, kept: list[str]) -> Iterator[str]:
    """Launched from the base image: ACTIVE, idle, without volumes, metadata or lock."""
    cloud = ground.subject
    if not kept:
        body = server_request(choice, fresh_name(cloud, "source"))
        body["server"]["imageRef"] = base_image
        kept.append(launch(cloud, body))
        cloud.until_idle(kept[0], "ACTIVE")
    instance_id = kept.pop()
    yield instance_id
    if as_new(cloud, instance_id):
        kept.append(instance_id)
    else:
        delete_server(cloud, instance_id)


def test_every_rule_that_the_cloud_can_answer_is_shown_or_has_a_reason_why_not():
    answerable = {rule.id for rule in RULES if rule.answered_by is not Source.GUEST}
    outcomes = (Outcome.FAIL, Outcome.PASS)
    excused = {rule for rule in answerable if all(NOT_SEEN.get((rule, outcome)) for outcome in outcomes)}
    assert answerable - set(SHOWN) == excused
    assert {rule for rule, _ in NOT_SEEN} <= answerable


# What is wanted of the image.


@shows("NAME-FEATURED", "NAME-OWN", "NAME-PERIOD")
async def test_names_that_are_taken_or_hold_a_period(ground: Ground, instance: str, base_image: str):
    own = ground.subject.glance_image(base_image)["name"]
    good = await ground.look(instance, name=fresh_name(ground.subject, "good"))
    for rule in ("NAME-FEATURED", "NAME-OWN", "NAME-PERIOD"):
        good.passes(rule)
    (await ground.look(instance, name="Tiny raw")).fails("NAME-FEATURED", "A featured image has this name: tiny-raw (")
    (await ground.look(instance, name=own)).fails("NAME-OWN", f"1 image of your own with this name: {base_image}")
    (await ground.look(instance, name="db-16.2")).fails("NAME-PERIOD", "Character 6 of the name is a period.")


@pytest.mark.parametrize(
    "name, evidence", [("db \N{ROCKET}", "(U+1F680)"), (" db", "begins or ends with a blank"), ("x" * 256, "256")]
)
@shows("NAME-FORM")
async def test_a_name_that_is_not_well_formed_is_refused_by_nova_too(
    ground: Ground, instance: str, name: str, evidence: str
):
    (await ground.look(instance, name=name)).fails("NAME-FORM", evidence)
    assert ground.subject.act(instance, "createImage", {"name": name}).status_code == 400
    (await ground.look(instance, name="db")).passes("NAME-FORM")


@shows("DESC-PRESENT", "DESC-DELTA")
async def test_descriptions_that_say_too_little(ground: Ground, instance: str, base_image: str):
    name = ground.subject.glance_image(base_image)["name"]
    (await ground.look(instance, name="db")).fails("DESC-PRESENT", "There is no description.")
    inherited = await ground.look(instance, name="db", description=UBUNTU["description"].upper())
    inherited.fails("DESC-PRESENT", "It is the base image's own description")
    inherited.fails("DESC-DELTA", "It does not say how the image differs")
    good = await ground.look(instance, name="db", description=f"{name} with PostgreSQL 16 and PostGIS for surveys")
    good.passes("DESC-PRESENT", "characters")
    good.passes("DESC-DELTA", f"Names {name[:30]}")


@shows("PROP-VISIBILITY", "SIZE-MINRAM", "SW-ATTEST")
async def test_what_else_is_said_of_the_image(ground: Ground, instance: str, choice: Choice):
    ram = choice.flavor["ram"]
    rash = await ground.look(instance, name="db", visibility=Visibility.COMMUNITY, min_ram_mib=ram + 1)
    rash.fails("PROP-VISIBILITY", "go to everybody on this cloud")
    rash.fails("SIZE-MINRAM", f"more than its own {ram} MiB")
    rash.is_unknown("SW-ATTEST", "Only you can say")
    word = Attestation(rule="SW-ATTEST", given_by="alice", given_at=datetime.now(UTC))
    good = await ground.look(instance, name="db", min_ram_mib=ram, attestations=(word,))
    good.passes("PROP-VISIBILITY", "Private")
    good.passes("SIZE-MINRAM", f"Needs {ram} MiB")
    good.passes("SW-ATTEST", "alice gave their word")


# What the base image says.


@shows("OS-FAMILY", "OS-VERSION", "OS-RECOMMENDED", "OS-EOL")
async def test_the_system_by_the_base_images_properties(ground: Ground, instance: str, base_image: str):
    with described(ground.subject, base_image, os_distro="windows"):
        found = (await ground.look(instance)).fails("OS-FAMILY", "windows 20.04 is not Linux")
        assert found.severity is Severity.BLOCK
    with described(ground.subject, base_image, os_version="14.04"):
        old = await ground.look(instance)
        old.passes("OS-FAMILY", "ubuntu 14.04")
        old.fails("OS-VERSION", "ubuntu 14.04 is older than 16.04")
        old.fails("OS-RECOMMENDED", "recommended: 18.04 or 20.04")
    now = await ground.look(instance)
    now.passes("OS-VERSION", "ubuntu 20.04, at least 16.04")
    now.passes("OS-RECOMMENDED", "ubuntu 20.04 is recommended")
    now.fails("OS-EOL", "ubuntu 20.04 ended 2025-05-31")
    with described(ground.subject, base_image, os_version="26.04"):
        (await ground.look(instance)).passes("OS-EOL", "ubuntu 26.04 until 2031-04-30")


@shows("PROP-HW")
async def test_hardware_properties_that_the_cloud_recommends(ground: Ground, instance: str, base_image: str):
    (await ground.look(instance, profile=JETSTREAM2)).fails("PROP-HW", "Not set: hw_disk_bus=scsi")
    with described(ground.subject, base_image, **HARDWARE):
        (await ground.look(instance, profile=JETSTREAM2)).passes("PROP-HW", "All 4 recommended properties are set.")


# What a run mends.


@shows("STATE-CONSISTENT", "STATE-QUIESCE", "VOL-DETACHED", "VOL-NOTCOPIED")
async def test_a_run_stops_the_instance_and_detaches_its_volumes(ground: Ground, instance: str, base_image: str):
    cloud = ground.subject
    (await ground.look(instance)).passes("STATE-QUIESCE", "does not ask for quiescing")
    with a_volume(cloud) as first, a_volume(cloud) as second, described(cloud, base_image, **HARDWARE):
        cloud.attach(instance, first)
        cloud.attach(instance, second)
        names = [cloud.cinder_volume(volume)["name"] for volume in (first, second)]
        before = cloud.attachments(instance)
        look = await ground.look(instance)
        running = look.fails("STATE-CONSISTENT", "Running")
        look.fails("STATE-QUIESCE", "os_require_quiesce=yes, hw_qemu_guest_agent=yes")
        evidence = f"2 volumes attached: {names[0]} ({before[0]['device']}, 1 GiB), {names[1]} ("
        attached = look.fails("VOL-DETACHED", evidence)
        look.fails("VOL-NOTCOPIED", names[1])

        ctx = await ground.run_on(instance)
        await STEPS[StepName.CLAIM](ctx.at(StepName.CLAIM))
        await ground.mend(running, ctx)
        look = await ground.look(instance)
        look.passes("STATE-CONSISTENT", "Stopped")
        look.does_not_apply("STATE-QUIESCE", "Not running")
        look.fails("VOL-DETACHED", names[0])
        await ground.mend(attached, ctx)
        look = await ground.look(instance)
        look.passes("VOL-DETACHED", "No volume is attached.")
        look.does_not_apply("VOL-NOTCOPIED")

        await STEPS[StepName.PUT_BACK](ctx.at(StepName.PUT_BACK))
        assert cloud.server(instance)["status"] == "ACTIVE"
        assert [(each["volumeId"], each["device"]) for each in cloud.attachments(instance)] == [
            (each["volumeId"], each["device"]) for each in before
        ]


@shows("STATE-LOCKED")
async def test_a_run_unlocks_what_its_owner_locked(ground: Ground, instance: str):
    (await ground.look(instance)).passes("STATE-LOCKED", "Not locked")
    ground.act(instance, "lock", {"locked_reason": "ask Bob first"})
    locked = (await ground.look(instance)).fails("STATE-LOCKED", "Locked: ask Bob first")
    await ground.mend(locked, await ground.run_on(instance))
    (await ground.look(instance)).passes("STATE-LOCKED", "Not locked")


@pytest.mark.asyncio(loop_scope="module")
async def test_what_an_administrator_locked_stays_locked(ground: Ground, instance: str):
    with locked_by_an_administrator(ground.subject, instance):
        locked = (await ground.look(instance)).fails("STATE-LOCKED", "Locked, without a reason")
        with pytest.raises(RunError, match="locked by an administrator"):
            await ground.mend(locked, await ground.run_on(instance))
        (await ground.look(instance)).fails("STATE-LOCKED", "Locked")


@shows("STATE-CLAIMED")
async def test_another_runs_claim(ground: Ground, instance: str):
    other = await ground.run_on(instance)
    await STEPS[StepName.CLAIM](other.at(StepName.CLAIM))
    found = (await ground.look(instance)).fails("STATE-CLAIMED", f"Run {other.run.id} has claimed it")
    assert found.blocks
    await STEPS[StepName.PUT_BACK](other.at(StepName.PUT_BACK))
    (await ground.look(instance)).passes("STATE-CLAIMED")


@shows("SIZE-MINDISK", "DESC-LENGTH")
async def test_a_run_describes_the_finished_image(ground: Ground, instance: str):
    wanted = {"name": "db", "description": "PostgreSQL 16 with PostGIS and the loaders of our group. " * 6}
    length = len(wanted["description"])
    with an_image_of(ground.subject, instance) as image_id:
        patch_image(ground.subject, image_id, [{"op": "replace", "path": "/min_disk", "value": 0}])
        look = await ground.look(instance, image_id=image_id, **wanted)
        small = look.fails("SIZE-MINDISK", "min_disk is 0 GiB, but a child needs 1 GiB.")
        look.fails("DESC-LENGTH", f"{length} characters; Nova's createImage takes 255.")
        ctx = await ground.run_on(instance, **wanted)
        await ctx.record(image_id=image_id)
        await ground.mend(small, ctx)
        look = await ground.look(instance, image_id=image_id, **wanted)
        look.passes("SIZE-MINDISK", "A child needs 1 GiB of disk")
        look.passes("DESC-LENGTH", f"The image has all {length} characters of it.")


@shows("TEST-LAUNCH", "KEEP-UNTIL-TESTED")
async def test_a_run_launches_a_child_of_the_image(ground: Ground, instance: str):
    with an_image_of(ground.subject, instance) as image_id:
        wanted = (await ground.look(instance, name="db")).is_unknown("TEST-LAUNCH", "the run's own test launch")
        look = await ground.look(instance, image_id=image_id)
        look.fails("TEST-LAUNCH", f"({image_id}) is known")
        look.fails("KEEP-UNTIL-TESTED", "1 image of it, none proved to boot")
        ctx = await ground.run_on(instance)
        await ctx.record(image_id=image_id)
        try:
            await ground.mend(wanted, ctx)
            await STEPS[StepName.VERIFY](ctx.at(StepName.VERIFY))
        finally:
            await STEPS[StepName.REMOVE_TEST](ctx.at(StepName.REMOVE_TEST))
        look = await ground.look(instance, image_id=image_id)
        look.passes("TEST-LAUNCH", "has booted")
        look.passes("KEEP-UNTIL-TESTED", f"({image_id})")


# The state of the instance.


@shows("STATE-TASK", "KEEP-SOURCE")
async def test_while_an_image_is_being_made(ground: Ground, instance: str):
    cloud = ground.subject
    with cloud.hooked(snapshot={"delay": 3}), an_image_of(cloud, instance, awaited=False) as image_id:
        cloud.until(lambda: cloud.server(instance)["OS-EXT-STS:task_state"] == "image_pending_upload", "being made")
        look = await ground.look(instance)
        look.fails("STATE-TASK", "Task state is image_pending_upload (an image is being made); Nova answers 409")
        look.fails("KEEP-SOURCE", "Task state is image_pending_upload")
        assert cloud.act(instance, "os-stop").status_code == 409
        cloud.until_image(image_id)
        cloud.until_idle(instance, "ACTIVE")
        look = await ground.look(instance)
        look.passes("STATE-TASK")
        look.passes("KEEP-SOURCE")


SET_ASIDE = {
    "SUSPENDED": ("suspend", "resume", "Nova itself would image it; the guidelines do not."),
    "PAUSED": ("pause", "unpause", "Nova itself would image it; the guidelines do not."),
    "SHELVED_OFFLOADED": ("shelve", "unshelve", "Nova refuses."),
}
"""By status: the action that leads there, the one that leads back, and what the rule says of Nova."""


@pytest.mark.parametrize("status", SET_ASIDE)
@shows("STATE-OK", "STATE-SUSPENDED")
async def test_an_instance_that_was_set_aside(ground: Ground, instance: str, status: str):
    away, back, evidence = SET_ASIDE[status]
    ground.act(instance, away)
    ground.subject.until_idle(instance, status)
    look = await ground.look(instance)
    found = look.fails("STATE-OK", f"Status is {status}, not ACTIVE or SHUTOFF.")
    look.fails("STATE-SUSPENDED", f"Status is {status}. {evidence}")
    assert found.remedy.command == f"openstack server {back} {instance}"
    ground.act(instance, back)
    ground.subject.until_idle(instance, "ACTIVE")
    look = await ground.look(instance)
    look.passes("STATE-OK", "ACTIVE")
    look.passes("STATE-SUSPENDED")


@shows("STATE-OK")
async def test_an_instance_in_error_comes_back_by_the_remedy(ground: Ground, instance: str):
    admin = ground.subject.login("admin").compute
    answered(admin.post(f"/servers/{instance}/action", json={"os-resetState": {"state": "error"}}))
    found = (await ground.look(instance)).fails("STATE-OK", "Status is ERROR")
    assert found.remedy.command == f"openstack server reboot --hard {instance}"
    ground.act(instance, "reboot", {"type": "HARD"})
    ground.subject.until(lambda: ground.subject.server(instance)["status"] == "ACTIVE", "server ACTIVE")
    (await ground.look(instance)).passes("STATE-OK")


@shows("STATE-OK", "STATE-RESIZE", "EPH-NOTCOPIED", "SIZE-SMALLEST")
async def test_a_resize_that_waits_to_be_confirmed(ground: Ground, instance: str):
    cloud = ground.subject
    size = {"vcpus": 1, "ram": 512, "disk": 20, "OS-FLV-EXT-DATA:ephemeral": 2, "swap": 64}
    with a_flavor(cloud, **size) as roomy, a_stored_qcow2(cloud) as stored:
        ground.act(instance, "resize", {"flavorRef": roomy})
        cloud.until_idle(instance, "VERIFY_RESIZE")
        look = await ground.look(instance, image_id=stored)
        look.fails("STATE-OK", "Status is VERIFY_RESIZE")
        look.fails("STATE-RESIZE", "A resize waits")
        look.fails("EPH-NOTCOPIED", "2 GiB ephemeral disk and 64 MiB swap disk of its flavor")
        look.fails("SIZE-SMALLEST", "About 0 of 20 GiB are used: m1.tiny would do")
        ground.act(instance, "revertResize")
        cloud.until_idle(instance, "ACTIVE")
        look = await ground.look(instance, image_id=stored)
        look.passes("STATE-OK")
        look.passes("STATE-RESIZE")
        look.passes("EPH-NOTCOPIED")
        look.passes("SIZE-SMALLEST", "1 GiB is the smallest root disk")


@shows("VOL-BFV", "EXPORT", "QUOTA-VOLUMES")
async def test_an_instance_whose_root_disk_is_a_volume(ground: Ground, instance: str, choice: Choice):
    look = await ground.look(instance)
    look.passes("VOL-BFV")
    look.passes("EXPORT", "at most 1 GiB")
    with an_instance_on_a_volume(ground.subject, choice) as backed:
        look = await ground.look(backed)
        look.fails("VOL-BFV", "an empty record (0 bytes) that needs a snapshot of")
        look.fails("EXPORT", "No: the image of a volume-backed instance has 0 bytes.")
        look.passes("VOL-DETACHED", "No volume is attached but the root volume.")
        look.passes("QUOTA-VOLUMES", "Room for the snapshot of its root volume")
        with quotas(ground.subject, "block_storage", snapshots=0, gigabytes=1):
            short = (await ground.look(backed)).fails("QUOTA-VOLUMES", "1 volume snapshots needed, 0 free")
            assert "2 GiB of volumes needed, 0 free" in short.evidence


@shows("FMT-CONTAINER")
async def test_the_format_that_the_clouds_storage_chose(ground: Ground, instance: str):
    (await ground.look(instance)).is_unknown("FMT-CONTAINER", "once the image is made")
    with an_image_of(ground.subject, instance) as image_id:
        (await ground.look(instance, image_id=image_id)).passes("FMT-CONTAINER", "Format is raw.")
        only_qcow2 = JETSTREAM.model_copy(update={"image_formats": ("qcow2",)})
        look = await ground.look(instance, image_id=image_id, profile=only_qcow2)
        look.fails("FMT-CONTAINER", "Format is raw, not qcow2.")


# Whose it is, how much there is, and for how long.


@shows("OWN-CREATOR", "OWN-TEAM")
async def test_an_image_that_another_project_shares(ground: Ground, instance: str, choice: Choice):
    look = await ground.look(instance)
    look.passes("OWN-CREATOR", "You will be its creator: alice of alice-project.")
    look.passes("OWN-TEAM")
    theirs = ground.subject.login("other").current_project_id
    with an_image_that_bob_shares(ground.subject) as image_id:
        look = await ground.look(instance, image_id=image_id)
        look.fails("OWN-CREATOR", f"It belongs to project {theirs}")
        with an_instance_of(ground.subject, choice, image_id) as child:
            look = await ground.look(child)
            look.fails("OWN-TEAM", f"({image_id}) is shared by project {theirs}: you cannot update it.")


@shows("STATE-OWN")
async def test_an_instance_of_another_member_of_the_project(ground: Ground, instance: str):
    (await ground.look(instance)).passes("STATE-OWN", "You launched it.")
    alice = ground.subject.member.current_user_id
    with bob_in_the_project_of_alice(ground.subject):
        async with ground.logged_in("bob", auth={"project_name": "alice-project"}) as eyes_of_bob:
            look = await ground.look(instance, cloud=eyes_of_bob)
            look.fails("STATE-OWN", f"Another member of the project launched it (user {alice}).")


@shows("QUOTA")
async def test_quotas_that_leave_no_room_for_a_test_instance(ground: Ground, instance: str):
    (await ground.look(instance)).passes("QUOTA", "Room for a test instance m1.tiny.")
    used = ground.subject.compute.get("/limits").json()["limits"]["absolute"]
    with quotas(ground.subject, "compute", instances=used["totalInstancesUsed"], ram=used["totalRAMUsed"] + 100):
        short = (await ground.look(instance)).fails("QUOTA", "No room for a test instance m1.tiny")
        assert "1 instances needed, 0 free, 512 MiB of RAM needed, 100 free" in short.evidence


@shows("QUOTA-METADATA")
async def test_metadata_that_leaves_no_room_for_a_claim(ground: Ground, instance: str):
    (await ground.look(instance)).passes("QUOTA-METADATA", "0 metadata keys, room for the 1 of a run's claim.")
    full = {f"key-{number}": "x" for number in range(128)}
    answered(ground.subject.compute.put(f"/servers/{instance}/metadata", json={"metadata": full}))
    (await ground.look(instance)).fails("QUOTA-METADATA", "128 of 128 metadata keys are used; a run's claim needs 1.")


NO_PASSWORD = dict.fromkeys(("username", "password", "user_domain_name"))
NO_PROJECT = dict.fromkeys(("project_name", "project_domain_name"))


@shows("LOGIN-OUTLIVES")
async def test_an_application_credential_that_ends_soon(ground: Ground, instance: str):
    (await ground.look(instance)).passes("LOGIN-OUTLIVES", "The login can be renewed and has no end.")

    async def by_credential(lasts: timedelta) -> Look:
        with a_credential(ground.subject, lasts) as credential:
            auth = NO_PASSWORD | NO_PROJECT | credential
            async with ground.logged_in("alice", auth_type="v3applicationcredential", auth=auth) as eyes:
                return await ground.look(instance, cloud=eyes)

    (await by_credential(timedelta(hours=1))).fails("LOGIN-OUTLIVES", "The application credential ends ")
    (await by_credential(timedelta(hours=24))).passes("LOGIN-OUTLIVES", "The application credential holds until ")


@shows("LOGIN-OUTLIVES")
async def test_a_bare_token(ground: Ground, instance: str):
    (await ground.look(instance)).passes("LOGIN-OUTLIVES")
    auth = NO_PASSWORD | {"token": ground.subject.member.session.get_token()}
    async with ground.logged_in("alice", auth_type="v3token", auth=auth) as eyes:
        (await ground.look(instance, cloud=eyes)).fails("LOGIN-OUTLIVES", "A bare token until ")


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_listed_as_not_seen_is_indeed_not_to_be_seen(ground: Ground, instance: str):
    with an_image_of(ground.subject, instance) as image_id:
        for look in (await ground.look(instance, name="db"), await ground.look(instance, image_id=image_id)):
            for rule, outcome in NOT_SEEN:
                assert look.checklist.of(rule).outcome is not outcome, look.checklist.of(rule)
