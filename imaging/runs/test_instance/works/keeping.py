"""Keeping a test instance whose checks or tests have failed, to see why; for some hours alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from imaging.guest.ssh.users import likely_user
from imaging.runs.core.outcome import KEPT_UNTIL, is_known_not_to_work
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.made_things import MadeServer, checked_server
from imaging.runs.test_instance.server import standing_server
from models.cloud.instance import Instance
from models.errors import (
    ForbiddenError,
    ImagingError,
    NotFoundError,
    NotOwnedError,
    QuotaExceededError,
    ServiceMissingError,
)
from models.formatting import minute
from models.run.intent import IntentAction
from models.run.record import OwnedKind

_CLOSED = (ForbiddenError, NotFoundError, NotOwnedError, QuotaExceededError, ServiceMissingError)


async def keep_failed(ctx: StepContext, made: MadeServer) -> str:
    """Keep the instance that ran the checks, if it is to be kept; says so, or nothing where it is not.

    Args:
        ctx: the step's context.
        made: which instance is about to be removed.
    """
    hours = ctx.run.plan.request.keep_failed_hours
    if hours is None or made is not checked_server(ctx.run) or ctx.run.cancel_requested:
        return ""
    if not is_known_not_to_work(ctx.run):
        return ""
    server = await standing_server(ctx, made)
    if server is None:
        return ""
    until = ctx.run.kept_until or ctx.clock.now() + timedelta(hours=hours)
    # Before the port is opened: the next runner knows that there is something to remove.
    await ctx.record(kept_until=until)
    opened = await _open(ctx, made)
    user = f"`ssh {await _user(ctx)}@{_address(server)}`" if _address(server) else "it has no address"
    before = f"`imaging cancel {ctx.run.id}` removes it before"
    return f"{KEPT_UNTIL}{minute(until)}, as wanted: {server.name} ({server.id}), {user}; {opened}; {before}"


async def _user(ctx: StepContext) -> str:
    """The account that is likely to take the key; `USER` where nothing tells."""
    run, image = ctx.run, None
    if run.image_id is not None:
        with suppress(ImagingError):
            image = await ctx.cloud.images.image(run.image_id)
    return likely_user(image or run.plan.image, run.plan.guest.value if run.plan.guest is not None else None) or "USER"


async def _open(ctx: StepContext, made: MadeServer) -> str:
    address = ctx.run.plan.request.keep_failed_from
    groups = owned_ids(ctx.run, OwnedKind.SECURITY_GROUP, removed=False, role=made.owned)
    if not groups:
        return "no port was opened, for it stands in no security group of its own"
    await ctx.intend(IntentAction.OPEN_GROUP, address)
    try:
        await ctx.cloud.networking.open_ssh_port(groups[0], address)
    except _CLOSED as error:
        return f"port 22 could not be opened: {error.what}"
    return f"port 22 is open to {address}"


def _address(server: Instance) -> str:
    return next((each.address for each in server.addresses), "")
