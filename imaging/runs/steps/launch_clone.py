"""Launch clone: a temporary instance of the interim image, with nobody's key, that reaches nothing."""

from __future__ import annotations

from imaging.cloud.image_to_launch import quota_if_told
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.images_and_servers import existing_volume_ids, has_unreadable_disks
from imaging.runs.ownership.made_things import CLONE
from imaging.runs.plan.launch_choice import require_network
from imaging.runs.plan.seal.clone_choice import plan_clone
from imaging.runs.test_instance.launching import Launching, Place, Up, launch_one
from imaging.runs.test_instance.seal.clone import has_been_up, standing_clone
from imaging.runs.test_instance.security_group import make_closed_group
from imaging.runs.test_instance.server import may_have_lost_one
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.errors import NotFoundError, RunError
from models.formatting import with_id
from models.run.plan import TestLaunchPlan

_NO_IMAGE = "No sealed image is made. The instance itself is restored."


async def launch_clone(ctx: StepContext) -> StepResult:
    """Goal: one clone of this run has come up.

    Raises:
        RunError: none could be launched, or somebody deleted it or the image that it is launched of.
    """
    if ctx.run.seal_report is not None:
        return StepResult("it has reported already", skipped=True)
    return StepResult(await see_clone_up(ctx))


async def see_clone_up(ctx: StepContext) -> str:
    """See a clone up, launching one unless one stands already; in which flavor, and why. Raises as `launch_clone`."""
    clone = await standing_clone(ctx)
    if clone is not None and has_been_up(clone):
        return "it is there already"
    image = await image_of_clones(ctx)
    plan = await _choose(ctx, image, clone)
    network = require_network(plan)

    async def place(_flavor: Flavor) -> Place:
        return await _closed_place(ctx, network)

    came_of_it = await launch_one(ctx, Launching(CLONE, image, plan, place), clone)
    if isinstance(came_of_it, Up):
        return came_of_it.note
    await standing_clone(ctx)  # says so where somebody deleted it meanwhile
    raise RunError(
        came_of_it.reason,
        meaning=_NO_IMAGE,
        remedy="Make room in the quota or wait until the cloud has room, and make the image again.",
    )


async def image_of_clones(ctx: StepContext) -> Image:
    """The image that clones are launched of: the interim one, or the user's own.

    Raises:
        RunError: it is gone, or not active any more, or it would take volumes along.
    """
    run = ctx.run
    image_id = run.interim_image_id if run.spec.makes_interim else run.plan.image.id if run.plan.image else None
    if image_id is None:
        raise RunError("There is no image to launch a clone of.")
    try:
        image = await ctx.cloud.images.image(image_id)
    except NotFoundError as error:
        raise RunError(
            f"The image {image_id} was deleted by somebody else before it was sealed.",
            meaning=_NO_IMAGE,
            remedy="Ask in your project who deleted it, and make the image again.",
            request_id=error.request_id,
        ) from error
    if image.status != "active":
        raise RunError(
            f"The image {with_id(image.name, image.id)} is {image.status}: only an active one can be launched.",
            meaning=_NO_IMAGE,
        )
    if image.is_volume_backed or existing_volume_ids(image) or has_unreadable_disks(image):
        raise RunError("The image names volumes: a seal of volume-backed images is not possible.", meaning=_NO_IMAGE)
    return image


async def _choose(ctx: StepContext, image: Image, clone: Instance | None) -> TestLaunchPlan:
    """Flavors and network for the image as it now is; where one stands, the quota holds it already."""
    plan, request = ctx.run.plan, ctx.run.plan.request
    if plan.clone is not None and plan.clone.network is not None:
        request = request.model_copy(update={"network_id": plan.clone.network.id})
    counted = clone is not None or may_have_lost_one(ctx, CLONE)
    chosen = await plan_clone(
        ctx.cloud,
        image,
        source_id=ctx.run.instance_id,
        disk_gib=plan.source.flavor.disk_gib if plan.source is not None else image.min_disk_gib or None,
        request=request,
        profile=ctx.profile,
        quota=None if counted else await quota_if_told(ctx.cloud),
    )
    if chosen.refused_because and clone is None:
        raise RunError(
            f"No clone can be launched: {chosen.refused_because}.",
            meaning=_NO_IMAGE,
            remedy="Make room in the quota, and make the image again.",
        )
    return chosen


async def _closed_place(ctx: StepContext, network: Network) -> Place:
    """In a group without a single rule; where there can be none, on no network: then its boot waits longer for it."""
    group, note = await make_closed_group(ctx, network, CLONE)
    if group is None:
        return Place(None, None, f"on no network, for which its boot waits up to two minutes ({note})")
    return Place(network.id, group, f"on {network.name}, {note}")
