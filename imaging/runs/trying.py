"""Doing a thing that may be done again: troubles that pass are waited out, and the user is waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from imaging.runs.context import CancelRequested
from imaging.runs.run_context import RunContext, trouble_of
from imaging.runs.waiting import PASSING, STUCK_SECONDS, BackOff, RunnerStopped
from models.errors import (
    BadAnswerError,
    ImagingError,
    JournalError,
    LeaseLostError,
    NeedsUserError,
    RunError,
    ServerFaultError,
    UnauthorizedError,
)

T = TypeVar("T")

NOT_A_FAILURE = (CancelRequested, RunnerStopped, LeaseLostError, UnauthorizedError, JournalError)
"""What ends the work on a step without saying anything against the step."""

_FAULTS = 3
"""How often in a row the cloud may answer with a fault before that counts as a failure: each may hide a POST."""
_FAULT_SECONDS = 10.0
_PATIENCE_SECONDS = 300.0
"""How long no answer is borne before the user is told, and how long at least it is borne when nobody is there."""
_LAST_TRIES_SECONDS = 600.0
"""How long putting back is tried when nobody is there to help."""


async def persistently(context: RunContext, task: Callable[[], Awaitable[T]], *, cancellable: bool = True) -> T:
    """Do something that may be done again, as often as troubles that pass come in its way.

    Args:
        context: the run.
        task: what to do; it looks first whether it is done already.
        cancellable: whether a wish to cancel ends the pauses between tries.

    Raises:
        ImagingError: a trouble that did not pass, or any that does not.
    """
    back_off, started = BackOff(), context.clock.monotonic()
    while True:
        try:
            return await task()
        except PASSING as error:
            pause = back_off.failed(error)
            borne = context.clock.monotonic() - started
            if isinstance(error, ServerFaultError | BadAnswerError):
                pause = max(pause, _FAULT_SECONDS)
                if back_off.failures > _FAULTS:
                    raise
            if borne >= _PATIENCE_SECONDS:
                if context.time_is_up:
                    raise
                await context.wait_for_user(trouble_of(error))
            await context.phase(f"trying again: {error.what}")
            await context.pause(pause, cancellable=cancellable)


async def with_the_user(context: RunContext, task: Callable[[], Awaitable[T]]) -> T:
    """Do something, and where only the user can help, wait for them and do it again.

    Raises:
        NeedsUserError: nobody is there, and the run's time is up.
    """
    while True:
        try:
            return await persistently(context, task)
        except NeedsUserError as error:
            if context.time_is_up:
                raise
            await context.wait_for_user(trouble_of(error))
            await context.pause(STUCK_SECONDS, cancellable=True)


async def without_giving_up(context: RunContext, task: Callable[[], Awaitable[T]]) -> T:
    """Put the source back, again and again until it is done: no wish to cancel interrupts a try.

    Between two tries a wish to cancel that is new ends it, for the user has seen that it is stuck. Where nobody can
    help, because the run's time is up or it is being cancelled already, the tries end after ten minutes.

    Raises:
        ImagingError: why it cannot be done.
    """
    give_up_at = context.clock.monotonic() + _LAST_TRIES_SECONDS
    cancelled_before = context.run.cancel_requested
    while True:
        try:
            return await persistently(context, task, cancellable=False)
        except NOT_A_FAILURE:
            raise
        except ImagingError as error:
            hopeless = isinstance(error, RunError) and not isinstance(error, NeedsUserError)
            nobody_helps = context.time_is_up or cancelled_before
            if hopeless or (nobody_helps and context.clock.monotonic() >= give_up_at):
                raise
            await context.wait_for_user(trouble_of(error))
            await context.pause(STUCK_SECONDS, cancellable=False)
            if context.run.cancel_requested and not cancelled_before:
                raise
