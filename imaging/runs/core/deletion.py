"""Deleting one thing and seeing it go: the one place that waits for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from imaging.runs.core.step_context import StepContext
from models.errors import ConflictError, ImagingError, NotFoundError, NotOwnedError


class Progress(Enum):
    """How far a deletion has come."""

    GONE = "gone"
    UNDER_WAY = "under way"


GONE: Final = Progress.GONE
UNDER_WAY: Final = Progress.UNDER_WAY


@dataclass(frozen=True)
class Kept:
    """The thing has to stay."""

    reason: str
    """Why, for people: nothing is decided by its words."""
    name: str = ""
    """What it is called, where that was seen."""


async def wait_gone(
    ctx: StepContext,
    delete: Callable[[], Awaitable[Progress | Kept]],
    *,
    what: str,
    limit_seconds: float,
    refusals: tuple[type[ImagingError], ...] = (NotOwnedError,),
) -> Kept | None:
    """Delete a thing as soon as it can be deleted, and wait until it is gone, whether or not the run is cancelled.

    Args:
        ctx: the step's context.
        delete: reads the thing and asks for its deletion where that is possible now. That it is not found means
            that it is gone; a conflict, that something still uses it: then it is called again.
        what: what is waited for, for the screen.
        limit_seconds: how long, in seconds, before the step waits for the user.
        refusals: errors of `delete` that say that it stays.

    Returns:
        Why it stays; None once it is gone.
    """

    async def ended() -> Kept | Literal[Progress.GONE] | None:
        try:
            came_of_it = await delete()
        except NotFoundError:
            return GONE
        except ConflictError:
            return None
        except refusals as error:
            return Kept(error.what)
        return None if came_of_it is UNDER_WAY else came_of_it

    outcome = await ctx.wait_until(ended, what=f"{what} to be gone", limit_seconds=limit_seconds, cancellable=False)
    return outcome if isinstance(outcome, Kept) else None
