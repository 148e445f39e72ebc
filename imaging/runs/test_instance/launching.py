"""Launching one of a run's instances: in the smallest flavor that fits, in the next larger where no host has room."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.made_things import MadeServer
from imaging.runs.test_instance.server import launch, read_server, remove_server
from imaging.runs.test_instance.volumes import note_volumes
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import ConflictError, ForbiddenError, QuotaExceededError, RejectedError
from models.run.intent import IntentAction
from models.run.plan import TestLaunchPlan
from models.run.record import OwnedKind
from models.verdict import VerdictWord

# V17: Nova's words where no host could build it.
_NO_ROOM = re.compile(r"No valid host|Exceeded maximum number of retries|Exhausted all hosts", re.IGNORECASE)
# N10, V9: passed by the API, refused on the host. Only these say something about the image.
_IMAGE_AT_FAULT = re.compile(
    r"Image \S+ is unacceptable|does not match disk_format|safety check|not in a supported format"
    r"|Invalid snapshot|failed to get snapshot|failed to get volume",
    re.IGNORECASE,
)
_OVER_QUOTA = re.compile(r"quota", re.IGNORECASE)


class Place(NamedTuple):
    """Where an instance stands."""

    network_id: str | None
    """None: on no network at all."""
    group: str | None
    note: str
    """What the user should know of it."""


class Trouble(NamedTuple):
    """Why there is no instance: what that makes the verdict on its image, and the reason for people."""

    word: VerdictWord
    reason: str
    no_room: bool = False
    """No host had room; another flavor may find one."""


class Up(NamedTuple):
    """It is ACTIVE."""

    note: str
    """In which flavor, and why."""


@dataclass(frozen=True)
class Launching:
    """What is launched, and where."""

    made: MadeServer
    image: Image
    plan: TestLaunchPlan
    """The flavors to try."""
    place: Callable[[Flavor], Awaitable[Place]]
    """Makes the security group, or finds it again; called before each launch."""


async def launch_one(ctx: StepContext, wanted: Launching, server: Instance | None) -> Up | Trouble:
    """See one instance up.

    Args:
        ctx: the step's context.
        wanted: which.
        server: the one that an earlier runner launched, if it is still there.
    """
    made = wanted.made
    last = Trouble(VerdictWord.INCONCLUSIVE, "")
    for flavor in wanted.plan.flavors[_tried(ctx, made) :]:
        if server is None:
            started = await _launched(ctx, wanted, flavor)
            if isinstance(started, Trouble):
                last = started
                continue
            server = started
        trouble = await _await_active(ctx, server, wanted)
        if trouble is None:
            why = f"the next larger: {last.reason}" if last.reason else wanted.plan.why
            return Up(f"{flavor.name}, {why}")
        if not trouble.no_room:
            return trouble
        last = trouble
        await ctx.phase(f"{flavor.name}: {last.reason}")
        # One that must stay counts against the quota; a second one beside it would only add to that.
        if not await remove_server(ctx, server.id, wanted.image, made):
            break
        server = None
    reason = last.reason or "no flavor was left to try"
    return last._replace(reason=f"No {made.what} could be launched: {reason}")


def _tried(ctx: StepContext, made: MadeServer) -> int:
    """How many flavors had no room: after a restart each of them has left one removed instance in the journal."""
    removed = set(owned_ids(ctx.run, OwnedKind.SERVER, removed=True, role=made.owned))
    return len(removed - repeated(ctx))


def repeated(ctx: StepContext) -> set[str]:
    """The clones that were given up because they were off without a result: no fault of their flavor."""
    intents = (intent for record in ctx.run.steps for intent in record.intents)
    return {intent.target for intent in intents if intent.action is IntentAction.REPEAT_CLONE}


async def _launched(ctx: StepContext, wanted: Launching, flavor: Flavor) -> Instance | Trouble:
    try:
        network_id, group, note = await wanted.place(flavor)
        await ctx.phase(f"{flavor.name} {note}")
        return await launch(ctx, wanted.image, flavor.id, network_id, group, made=wanted.made)
    # V20: says nothing about the image, so it is not tested rather than inconclusive.
    except QuotaExceededError as error:
        return Trouble(VerdictWord.NOT_TESTED, f"quota: {error.what}")
    except (RejectedError, ForbiddenError, ConflictError) as error:
        return Trouble(VerdictWord.INCONCLUSIVE, error.what)


class _Outcome(NamedTuple):
    """How a launch ended; without trouble the instance is up."""

    trouble: Trouble | None


async def _await_active(ctx: StepContext, server: Instance, wanted: Launching) -> Trouble | None:
    """None once it is ACTIVE, else what to make of it and why."""
    image, what = wanted.image, wanted.made.what
    deadline = ctx.clock.monotonic() + ctx.profile.patience.test_limit_seconds

    async def observe() -> _Outcome | None:
        now = await read_server(ctx, server.id)
        if now is None:
            return _Outcome(Trouble(VerdictWord.INCONCLUSIVE, f"The {what} was deleted by someone else."))
        await ctx.phase(f"{what} {now.status}" + (f", {now.task_state}" if now.task_state else ""))
        # V9: the volumes that Nova makes along with it stay behind unless they are in the journal.
        if image.is_volume_backed:
            await note_volumes(ctx, server.id, image)  # what is there before it is up, nobody but Nova attached
        if now.status == "ERROR":
            no_fault = f"The {what} went into ERROR, and the cloud does not say why."
            return _Outcome(_fault(now.fault) if now.fault else Trouble(VerdictWord.INCONCLUSIVE, no_fault))
        if now.status == "ACTIVE" and now.task_state is None:
            return _Outcome(None)
        if ctx.clock.monotonic() >= deadline:
            still = f"The {what} was still {now.status} when its time was up."
            return _Outcome(Trouble(VerdictWord.INCONCLUSIVE, still))
        return None

    # Later than the deadline in `observe`, which gives a verdict instead of waiting for the user.
    limit = ctx.profile.patience.test_limit_seconds + 60.0
    outcome = await ctx.wait_until(observe, what=f"the {what} to become ACTIVE", limit_seconds=limit)
    return outcome.trouble


def _fault(fault: str) -> Trouble:
    """Nova's own words decide whether the image is to blame, the quota, or only this cloud at this time.

    There is nothing else to decide by: Nova gives the fault of an instance no code that tells these apart.
    """
    if _IMAGE_AT_FAULT.search(fault):
        word = VerdictWord.FAILED
    else:
        word = VerdictWord.NOT_TESTED if _OVER_QUOTA.search(fault) else VerdictWord.INCONCLUSIVE
    return Trouble(word, fault, no_room=_NO_ROOM.search(fault) is not None)
