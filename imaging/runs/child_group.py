"""The security group of a test launch: our own, without a way in, and gone again afterwards."""

from __future__ import annotations

from imaging.runs.asking import create_once
from imaging.runs.context import StepContext
from imaging.runs.ours import group_name, is_security_group
from models.errors import ConflictError, ForbiddenError, NotFoundError, ServiceMissingError
from models.network import Network, SecurityGroup
from models.run import Owned, OwnedKind
from models.steps import StepName

_REMOVAL_SECONDS = 120.0
"""How long the port of a deleted instance may still hold the group."""
_INTENT = "create a security group"


async def make_group(ctx: StepContext, network: Network) -> tuple[str | None, str]:
    """The name of the group to launch with, None for none at all, and what the user should know about it."""
    if not network.port_security:
        return None, "no security group: the network has no port security"
    asked = any(intent.text.startswith(_INTENT) for intent in ctx.run.step(StepName.TEST_LAUNCH).intents)
    try:
        group = await create_once(
            ctx, lambda: _ask(ctx), lambda: _find(ctx), what="the security group", asked_before=asked
        )
    except (ForbiddenError, ServiceMissingError) as error:
        return "default", await _default_note(ctx, error.what)
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name))
    await _remove_others(ctx, group)
    return group.name, "own security group, no way in"


async def remove_groups(ctx: StepContext) -> int:
    """Delete every group of this run; returns how many there were."""
    groups = await _ours(ctx)
    for group in groups:
        await _remove(ctx, group)
    return len(groups)


async def _ask(ctx: StepContext) -> SecurityGroup:
    await ctx.intend(f"{_INTENT} {group_name(ctx.run)}")
    return await ctx.cloud.networking.create_security_group(
        group_name(ctx.run), f"Test launch of imaging run {ctx.run.id}: no way in"
    )


async def _find(ctx: StepContext) -> SecurityGroup | None:
    return next(iter(await _ours(ctx)), None)


async def _ours(ctx: StepContext) -> tuple[SecurityGroup, ...]:
    try:
        groups = await ctx.cloud.networking.security_groups()
    except (ForbiddenError, ServiceMissingError):
        return ()
    return tuple(group for group in groups if is_security_group(ctx.run, group))


async def _remove_others(ctx: StepContext, kept: SecurityGroup) -> None:
    """A second group of the same name would make the launch ambiguous."""
    for group in await _ours(ctx):
        if group.id != kept.id:
            await _remove(ctx, group)


async def _remove(ctx: StepContext, group: SecurityGroup) -> None:
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name))
    await ctx.intend(f"delete security group {group.name}")

    async def gone() -> bool | None:
        try:
            await ctx.cloud.networking.delete_security_group(group.id)
        except ConflictError:
            return None  # a port still uses it
        except NotFoundError:
            return True
        return True

    await ctx.wait_until(gone, what="the security group to be free", limit_seconds=_REMOVAL_SECONDS, cancellable=False)
    await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id=group.id, name=group.name, removed=True))


async def _default_note(ctx: StepContext, why: str) -> str:
    note = f"security group default ({why})"
    try:
        groups = await ctx.cloud.networking.security_groups()
    except (ForbiddenError, ServiceMissingError):
        return note
    is_open = any(group.name == "default" and group.open_to_world for group in groups)
    return f"{note}; WARNING: it lets the world in" if is_open else note
