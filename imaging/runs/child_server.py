"""The test instance of a run: found again after an interruption, launched once, deleted for good."""

from __future__ import annotations

from collections.abc import AsyncIterator

from imaging.guest.deep import new_nonce
from imaging.guest.deep import user_data as deep_user_data
from imaging.guidelines.questions import questions_for
from imaging.runs.asking import create_once
from imaging.runs.context import StepContext
from imaging.runs.marker import new_token, user_data
from imaging.runs.ours import (
    MARKER,
    ROLE,
    RUN,
    TEST_ROLE,
    is_test_server,
    owned_ids,
    server_name,
    volumes_of_child,
)
from models.errors import ConflictError, ForbiddenError, NotFoundError, RunError, ServiceMissingError
from models.image import Image
from models.instance import Instance
from models.launch import LaunchRequest
from models.run import Owned, OwnedKind, RunKind
from models.steps import StepName

_REMOVAL_SECONDS = 600.0
_INTENT = "launch "
_GONE = frozenset({"DELETED", "SOFT_DELETED"})


def launches_asked(ctx: StepContext) -> int:
    """How often a launch was about to be asked for."""
    intents = ctx.run.step(StepName.TEST_LAUNCH).intents
    return sum(1 for intent in intents if intent.text.startswith(_INTENT))


def may_have_lost_one(ctx: StepContext) -> bool:
    """Whether a launch was asked for whose instance is not in the journal."""
    return launches_asked(ctx) > len(owned_ids(ctx.run, OwnedKind.SERVER))


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
        token, script = _user_data(ctx)
        await ctx.intend(f"{_INTENT}{server_name(ctx.run)}")
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
            if server.id not in known:
                return server.id
        return None

    server_id = await create_once(
        ctx, ask, find, what="the test instance to appear", asked_before=may_have_lost_one(ctx)
    )
    await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=server_name(ctx.run)))
    return await ctx.cloud.compute.instance(server_id)


def _user_data(ctx: StepContext) -> tuple[str, str | bytes]:
    """What the test instance is to do when it comes up, and the word by which its answer is known."""
    if ctx.run.kind is RunKind.DEEP_CHECK:
        nonce = new_nonce()
        return nonce, deep_user_data(questions_for(ctx.profile), nonce)
    token = new_token()
    return token, user_data(token)


async def our_servers(ctx: StepContext) -> AsyncIterator[Instance]:
    """Every server that this run launched, as the cloud lists them."""
    async for page in ctx.cloud.compute.instances():
        for server in page:
            if is_test_server(ctx.run, server) and server.status not in _GONE:
                yield server


async def remove_server(ctx: StepContext, server_id: str, image: Image | None) -> None:
    """Delete one test instance and the volumes that it brought; both are in the journal before."""
    server = await read_server(ctx, server_id)
    name = server.name if server else ""
    if server is not None:
        if not is_test_server(ctx.run, server):
            raise RunError(f"{server_id} is not a test instance of this run, so it is left alone.")
        await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name))
        if image is not None:
            await own_volumes(ctx, server_id, image)
        await ctx.intend(f"delete test instance {server_id}")
        await ctx.wait_until(
            lambda: _deleted(ctx, server_id),
            what="the test instance to be gone",
            limit_seconds=_REMOVAL_SECONDS,
            cancellable=False,
        )
    await ctx.own(Owned(kind=OwnedKind.SERVER, id=server_id, name=name, removed=True))


async def own_volumes(ctx: StepContext, server_id: str, image: Image) -> None:
    """Write down the volumes that the test instance brought: the image's flags may let them outlive it."""
    if not image.is_volume_backed:
        return
    try:
        attachments = await ctx.cloud.compute.attachments(server_id)
        brought = volumes_of_child(image, attachments, await ctx.cloud.volumes.volumes())
    except (NotFoundError, ForbiddenError, ServiceMissingError):
        return
    known = owned_ids(ctx.run, OwnedKind.VOLUME)
    for volume in brought:
        if volume.id not in known:
            await ctx.own(Owned(kind=OwnedKind.VOLUME, id=volume.id, name=volume.name))


async def remove_volumes(ctx: StepContext) -> int:
    """Delete the journalled volumes of test instances that are gone; returns how many there were."""
    volume_ids = owned_ids(ctx.run, OwnedKind.VOLUME, removed=False)
    for volume_id in volume_ids:
        await ctx.intend(f"delete volume {volume_id} of the test instance")
        await ctx.wait_until(
            lambda each=volume_id: _volume_deleted(ctx, each),  # type: ignore[misc]  # binds the loop's variable
            what="a volume of the test instance to be gone",
            limit_seconds=_REMOVAL_SECONDS,
            cancellable=False,
        )
        await ctx.own(Owned(kind=OwnedKind.VOLUME, id=volume_id, removed=True))
    return len(volume_ids)


async def _deleted(ctx: StepContext, server_id: str) -> bool | None:
    server = await read_server(ctx, server_id)
    if server is None:
        return True
    await ctx.phase(f"test instance {server.status}" + (f", {server.task_state}" if server.task_state else ""))
    if server.task_state != "deleting":
        try:
            await ctx.cloud.compute.delete_instance(server_id)
        except NotFoundError:
            return True
        except ConflictError:
            return None  # something is being done to it; asked again
    return None


async def _volume_deleted(ctx: StepContext, volume_id: str) -> bool | None:
    """Ask for its deletion as soon as it is free, and see it go."""
    try:
        volume = await ctx.cloud.volumes.volume(volume_id)
        if volume.status == "available" or volume.status.startswith("error"):
            await ctx.cloud.volumes.delete_volume(volume_id)
    except NotFoundError:
        return True
    return None
