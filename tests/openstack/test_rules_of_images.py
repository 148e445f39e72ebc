"""The rules about images: what is wanted of one, what the base image says, and what the finished one is like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from imaging.runs.steps import STEPS
from models.findings import Severity
from models.formatting import compared_mib, size_mib
from models.run.request import Attestation, Visibility
from models.steps import StepName
from tests.contract.making import Choice, fresh_name
from tests.openstack.rule_account import shows
from tests.openstack.rule_ground import JETSTREAM, JETSTREAM2, Ground
from tests.openstack.rule_states import (
    HARDWARE,
    UBUNTU,
    an_image_of,
    an_image_that_bob_shares,
    an_instance_of,
    described,
    patch_image,
)


@shows("NAME-FEATURED", "NAME-OWN", "NAME-PERIOD")
async def test_names_that_are_taken_or_hold_a_period_are_found(ground: Ground, instance: str, base_image: str):
    own = ground.subject.glance_image(base_image)["name"]
    good = await ground.judge(instance, name=fresh_name(ground.subject, "good"))
    for rule in ("NAME-FEATURED", "NAME-OWN", "NAME-PERIOD"):
        good.passes(rule)
    (await ground.judge(instance, name="Tiny raw")).fails("NAME-FEATURED", "A featured image has this name: tiny-raw (")
    (await ground.judge(instance, name=own)).fails("NAME-OWN", f"1 image of your own with this name: {base_image}")
    (await ground.judge(instance, name="db-16.2")).fails("NAME-PERIOD", "Character 6 of the name is a period.")


@pytest.mark.parametrize(
    "name, evidence", [("db \N{ROCKET}", "U+1F680"), (" db", "begins or ends with a blank"), ("x" * 256, "256")]
)
@shows("NAME-FORM")
async def test_a_name_that_is_not_well_formed_is_refused_by_nova_too(
    ground: Ground, instance: str, name: str, evidence: str
):
    (await ground.judge(instance, name=name)).fails("NAME-FORM", evidence)
    assert ground.subject.act(instance, "createImage", {"name": name}).status_code == 400
    (await ground.judge(instance, name="db")).passes("NAME-FORM")


@shows("DESC-PRESENT", "DESC-DELTA")
async def test_descriptions_that_say_too_little_are_found(ground: Ground, instance: str, base_image: str):
    name = ground.subject.glance_image(base_image)["name"]
    (await ground.judge(instance, name="db")).fails("DESC-PRESENT", "There is no description.")
    inherited = await ground.judge(instance, name="db", description=UBUNTU["description"].upper())
    inherited.fails("DESC-PRESENT", "It is the base image's own description")
    inherited.fails("DESC-DELTA", "It does not say how the image differs")
    good = await ground.judge(instance, name="db", description=f"{name} with PostgreSQL 16 and PostGIS for surveys")
    good.passes("DESC-PRESENT", "characters")
    good.passes("DESC-DELTA", f"Names {name[:30]}")


@shows("PROP-VISIBILITY", "SIZE-MINRAM", "SW-ATTEST")
async def test_unusual_properties_of_the_image_are_found(ground: Ground, instance: str, choice: Choice):
    ram = choice.flavor["ram"]
    rash = await ground.judge(instance, name="db", visibility=Visibility.COMMUNITY, min_ram_mib=ram + 1)
    rash.fails("PROP-VISIBILITY", "go to everybody on this cloud")
    rash.fails("SIZE-MINRAM", f"more than its own {compared_mib(ram, ram + 1)[0]}")
    rash.is_unknown("SW-ATTEST", "Only you can say")
    word = Attestation(rule="SW-ATTEST", given_by="alice", given_at=datetime.now(UTC))
    good = await ground.judge(instance, name="db", min_ram_mib=ram, attestations=(word,))
    good.passes("PROP-VISIBILITY", "Private")
    good.passes("SIZE-MINRAM", f"Needs {size_mib(ram)}")
    good.passes("SW-ATTEST", "Confirmed by alice")


@shows("OS-FAMILY", "OS-VERSION", "OS-RECOMMENDED", "OS-EOL")
async def test_the_system_is_known_by_the_base_images_properties(ground: Ground, instance: str, base_image: str):
    with described(ground.subject, base_image, os_distro="windows"):
        found = (await ground.judge(instance)).fails("OS-FAMILY", "windows 20.04 is not Linux")
        assert found.severity is Severity.BLOCK
    with described(ground.subject, base_image, os_version="14.04"):
        old = await ground.judge(instance)
        old.passes("OS-FAMILY", "ubuntu 14.04")
        old.fails("OS-VERSION", "ubuntu 14.04 is older than 16.04")
        old.fails("OS-RECOMMENDED", "recommended: 18.04 or 20.04")
    now = await ground.judge(instance)
    now.passes("OS-VERSION", "ubuntu 20.04, at least 16.04")
    now.passes("OS-RECOMMENDED", "ubuntu 20.04 is recommended")
    now.fails("OS-EOL", "ubuntu 20.04 ended 2025-05-31")
    with described(ground.subject, base_image, os_version="26.04"):
        (await ground.judge(instance)).passes("OS-EOL", "ubuntu 26.04 until 2031-04-30")


@shows("PROP-HW")
async def test_missing_hardware_properties_are_found(ground: Ground, instance: str, base_image: str):
    (await ground.judge(instance, profile=JETSTREAM2)).fails("PROP-HW", "Not set: hw_disk_bus=scsi")
    with described(ground.subject, base_image, **HARDWARE):
        (await ground.judge(instance, profile=JETSTREAM2)).passes("PROP-HW", "All 4 recommended properties are set.")


@shows("OWN-CREATOR", "OWN-TEAM")
async def test_a_base_image_that_another_project_shares_is_found(ground: Ground, instance: str, choice: Choice):
    judged = await ground.judge(instance)
    judged.passes("OWN-CREATOR", "You will be its creator: alice of alice-project.")
    judged.passes("OWN-TEAM")
    theirs = ground.subject.login("other").current_project_id
    with an_image_that_bob_shares(ground.subject) as image_id:
        judged = await ground.judge(instance, image_id=image_id)
        judged.fails("OWN-CREATOR", f"It belongs to project {theirs}")
        with an_instance_of(ground.subject, choice, image_id) as launched:
            judged = await ground.judge(launched)
            judged.fails("OWN-TEAM", f"({image_id}) is shared by project {theirs}: you cannot update it.")


@shows("FMT-CONTAINER")
async def test_the_format_that_the_clouds_storage_chose_is_told(ground: Ground, instance: str):
    (await ground.judge(instance)).is_unknown("FMT-CONTAINER", "once the image is made")
    with an_image_of(ground.subject, instance) as image_id:
        (await ground.judge(instance, image_id=image_id)).passes("FMT-CONTAINER", "Format is raw.")
        only_qcow2 = JETSTREAM.model_copy(update={"image_formats": ("qcow2",)})
        judged = await ground.judge(instance, image_id=image_id, profile=only_qcow2)
        judged.fails("FMT-CONTAINER", "Format is raw, not qcow2.")


@shows("SIZE-MINDISK", "DESC-LENGTH")
async def test_a_run_describes_the_finished_image(ground: Ground, instance: str):
    wanted: dict[str, Any] = {
        "name": "db",
        "description": "PostgreSQL 16 with PostGIS and the loaders of our group. " * 6,
    }
    length = len(wanted["description"])
    with an_image_of(ground.subject, instance) as image_id:
        patch_image(ground.subject, image_id, [{"op": "replace", "path": "/min_disk", "value": 0}])
        judged = await ground.judge(instance, image_id=image_id, **wanted)
        small = judged.fails("SIZE-MINDISK", "min_disk is 0 GiB, but a new instance needs 1 GiB.")
        judged.fails("DESC-LENGTH", f"{length} characters; Nova's createImage takes 255.")
        ctx = await ground.run_on(instance, **wanted)
        await ctx.record(image_id=image_id)
        await ground.fix(small, ctx)
        judged = await ground.judge(instance, image_id=image_id, **wanted)
        judged.passes("SIZE-MINDISK", "A new instance needs 1 GiB of disk")
        judged.passes("DESC-LENGTH", f"The image has all {length} characters of it.")


@shows("TEST-LAUNCH", "KEEP-UNTIL-TESTED")
async def test_a_run_launches_an_instance_of_the_image(ground: Ground, instance: str):
    with an_image_of(ground.subject, instance) as image_id:
        wanted = (await ground.judge(instance, name="db")).is_unknown("TEST-LAUNCH", "the run's own test launch")
        judged = await ground.judge(instance, image_id=image_id)
        judged.fails("TEST-LAUNCH", f"({image_id}) is known")
        judged.fails("KEEP-UNTIL-TESTED", "1 image of it, none proved to boot")
        ctx = await ground.run_on(instance)
        await ctx.record(image_id=image_id)
        try:
            await ground.fix(wanted, ctx)
            await STEPS[StepName.VERIFY](ctx.at(StepName.VERIFY))
        finally:
            await STEPS[StepName.REMOVE_TEST](ctx.at(StepName.REMOVE_TEST))
        judged = await ground.judge(instance, image_id=image_id)
        judged.passes("TEST-LAUNCH", "has booted")
        judged.passes("KEEP-UNTIL-TESTED", f"({image_id})")
