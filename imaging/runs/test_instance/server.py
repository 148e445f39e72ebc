"""The test instance of a run: found again after an interruption, launched once, deleted for good."""

from __future__ import annotations

from collections.abc import AsyncIterator

from imaging.guest.deep_check import new_nonce
from imaging.guest.deep_check import user_data as deep_user_data
from imaging.guidelines.guest.questions import questions_for
from imaging.runs.core.deletion import GONE, UNDER_WAY, Kept, Progress, wait_gone
from imaging.runs.core.idempotency import create_once
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import (
    MARKER,
    ROLE,
    RUN,
    TEST_ROLE,
    doubt_about_server,
    owned_ids,
    server_name,
)
from imaging.runs.test_instance.boot_verdict.boot_marker import new_token, user_data
from imaging.runs.test_instance.volumes import keep_others, note_volumes
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.launch import LaunchRequest
from models.errors import NotFoundError
from models.run.intent import IntentAction
from models.run.plan import Plan
from models.run.record import LeftBehind, Owned, OwnedKind

_REMOVAL_SECONDS = 600.0
# V16: still shown for a moment; SOFT_DELETED is the word of clouds that delete with a delay.
_GONE = frozenset({"DELETED", "SOFT_DELETED"})


def may_have_lost_one(ctx: StepContext) -> bool:
    """Whether a launch was asked for whose instance is not in the journal."""
    return ctx.run.times_intended(IntentAction.LAUNCH) > len(owned_ids(ctx.run, OwnedKind.SERVER))


async def standing_server(ctx: StepContext) -> Instance | None:
    """The test instance that the journal names and that is still there."""
    for server_id in owned_ids(ctx.run, OwnedKind.SERVER, removed=False):
        server = await read_server(ctx, server_id)
        if server is not None:
            return server
    return None


async def read_server(ctx: StepContext, server_id: str) -> Instance | None:
    """A test instance; None once it is deleted."""
    try:
        server = await ctx.cloud.compute.instance(server_id)
    except NotFoundError:
        return None
    return None if server.status in _GONE else server


async def launch(ctx: StepContext, image: Image, flavor_id: str, network_id: str, group: str | None) -> Instance:
    """Launch one test instance, or find the one whose answer was lost; its id is then in the journal."""

    async def ask() -> str:
        # New at each request: a second instance of a lost first request must not speak for this one.
        token, script = _user_data(ctx)
        await ctx.intend(IntentAction.LAUNCH, server_name(ctx.run))
        return await ctx.cloud.compute.launch(
            LaunchRequest(
                name=server_name(ctx.run),
                image_id=image.id,
                flavor_id=flavor_id,
                network_id=network_id,
                security_group_name=group,
                metadata={ROLE: TEST_ROLE, RUN: ctx.run.id, MARKER: token},
                user_data=script,
            )
        )

    async def find() -> str | None:
        known = owned_ids(ctx.run, OwnedKind.SERVER)
        async for server in our_servers(ctx):
            # One that had no room and was removed is ours as well, but is not the one that is searched for.
            if server.id not in known:
                return server.id
        return None

    server_id = await create_once(
        ctx, ask, find, what="the test instance to appear", asked_before=may_have_lost_one(ctx)
    )
    await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=server_name(ctx.run)))
    # V29: the answer to a launch has the id and a password, and nothing of the instance.
    return await ctx.cloud.compute.instance(server_id)


def _user_data(ctx: StepContext) -> tuple[str, str | bytes]:
    """What the test instance is to do when it comes up, and the word by which its answer is known."""
    if ctx.run.spec.inspects:
        nonce = new_nonce()
        return nonce, deep_user_data(questions_for(ctx.profile), nonce)
    token = new_token()
    return token, user_data(token, _machine_id_digest(ctx.run.plan))


def _machine_id_digest(plan: Plan) -> str:
    """The digest of the source's machine-id, if an inspection told it: a test instance must have another one."""
    guest = plan.guest.value if plan.guest is not None else None
    identity = guest.identity.value if guest is not None else None
    return identity.machine_id_digest if identity is not None else ""


async def our_servers(ctx: StepContext) -> AsyncIterator[Instance]:
    """Every server that this run launched, as the cloud lists them; what only looks like one is told."""
    claimed = await ctx.claimed_ids()
    async for page in ctx.cloud.compute.instances():
        for server in page:
            if server.metadata.get(RUN) != ctx.run.id or server.status in _GONE:
                continue
            doubt = doubt_about_server(ctx.run, server, claimed)
            if doubt is None:
                yield server
            else:
                await _leave(ctx, server.id, server.name, f"it carries the run's id, but {doubt}")


async def remove_server(ctx: StepContext, server_id: str, image: Image | None) -> bool:
    """Delete one test instance; it and the volumes that it brought are in the journal before.

    Returns:
        Whether it is gone. It is left where it is not ours, or where others' volumes would be deleted with it.
    """
    server = await read_server(ctx, server_id)
    name = server.name if server else ""
    if server is not None:
        doubt = doubt_about_server(ctx.run, server, await ctx.claimed_ids())
        if doubt is None:
            # One that was found by its metadata gets into the journal before it is deleted.
            await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name))
            doubt = await _delete(ctx, server_id, image)
        if doubt is not None:
            await _leave(ctx, server_id, name, doubt)
            return False
    await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name, removed=True))
    return True


async def _delete(ctx: StepContext, server_id: str, image: Image | None) -> str | None:
    """Delete it and see it go; why it is left, where it is.

    A deletion can be refused for a while, as long as somebody has locked it; volumes are read before each request.
    """
    doubt = await _doubt_about_volumes(ctx, server_id, image)
    if doubt is not None:
        return doubt
    await ctx.intend(IntentAction.DELETE_INSTANCE, server_id)
    kept = await wait_gone(
        ctx, lambda: _deletion(ctx, server_id, image), what="the test instance", limit_seconds=_REMOVAL_SECONDS
    )
    return kept.reason if kept else None


async def _doubt_about_volumes(ctx: StepContext, server_id: str, image: Image | None) -> str | None:
    return await keep_others(ctx, server_id, await note_volumes(ctx, server_id, image))


async def _leave(ctx: StepContext, server_id: str, name: str, reason: str) -> None:
    await ctx.leave(LeftBehind(kind=OwnedKind.SERVER, id=server_id, name=name, reason=reason))


async def _deletion(ctx: StepContext, server_id: str, image: Image | None) -> Progress | Kept:
    """Ask for it unless it is under way; it must stay where a volume was attached meanwhile that would go with it."""
    server = await read_server(ctx, server_id)
    if server is None:
        return GONE
    await ctx.phase(f"test instance {server.status}" + (f", {server.task_state}" if server.task_state else ""))
    # A deletion that was refused or failed leaves no task: ask again.
    if server.task_state != "deleting":
        doubt = await _doubt_about_volumes(ctx, server_id, image)
        if doubt is not None:
            return Kept(doubt)
        await ctx.cloud.compute.delete_instance(server_id)
    return UNDER_WAY
