"""Remove test instance: nothing of the run is left but the image and the snapshots that it refers to."""

from __future__ import annotations

from imaging.runs.child_group import remove_groups
from imaging.runs.child_server import may_have_lost_one, our_servers, remove_server, remove_volumes, standing_server
from imaging.runs.context import StepContext, StepResult
from imaging.runs.ours import owned_ids
from imaging.runs.verdict_note import image_id_under_test
from models.errors import NotFoundError
from models.image import Image
from models.run import OwnedKind


async def remove_test(ctx: StepContext) -> StepResult:
    """Goal: our test instances, the volumes that they brought and our security group are gone."""
    if ctx.run.plan.request.keep_test and not ctx.run.cancel_requested:
        server = await standing_server(ctx)
        if server is not None:
            return StepResult(
                f"kept as wanted: {server.name} ({server.id}); it counts against your quota", skipped=True
            )
    image = await _image(ctx)
    server_ids = list(owned_ids(ctx.run, OwnedKind.SERVER, removed=False))
    if may_have_lost_one(ctx):
        server_ids += [server.id async for server in our_servers(ctx) if server.id not in server_ids]
    for server_id in server_ids:
        await remove_server(ctx, server_id, image)
    volumes = await remove_volumes(ctx)
    groups = await remove_groups(ctx) if _had_group(ctx) else 0
    removed = [
        f"{number} {what}{'' if number == 1 else 's'}"
        for number, what in ((len(server_ids), "instance"), (volumes, "volume"), (groups, "security group"))
        if number
    ]
    return StepResult("removed: " + ", ".join(removed) if removed else "nothing to remove", skipped=not removed)


async def _image(ctx: StepContext) -> Image | None:
    image_id = image_id_under_test(ctx)
    if image_id is None:
        return None
    try:
        return await ctx.cloud.images.image(image_id)
    except NotFoundError:
        return None


def _had_group(ctx: StepContext) -> bool:
    return any(
        intent.text.startswith("create a security group") for record in ctx.run.steps for intent in record.intents
    )
