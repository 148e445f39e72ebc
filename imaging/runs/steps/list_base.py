"""List base: what is installed on the image that the run's image goes back to, so that the two can be compared.

Its list is kept here, or its disk is read by its parts; where neither tells, a test instance of it lists its packages.
Nothing rests on this step: what cannot be had stays unknown, with its reason.
"""

from __future__ import annotations

from typing import Final

from imaging.runs.core.aside import beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.lineage.installed import InstalledReader
from imaging.runs.ownership.images_and_servers import existing_volume_ids, has_unreadable_disks
from imaging.runs.ownership.made_things import BASE
from imaging.runs.plan.launch_choice import require_network
from imaging.runs.steps.remove_test import remove_launched
from imaging.runs.steps.test_launch import choose_for, in_own_group
from imaging.runs.test_instance.base_watch import BaseWatch
from imaging.runs.test_instance.launching import Launching, Place, Up, launch_one
from imaging.runs.test_instance.security_group import may_have_made_group
from imaging.runs.test_instance.server import may_have_lost_one, standing_server
from imaging.runs.test_instance.verdict_note import image_id_under_test
from imaging.runtime.threads import in_thread
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import NotFoundError
from models.works.inventory import Inventory

READ_SECONDS: Final = 120.0
"""How long the disk of a base is read by its parts, before a test instance of it is launched."""
_UNKNOWN_BASE: Final = "which image it goes back to is not known"
_NOTHING_TO_COMPARE: Final = "what is installed on the image itself is not known, so nothing could be compared with it"
_GONE: Final = "the base is gone, or no longer shared with this project"
_DELETED: Final = "its test instance was deleted by somebody else"
_UNREADABLE_DISKS: Final = "it names its disks in a form that cannot be read, so nobody knows what it would take along"
_EXISTING_VOLUMES: Final = "it would take along volumes as they are, which are somebody's: {}"


async def list_base(ctx: StepContext) -> StepResult:
    """Goal: the list of the base's packages is kept here, or it is written down why not; no instance of it is left.

    Raises:
        ImagingError: what keeps it from being known; `end_listing` is then still to be called.
    """
    known = await _kept(ctx)
    if known is not None and known.tells_system:
        return await end_listing(ctx, "")
    return await end_listing(ctx, await _why_unknown(ctx, known))


async def end_listing(ctx: StepContext, because: str) -> StepResult:
    """Write down why the list is not known, if so, and remove the test instance of the base.

    Args:
        ctx: the step's context.
        because: why it is not known; empty where it is.
    """
    if (ctx.run.base_unread or "") != because:
        await ctx.record(base_unread=because)
    removed = await remove_base(ctx)
    known = await _kept(ctx)
    source = known.read_from if known is not None and not because else ""
    told = because or (f"known from {source}" if source else "known")
    return StepResult("; ".join((told, *(() if removed.skipped else (removed.note,)))), skipped=bool(because))


async def remove_base(ctx: StepContext) -> StepResult:
    """Goal: no test instance of the base is left, nor what it brought, nor its security group."""
    if not (ctx.run.times_intended(BASE.launch) or may_have_made_group(ctx, BASE)):
        return StepResult("nothing to remove", skipped=True)
    try:
        image = await _base(ctx) if _base_id(ctx) else None
    except NotFoundError:
        image = None
    return await remove_launched(ctx, BASE, image)


def _base_id(ctx: StepContext) -> str:
    return ctx.run.plan.base.image_id if ctx.run.plan.base is not None else ""


async def _base(ctx: StepContext) -> Image:
    return await ctx.cloud.images.image(_base_id(ctx))


async def _kept(ctx: StepContext) -> Inventory | None:
    return await in_thread(ctx.guests.inventories.read, _base_id(ctx)) if _base_id(ctx) else None


async def _why_unknown(ctx: StepContext, known: Inventory | None) -> str:
    """Make it known; empty where that was possible, else why it was not."""
    if not _base_id(ctx):
        return _UNKNOWN_BASE
    try:
        image = await _base(ctx)
    except NotFoundError:
        return _GONE
    if ctx.run.times_intended(BASE.launch) > 0:
        return await _told_by_instance(ctx, image)
    if await _has_nothing_to_compare(ctx):
        return _NOTHING_TO_COMPARE
    if known is None and await _is_read(ctx, image):
        return ""
    return _refusal(image) or await _told_by_instance(ctx, image)


async def _told_by_instance(ctx: StepContext, image: Image) -> str:
    server = await standing_server(ctx, BASE)
    if server is None or server.status != "ACTIVE":
        if why := await _launch(ctx, image, server):
            return why
        server = await standing_server(ctx, BASE)
    return await _watch(ctx, server, image) if server is not None else _DELETED


async def _has_nothing_to_compare(ctx: StepContext) -> bool:
    image_id = image_id_under_test(ctx)
    own = await in_thread(ctx.guests.inventories.read, image_id) if image_id is not None else None
    return own is None or not own.tells_system


async def _is_read(ctx: StepContext, image: Image) -> bool:
    """Whether its disk could be read by its parts; then its list is kept."""
    said = f"reading the disk of {image.name}"
    reader = InstalledReader(ctx.cloud, ctx.guests.inventories, ctx.clock, seconds=READ_SECONDS)
    await ctx.phase(said)
    found = await beside(ctx, reader.read_image(image), what="the list of packages", progress=lambda: said)
    if found.inventory is not None and found.inventory.tells_system:
        return True
    await ctx.phase(found.because or "; ".join(found.inventory.unread if found.inventory is not None else ()))
    return False


def _refusal(image: Image) -> str:
    """Why no instance may be launched from it; empty where one may."""
    if image.status != "active":
        return f"it cannot be launched: it is {image.status}"
    # Nova would attach these themselves, not copies, and the test instance would write to somebody's data.
    if volumes := existing_volume_ids(image):
        return _EXISTING_VOLUMES.format(", ".join(volumes))
    return _UNREADABLE_DISKS if has_unreadable_disks(image) else ""


async def _launch(ctx: StepContext, image: Image, server: Instance | None) -> str:
    """Why there is none; empty where it is up."""
    counted = server is not None or may_have_lost_one(ctx, BASE)
    chosen = await choose_for(ctx, image, BASE, counted=counted)
    if server is None and chosen.refused_because:
        return f"no test instance of it could be launched: {chosen.refused_because}"
    network = require_network(chosen)

    async def place(_flavor: Flavor) -> Place:
        return await in_own_group(ctx, network, BASE)

    came_of_it = await launch_one(ctx, Launching(BASE, image, chosen, place), server)
    return "" if isinstance(came_of_it, Up) else came_of_it.reason.rstrip(".")


async def _watch(ctx: StepContext, server: Instance, image: Image) -> str:
    """Why it told nothing; empty where its list is kept."""
    watch = BaseWatch(ctx, server, image.id)
    try:
        # A minute more than the watch's own limit, so that it is the watch that ends this.
        await ctx.wait_until(watch.observe, what="its list of packages", limit_seconds=watch.limit_seconds + 60)
    finally:
        watch.save()
    return watch.trouble.rstrip(".") or await _what_is_missing(ctx)


async def _what_is_missing(ctx: StepContext) -> str:
    """What the list that is kept by now does not tell about the system; empty where it tells all."""
    known = await _kept(ctx)
    if known is None or known.tells_system:
        return "" if known is not None else "its list could not be kept"
    return f"its test instance told only a part: {'; '.join(known.unread)}"
