"""Runs that compare an image with its base, on the demonstration cloud whose clock is turned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imaging.cloud.interface import Cloud
from imaging.democloud.web.faults import Fault
from imaging.guest.kept_inventories import InventoryStore
from imaging.reports.passport.json_form import passport_in
from imaging.runs.lineage.passport import kept_passport
from imaging.runs.plan.base_listing import with_base
from imaging.runs.plan.image_plan import plan_verification
from imaging.runtime.paths import Paths
from models.run.plan import Plan
from models.run.record import OwnedKind, OwnedRole, RunRecord
from models.run.request import RunRequest
from models.steps import StepName
from models.works.inventory import Inventory, InventoryChange
from tests.runs.test_crash_matrix import PROFILE, DemoClock, a_run_of, to_its_end
from tests.runs.works.checking import image_named
from tests.support.demo_here import DemoCloudHere
from tests.support.known import present

IMAGE, BASE = "astro-base-2024", "Featured-Ubuntu22"
"""An image of the project, and the image that it goes back to."""


def without_parts(demo: DemoCloudHere, image: str = BASE) -> None:
    """The cloud gives nobody the data of an image, as many do."""
    refuse_data(demo, image_named(demo, image))


def refuse_data(demo: DemoCloudHere, image_id: str) -> None:
    """The same, of an image by its id."""
    demo.here.front.faults.append(Fault("GET", f"/images/{image_id}/file", status=403, times=-1))


def store_in(folder: Path) -> InventoryStore:
    """The lists that the runs of a folder keep."""
    return InventoryStore(Paths.below(folder).state)


async def plan_of(
    demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path, image: str = IMAGE, **request: Any
) -> Plan:
    """The plan of a verification that lists the base."""
    wanted = RunRequest(profile="openstack", **{"list_base": True, **request})
    plan = await plan_verification(cloud, clock, image_named(demo, image), wanted, PROFILE)
    return await listing(cloud, plan, folder)


async def listing(cloud: Cloud, plan: Plan, folder: Path) -> Plan:
    """A plan with its base."""

    async def known(image_id: str) -> Inventory | None:
        return store_in(folder).read(image_id)

    return await with_base(cloud, plan, PROFILE, known)


async def carried_out(plan: Plan, cloud: Cloud, clock: DemoClock, folder: Path) -> RunRecord:
    """A run of a plan, by as many runners as it takes."""
    async with a_run_of(plan, clock, folder) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, folder)
    return run


async def listed(
    demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path, image: str = IMAGE, **request: Any
) -> RunRecord:
    """A verification that lists the base."""
    plan = await plan_of(demo, cloud, clock, folder, image, **request)
    return await carried_out(plan, cloud, clock, folder)


def change_told(run: RunRecord, folder: Path) -> InventoryChange:
    """What the passport of a run says about the difference."""
    return present(passport_in(present(kept_passport(folder / run.id))).change)


def note_of(run: RunRecord) -> str:
    """The outcome of the step."""
    return run.step(StepName.LIST_BASE).note


def launched(run: RunRecord) -> int:
    """How many test instances of the base there were."""
    return sum(each.kind is OwnedKind.SERVER and each.role is OwnedRole.BASE for each in run.owned)
