"""What happened to the source while no runner watched it: it tells a journal that is older than the cloud.

A state directory that came back from a back-up knows nothing of what its run did afterwards, nor of what the users did
then. Where the claim is still in the instance's metadata, that tells. Where it is gone, or was released before, Nova's
own list of what was asked of the instance does.
"""

from __future__ import annotations

from datetime import timedelta

from imaging.runs.core.step_context import StepContext
from imaging.runs.source.instance import source_id
from models.errors import ForbiddenError, NotFoundError
from models.formatting import second

POWER_AND_VOLUMES = frozenset(
    {"start", "stop", "reboot", "attach_volume", "detach_volume", "rebuild", "resize", "shelve", "unshelve"}
)
LOCKS = frozenset({"lock", "unlock"})

_ON_ITS_WAY = timedelta(seconds=120)
"""How long after it was written down what the last runner asked for may have reached Nova: the time of one change."""


async def asked_meanwhile(ctx: StepContext, actions: frozenset[str]) -> tuple[str, ...]:
    """Which of these actions somebody asked of the source in the time that this journal knows nothing of.

    Nothing where the cloud does not show its list.
    """
    # Without the cloud's time nothing can be compared: our clock may be off by more than the time in question.
    if ctx.unwatched is None:
        return ()
    since, until = ctx.unwatched
    try:
        listed = await ctx.cloud.compute.actions(source_id(ctx))
    # Policy may hide the list from members; then the claim alone has to do.
    except (ForbiddenError, NotFoundError):
        return ()
    timed = [(each.action, each.started_at) for each in listed.actions if each.action in actions and each.started_at]
    # What the last runner asked for just before it died would look like somebody else's change.
    return tuple(f"{action} at {second(at)}" for action, at in timed if since + _ON_ITS_WAY < at < until)
