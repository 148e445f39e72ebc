"""The security group of a test launch: our own, letting nothing in, and gone again afterwards."""

from __future__ import annotations

from imaging.runs.core.deletion import GONE, Kept, Progress, wait_gone
from imaging.runs.core.idempotency import create_once
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import group_name, owned_ids
from imaging.runs.ownership.security_groups import doubt_about_group, group_description, used_elsewhere
from models.cloud.network import GroupPort, Network, SecurityGroup
from models.errors import ForbiddenError, NotOursError, ServiceMissingError
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind

_REMOVAL_SECONDS = 120.0
"""How long the port of a deleted instance may still hold the group."""


async def make_group(ctx: StepContext, network: Network) -> tuple[str | None, str]:
    """The name of the group to launch with, None for none at all, and what the user should know about it."""
    # Nova fails a launch that names a group on such a network.
    if not network.port_security:
        return None, "no security group: the network has no port security"
    try:
        group = await create_once(
            ctx, lambda: _ask(ctx), lambda: _find(ctx), what="the security group", asked_before=may_have_made_group(ctx)
        )
    except (ForbiddenError, ServiceMissingError) as error:
        # Without a name Nova takes "default" anyway; named, the user is told.
        return "default", await _default_note(ctx, error.what)
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name))
    await _remove_others(ctx, group)
    return group.name, "own security group, no access"


def may_have_made_group(ctx: StepContext) -> bool:
    """Whether a group was ever asked for: the answer may have been lost, so the journal need not name one."""
    return ctx.run.times_intended(IntentAction.CREATE_SECURITY_GROUP) > 0


async def remove_groups(ctx: StepContext) -> int:
    """Delete every group of this run that nobody else uses; returns how many there were."""
    removed = 0
    for group in await _groups_of_the_run(ctx):
        removed += await _remove(ctx, group)
    return removed


async def _ask(ctx: StepContext) -> SecurityGroup:
    await ctx.intend(IntentAction.CREATE_SECURITY_GROUP, group_name(ctx.run))
    return await ctx.cloud.networking.create_security_group(group_name(ctx.run), group_description(ctx.run))


async def _find(ctx: StepContext) -> SecurityGroup | None:
    """The group that the journal names, else one that nobody uses yet: a lost request made it."""
    known = owned_ids(ctx.run, OwnedKind.SECURITY_GROUP)
    for group in await _groups_of_the_run(ctx):
        if group.id in known or await _user(ctx, group) is None:
            return group
    return None


async def _groups_of_the_run(ctx: StepContext) -> tuple[SecurityGroup, ...]:
    """The run's groups; what only has their name is told."""
    found = []
    for group in await _groups(ctx):
        doubt = doubt_about_group(ctx.run, group)
        if doubt is None:
            found.append(group)
        elif group.name == group_name(ctx.run):
            await _leave(ctx, group, f"it has the name of the run's group, but {doubt}")
    return tuple(found)


async def _groups(ctx: StepContext) -> tuple[SecurityGroup, ...]:
    try:
        return await ctx.cloud.networking.security_groups()
    except (ForbiddenError, ServiceMissingError):
        return ()


async def _remove_others(ctx: StepContext, kept: SecurityGroup) -> None:
    """A second group of the same name would make the launch ambiguous."""
    for group in await _groups_of_the_run(ctx):
        if group.id != kept.id:
            await _remove(ctx, group)


async def _user(ctx: StepContext, group: SecurityGroup) -> str | None:
    """Who else uses a group of the run; where ports cannot be listed, only Neutron's own refusal tells of them."""
    ports: tuple[GroupPort, ...] = ()
    try:
        ports = await ctx.cloud.networking.ports_with_group(group.id)
    except (ForbiddenError, ServiceMissingError):
        if group.id not in owned_ids(ctx.run, OwnedKind.SECURITY_GROUP):
            return "nobody can tell who uses it"
    return used_elsewhere(ctx.run, group, ports, await _groups(ctx))


async def _remove(ctx: StepContext, group: SecurityGroup) -> bool:
    """Delete one group once its test instance has let go of it; it is left where others use it."""
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name))
    await ctx.intend(IntentAction.DELETE_SECURITY_GROUP, group.id)

    async def delete() -> Progress | Kept:
        user = await _user(ctx, group)
        if user is not None:
            return Kept(user)
        await ctx.cloud.networking.delete_security_group(group.id)  # a conflict while a port still uses it
        return GONE

    kept = await wait_gone(
        ctx,
        delete,
        what="the security group",
        limit_seconds=_REMOVAL_SECONDS,
        refusals=(NotOursError, ForbiddenError),
    )
    if kept is not None:
        await _leave(ctx, group, kept.reason)
        return False
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name, removed=True))
    return True


async def _leave(ctx: StepContext, group: SecurityGroup, reason: str) -> None:
    await ctx.leave(LeftBehind(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name, reason=reason))


async def _default_note(ctx: StepContext, why: str) -> str:
    note = f"security group default ({why})"
    try:
        groups = await ctx.cloud.networking.security_groups()
    except (ForbiddenError, ServiceMissingError):
        return note
    is_open = any(group.name == "default" and group.open_to_world for group in groups)
    return f"{note}; WARNING: it lets the world in" if is_open else note
