"""Remove test instance: nothing of the run is left but the image and the snapshots that it refers to."""

from __future__ import annotations

from imaging.runs.core.outcome import left_note
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.made_things import TEST, WORKS, MadeServer
from imaging.runs.test_instance.security_group import may_have_made_group, remove_groups
from imaging.runs.test_instance.server import may_have_lost_one, our_servers, remove_server, standing_server
from imaging.runs.test_instance.verdict_note import image_id_under_test
from imaging.runs.test_instance.volumes import remove_volumes
from imaging.runs.test_instance.works.keeping import keep_failed
from models.cloud.image import Image
from models.errors import NotFoundError
from models.formatting import counted
from models.run.record import OwnedKind


async def remove_test(ctx: StepContext) -> StepResult:
    """Goal: our test instances, the volumes that they brought and our security group are gone."""
    if ctx.run.plan.request.keep_test and not ctx.run.cancel_requested:
        server = await standing_server(ctx)
        if server is not None:
            return StepResult(
                f"kept as wanted: {server.name} ({server.id}); it counts against your quota", skipped=True
            )
    kept = await keep_failed(ctx, TEST)
    if kept:
        return StepResult(kept, skipped=True)
    return await remove_launched(ctx, TEST, await _image(ctx))


async def remove_kept(ctx: StepContext) -> StepResult:
    """Goal: a test instance is gone that was kept for a while because its checks failed, and so is its group."""
    image = await _image(ctx)
    results = [await remove_launched(ctx, made, image) for made in (TEST, WORKS)]
    return StepResult("; ".join(dict.fromkeys(result.note for result in results)))


async def remove_launched(ctx: StepContext, made: MadeServer, image: Image | None) -> StepResult:
    """Remove every instance of one kind that the run launched, what it brought, and its security group.

    Args:
        ctx: the step's context.
        made: which instances.
        image: of which they were launched; V9: it tells which of the attached volumes came along.
    """
    server_ids = list(owned_ids(ctx.run, OwnedKind.SERVER, removed=False, role=made.owned))
    if may_have_lost_one(ctx, made):
        # Without a lost launch this list, which may have many pages, is not needed.
        server_ids += [server.id async for server in our_servers(ctx, made) if server.id not in server_ids]
    servers = 0
    for server_id in server_ids:
        servers += await remove_server(ctx, server_id, image, made)
    # V9: clones of data volumes are not deleted with the test instance, and can be deleted only after it.
    # Another instance of the run keeps its own as long as it stands, such as the one whose twin is removed here.
    others = set(owned_ids(ctx.run, OwnedKind.SERVER, removed=False)) - set(server_ids)
    volumes = await remove_volumes(ctx, others)
    # Last: Neutron refuses as long as a port of the instance uses the group.
    groups = await remove_groups(ctx, made) if may_have_made_group(ctx, made) else 0
    removed = [
        counted(number, what)
        for number, what in ((servers, "instance"), (volumes, "volume"), (groups, "security group"))
        if number
    ]
    note = "removed: " + ", ".join(removed) if removed else "nothing to remove"
    left = left_note(ctx.run)
    return StepResult("; ".join(part for part in (note, left) if part), skipped=not removed and not left)


async def _image(ctx: StepContext) -> Image | None:
    image_id = image_id_under_test(ctx)
    if image_id is None:
        return None
    try:
        return await ctx.cloud.images.image(image_id)
    except NotFoundError:
        return None
