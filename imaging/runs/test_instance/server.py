"""The instances that a run launches: found again after an interruption, launched once, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

from imaging.runs.core.deletion import GONE, UNDER_WAY, Kept, Progress, wait_gone
from imaging.runs.core.idempotency import create_once
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import doubt_about_server, owned_ids, server_of_run
from imaging.runs.ownership.made_things import CLONE, MARKER, ROLE, RUN, TEST, MadeServer, checked_server
from imaging.runs.test_instance.errands import user_data_for
from imaging.runs.test_instance.volumes import keep_others, note_volumes
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.launch import LaunchRequest
from models.errors import NotFoundError
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind, RunRecord

_REMOVAL_SECONDS = 600.0
# V16: still shown for a moment; SOFT_DELETED is the word of clouds that delete with a delay.
_GONE = frozenset({"DELETED", "SOFT_DELETED"})


def may_have_lost_one(ctx: StepContext, made: MadeServer = TEST) -> bool:
    """Whether a launch was asked for whose instance is not in the journal."""
    return ctx.run.times_intended(made.launch) > len(owned_ids(ctx.run, OwnedKind.SERVER, role=made.owned))


async def standing_server(ctx: StepContext, made: MadeServer = TEST) -> Instance | None:
    """The instance of that kind that the journal names and that is still there."""
    for server_id in owned_ids(ctx.run, OwnedKind.SERVER, removed=False, role=made.owned):
        server = await read_server(ctx, server_id)
        if server is not None:
            return server
    return None


async def read_server(ctx: StepContext, server_id: str) -> Instance | None:
    """An instance of the run; None once it is deleted."""
    try:
        server = await ctx.cloud.compute.instance(server_id)
    except NotFoundError:
        return None
    return None if server.status in _GONE else server


async def launch(
    ctx: StepContext,
    image: Image,
    flavor_id: str,
    network_id: str | None,
    group: str | None,
    *,
    made: MadeServer = TEST,
) -> Instance:
    """Launch one instance, or find the one whose answer was lost; its id is then in the journal.

    Args:
        ctx: the step's context.
        image: of which it is launched.
        flavor_id: in which size.
        network_id: on which network; None for none.
        group: the name of its security group.
        made: what it is for.
    """
    name = made.name(ctx.run)

    async def ask() -> str:
        # New at each request: a second instance of a lost first request must not speak for this one.
        token, script = user_data_for(ctx, made)
        await ctx.intend(made.launch, name)
        return await ctx.cloud.compute.launch(
            LaunchRequest(
                name=name,
                image_id=image.id,
                flavor_id=flavor_id,
                network_id=network_id,
                security_group_name=group,
                metadata={ROLE: made.role, RUN: ctx.run.id, MARKER: token},
                user_data=script,
                config_drive=made is CLONE,
                key_name=ctx.run.plan.request.keep_failed_key or None if made is checked_server(ctx.run) else None,
            )
        )

    lost, what = may_have_lost_one(ctx, made), f"the {made.what} to appear"
    server_id = await create_once(ctx, ask, lambda: _find_lost(ctx, made), what=what, asked_before=lost)
    await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name, role=made.owned))
    # V29: the answer to a launch has the id and a password, and nothing of the instance.
    return await ctx.cloud.compute.instance(server_id)


async def _find_lost(ctx: StepContext, made: MadeServer) -> str | None:
    """The id of one whose launch was asked for, and whose answer never came."""
    known = owned_ids(ctx.run, OwnedKind.SERVER)
    async for server in our_servers(ctx, made):
        # One that had no room and was removed is the run's own as well, but is not the one that is searched for.
        if server.id not in known:
            return server.id
    return None


async def our_servers(ctx: StepContext, made: MadeServer = TEST) -> AsyncIterator[Instance]:
    """Every server of one kind that this run launched, as the cloud lists them; what only looks like one is told."""
    claimed = await ctx.claimed_ids()
    others = _ids_of_others(ctx.run, made)
    async for page in ctx.cloud.compute.instances():
        for server in page:
            if server.metadata.get(RUN) != ctx.run.id or server.status in _GONE:
                continue
            doubt = doubt_about_server(ctx.run, server, claimed)
            if doubt is not None:
                await _leave(ctx, server.id, server.name, f"it carries the run's id, but {doubt}")
            elif server.id not in others and server_of_run(ctx.run, server) in {made, None}:
                yield server


def _ids_of_others(run: RunRecord, made: MadeServer) -> set[str]:
    """What the run launched for something else, even if it was renamed since."""
    servers = (each for each in run.owned if each.kind is OwnedKind.SERVER)
    return {each.id for each in servers if each.role is not made.owned}


async def remove_server(ctx: StepContext, server_id: str, image: Image | None, made: MadeServer = TEST) -> bool:
    """Delete one instance of the run; it and the volumes that it brought are in the journal before.

    Returns:
        Whether it is gone. It is left where it is not the run's own, or where others' volumes would be deleted with it.
    """
    server = await read_server(ctx, server_id)
    name = server.name if server else ""
    if server is not None:
        doubt = doubt_about_server(ctx.run, server, await ctx.claimed_ids())
        if doubt is None:
            # One that was found by its metadata gets into the journal before it is deleted.
            await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name, role=made.owned))
            doubt = await _delete(ctx, server_id, image, made)
        if doubt is not None:
            await _leave(ctx, server_id, name, doubt)
            return False
    await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name, removed=True, role=made.owned))
    return True


async def _delete(ctx: StepContext, server_id: str, image: Image | None, made: MadeServer) -> str | None:
    """Delete it and see it go; why it is left, where it is.

    A deletion can be refused for a while, as long as somebody has locked it; volumes are read before each request.
    """
    doubt = await _doubt_about_volumes(ctx, server_id, image)
    if doubt is not None:
        return doubt
    await ctx.intend(IntentAction.DELETE_INSTANCE, server_id)
    kept = await wait_gone(
        ctx, lambda: _deletion(ctx, server_id, image, made), what=f"the {made.what}", limit_seconds=_REMOVAL_SECONDS
    )
    return kept.reason if kept else None


async def _doubt_about_volumes(ctx: StepContext, server_id: str, image: Image | None) -> str | None:
    return await keep_others(ctx, server_id, await note_volumes(ctx, server_id, image))


async def _leave(ctx: StepContext, server_id: str, name: str, reason: str) -> None:
    await ctx.leave(LeftBehind(kind=OwnedKind.SERVER, id=server_id, name=name, reason=reason))


async def _deletion(ctx: StepContext, server_id: str, image: Image | None, made: MadeServer) -> Progress | Kept:
    """Ask for it unless it is under way; it must stay where a volume was attached meanwhile that would go with it."""
    server = await read_server(ctx, server_id)
    if server is None:
        return GONE
    await ctx.phase(f"{made.what} {server.status}" + (f", {server.task_state}" if server.task_state else ""))
    # A deletion that was refused or failed leaves no task: ask again.
    if server.task_state != "deleting":
        doubt = await _doubt_about_volumes(ctx, server_id, image)
        if doubt is not None:
            return Kept(doubt)
        await ctx.cloud.compute.delete_instance(server_id)
    return UNDER_WAY
