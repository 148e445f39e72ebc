"""The security group of an instance that a run launches: our own, letting nothing in, and gone again afterwards."""

from __future__ import annotations

from imaging.runs.core.deletion import GONE, Kept, Progress, wait_gone
from imaging.runs.core.idempotency import create_once
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.made_things import TEST, MadeServer
from imaging.runs.ownership.security_groups import doubt_about_group, group_description, used_elsewhere
from models.cloud.network import GroupPort, Network, SecurityGroup
from models.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotOwnedError,
    QuotaExceededError,
    ServiceMissingError,
)
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind

_REMOVAL_SECONDS = 120.0
"""How long the port of a deleted instance may still hold the group."""


async def make_group(ctx: StepContext, network: Network, made: MadeServer = TEST) -> tuple[str | None, str]:
    """The name of the group to launch with, None for none at all, and what the user should know about it."""
    # Nova fails a launch that names a group on such a network.
    if not network.port_security:
        return None, "no security group: the network has no port security"
    try:
        group = await _made(ctx, made)
    except (ForbiddenError, ServiceMissingError) as error:
        # Without a name Nova takes "default" anyway; named, the user is told.
        return "default", await _default_note(ctx, error.what)
    return group.name, "own security group, no access"


async def make_closed_group(ctx: StepContext, network: Network, made: MadeServer) -> tuple[str | None, str]:
    """The name of a group without a single rule, so that nothing goes in or out; None where there can be none.

    Neutron gives each group rules that let all out: they are deleted, and the group is read again before it counts.
    The second is what the user should know about it.
    """
    if not network.port_security:
        return None, "the network has no port security"
    try:
        group = await _made(ctx, made)
        await ctx.intend(IntentAction.CLOSE_GROUP, group.id)
        rules = (await ctx.cloud.networking.close_security_group(group.id)).rule_ids
    except (ForbiddenError, ServiceMissingError, QuotaExceededError, ConflictError, NotFoundError, NotOwnedError) as no:
        await remove_groups(ctx, made)
        return None, no.what
    if rules != ():
        await remove_groups(ctx, made)
        return None, "the rules of its security group cannot be deleted"
    return group.name, "own security group without a single rule"


def may_have_made_group(ctx: StepContext, made: MadeServer = TEST) -> bool:
    """Whether a group was ever asked for: the answer may have been lost, so the journal need not name one."""
    return ctx.run.times_intended(made.make_group) > 0


async def remove_groups(ctx: StepContext, made: MadeServer = TEST) -> int:
    """Delete every group of this run that nobody else uses; returns how many there were."""
    removed = 0
    for group in await _groups_of_the_run(ctx, made):
        removed += await _remove(ctx, group, made)
    await _note_gone(ctx, made)
    return removed


async def _note_gone(ctx: StepContext, made: MadeServer) -> None:
    """Write down that a group is gone whose deletion an earlier runner did not live to see."""
    left = owned_ids(ctx.run, OwnedKind.SECURITY_GROUP, removed=False, role=made.owned)
    if not left:
        return
    try:
        there = {group.id for group in await ctx.cloud.networking.security_groups()}
    except (ForbiddenError, ServiceMissingError):
        return
    for group_id in left:
        if group_id not in there:
            name = made.group_name(ctx.run)
            await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group_id, name=name, role=made.owned, removed=True))


async def _made(ctx: StepContext, made: MadeServer) -> SecurityGroup:
    """The run's group, and no other of its name."""
    group = await create_once(
        ctx,
        lambda: _ask(ctx, made),
        lambda: _find(ctx, made),
        what="the security group",
        asked_before=may_have_made_group(ctx, made),
    )
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name, role=made.owned))
    await _remove_others(ctx, group, made)
    return group


async def _ask(ctx: StepContext, made: MadeServer) -> SecurityGroup:
    name = made.group_name(ctx.run)
    await ctx.intend(made.make_group, name)
    return await ctx.cloud.networking.create_security_group(name, group_description(ctx.run, made))


async def _find(ctx: StepContext, made: MadeServer) -> SecurityGroup | None:
    """The group that the journal names, else one that nobody uses yet: a lost request made it."""
    known = owned_ids(ctx.run, OwnedKind.SECURITY_GROUP, role=made.owned)
    for group in await _groups_of_the_run(ctx, made):
        if group.id in known or await _user(ctx, group) is None:
            return group
    return None


async def _groups_of_the_run(ctx: StepContext, made: MadeServer) -> tuple[SecurityGroup, ...]:
    """The run's groups; what only has their name is told."""
    found = []
    for group in await _groups(ctx):
        doubt = doubt_about_group(ctx.run, group, made)
        if doubt is None:
            found.append(group)
        elif group.name == made.group_name(ctx.run):
            await _leave(ctx, group, f"it has the name of the run's group, but {doubt}")
    return tuple(found)


async def _groups(ctx: StepContext) -> tuple[SecurityGroup, ...]:
    try:
        return await ctx.cloud.networking.security_groups()
    except (ForbiddenError, ServiceMissingError):
        return ()


async def _remove_others(ctx: StepContext, kept: SecurityGroup, made: MadeServer) -> None:
    """A second group of the same name would make the launch ambiguous."""
    for group in await _groups_of_the_run(ctx, made):
        if group.id != kept.id:
            await _remove(ctx, group, made)


async def _user(ctx: StepContext, group: SecurityGroup) -> str | None:
    """Who else uses a group of the run; where ports cannot be listed, only Neutron's own refusal tells about them."""
    ports: tuple[GroupPort, ...] = ()
    try:
        ports = await ctx.cloud.networking.ports_with_group(group.id)
    except (ForbiddenError, ServiceMissingError):
        if group.id not in owned_ids(ctx.run, OwnedKind.SECURITY_GROUP):
            return "nobody can tell who uses it"
    return used_elsewhere(ctx.run, group, ports, await _groups(ctx))


async def _remove(ctx: StepContext, group: SecurityGroup, made: MadeServer) -> bool:
    """Delete one group once its instance has released it; it is left where others use it."""
    owned = Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name, role=made.owned)
    await ctx.own(owned)
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
        refusals=(NotOwnedError, ForbiddenError),
    )
    if kept is not None:
        await _leave(ctx, group, kept.reason)
        return False
    await ctx.own(owned.model_copy(update={"removed": True}))
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
