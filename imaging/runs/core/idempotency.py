"""Asking the cloud for a change whose answer may get lost: observe first whether it took effect, then ask again.

No library repeats a POST for us: four requests for one image, sent by a library after a read time-out, have been
seen to leave three images behind that stay queued for ever.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from imaging.runs.core.step_context import StepContext
from models.errors import ConflictError, LostAnswerError, NotFoundError, ServerFaultError

T = TypeVar("T")

LOST_ANSWER_SECONDS = 60.0
"""How long to search for what a request may have done before it is repeated."""


@dataclass(frozen=True)
class _Seen(Generic[T]):
    value: T | None


async def observe_until_found(
    ctx: StepContext,
    observe: Callable[[], Awaitable[T | None]],
    *,
    what: str,
    seconds: float = LOST_ANSWER_SECONDS,
    cancellable: bool = False,
) -> T | None:
    """Observe for a while; None when nothing has come by then."""
    deadline = ctx.clock.monotonic() + seconds

    async def observe_or_give_up() -> _Seen[T] | None:
        value = await observe()
        if value is not None or ctx.clock.monotonic() >= deadline:
            return _Seen(value)
        return None

    seen = await ctx.wait_until(observe_or_give_up, what=what, limit_seconds=seconds + 60, cancellable=cancellable)
    return seen.value


async def ask_until(
    ctx: StepContext,
    ask: Callable[[], Awaitable[None]],
    observe: Callable[[], Awaitable[T | None]],
    *,
    what: str,
    limit_seconds: float,
    cancellable: bool = True,
) -> T:
    """Ask for a change once and wait for its goal; ask again only when the answer was lost and it took no effect.

    Args:
        ctx: the step's context.
        ask: sends the request; it must do no harm twice.
        observe: gives the goal once it holds.
        what: what is waited for, for the screen.
        limit_seconds: how long, in seconds, before the step waits for the user.
        cancellable: whether a request to cancel ends the wait.
    """
    try:
        await ask()
    except (LostAnswerError, ServerFaultError) as error:
        await ctx.phase(f"no clear answer ({error.what}); checking whether it took effect")
        goal = await observe_until_found(ctx, observe, what=what, cancellable=cancellable)
        if goal is not None:
            return goal
        await _ask_again(ask)
    return await ctx.wait_until(observe, what=what, limit_seconds=limit_seconds, cancellable=cancellable)


async def _ask_again(ask: Callable[[], Awaitable[None]]) -> None:
    try:
        await ask()
    except (ConflictError, NotFoundError):
        return  # the first request is being carried out after all: the goal will show it


async def create_once(
    ctx: StepContext,
    create: Callable[[], Awaitable[T]],
    find: Callable[[], Awaitable[T | None]],
    *,
    what: str,
    asked_before: bool,
) -> T:
    """Make one thing, and never a second one as long as a lost request may still be carried out.

    Args:
        ctx: the step's context.
        create: sends the request.
        find: searches for what the run may have made; what it finds is taken instead of asking.
        what: what is made, for the screen.
        asked_before: whether an earlier runner may have asked already and not lived to see the answer.
    """
    found = await (observe_until_found(ctx, find, what=what) if asked_before else find())
    if found is not None:
        return found
    try:
        return await create()
    except (LostAnswerError, ServerFaultError) as error:
        await ctx.phase(f"no clear answer ({error.what}); checking whether it took effect")
    except ConflictError as error:
        # Nova refuses a second request while it carries out the first.
        found = await observe_until_found(ctx, find, what=what, seconds=5.0)
        if found is None:
            raise
        await ctx.phase(f"{error.what}; the first request is being carried out")
        return found
    found = await observe_until_found(ctx, find, what=what)
    return found if found is not None else await create()
