"""Doing a thing that may be done again: troubles that pass are waited out, and the user is waited for."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from imaging.runs.core.polling import STUCK_SECONDS, TRANSIENT_ERRORS, BackOff, RunnerStopped
from imaging.runs.core.step_context import CancelRequested
from imaging.runs.engine.run_context import RunContext
from imaging.runs.engine.trouble import trouble_of
from models.errors import (
    BadAnswerError,
    ImagingError,
    JournalError,
    LeaseLostError,
    NeedsUserError,
    RestoreFaultError,
    RunError,
    ServerFaultError,
    UnauthorizedError,
)

T = TypeVar("T")

_log = logging.getLogger(__name__)

NOT_A_FAILURE = (CancelRequested, RunnerStopped, LeaseLostError, UnauthorizedError, JournalError, RestoreFaultError)
"""What ends the work on a step without saying anything against the step."""

_FAULTS = 3
"""How often in a row the cloud may answer with a fault before that counts as a failure: each may hide a POST."""
_FAULT_SECONDS = 10.0
_PATIENCE_SECONDS = 300.0
"""How long no answer is borne before the user is told, and how long at least it is borne when nobody is there."""
_LONGEST_FAULT_PAUSE = 120.0
_LAST_TRIES_SECONDS = 600.0
"""How long a restore is tried when nobody is there to help."""


async def retry_transient(context: RunContext, task: Callable[[], Awaitable[T]], *, cancellable: bool = True) -> T:
    """Do something that may be done again, as often as troubles that pass come in its way.

    Args:
        context: the run.
        task: what to do; it checks first whether it is done already.
        cancellable: whether a request to cancel ends the pauses between tries.

    Raises:
        ImagingError: a trouble that did not pass, or any that does not.
    """
    back_off, started = BackOff(), context.clock.monotonic()
    while True:
        try:
            return await task()
        except TRANSIENT_ERRORS as error:
            pause = back_off.failed(error)
            borne = context.clock.monotonic() - started
            # V25: a 500 may hide a request that was carried out, so these tries are few and far apart.
            if isinstance(error, ServerFaultError | BadAnswerError):
                pause = max(pause, _FAULT_SECONDS)
                if back_off.failures > _FAULTS:
                    raise
            # Told and still tried: once the network is back, the run continues by itself.
            if borne >= _PATIENCE_SECONDS:
                if context.time_is_up:
                    raise
                await context.writer.wait_for_user(trouble_of(error))
            await context.phase(f"trying again: {error.what}")
            await context.pause(pause, cancellable=cancellable)


async def with_the_user(context: RunContext, task: Callable[[], Awaitable[T]]) -> T:
    """Do something, and where only the user can help, wait for them and do it again.

    Raises:
        NeedsUserError: nobody is there, and the run's time is up.
    """
    while True:
        try:
            return await retry_transient(context, task)
        except NeedsUserError as error:
            if context.time_is_up:
                raise
            await context.writer.wait_for_user(trouble_of(error))
            # The task checks again by itself: what the user does by hand is noticed without a command.
            await context.pause(STUCK_SECONDS, cancellable=True)


async def without_giving_up(context: RunContext, task: Callable[[], Awaitable[T]]) -> T:
    """Restore the source, again and again until it is done: no request to cancel interrupts a try.

    Even a fault of the program is tried again, for what made it may pass: memory, a disk, an answer of the cloud.

    Between two tries a request to cancel that is new ends it, for the user has seen that it is stuck. Where nobody can
    help, because the run's time is up or it is being cancelled already, the tries end after ten minutes.

    Raises:
        RestoreFaultError: a fault of the program came again and again for ten minutes.
        ImagingError: why it cannot be done.
    """
    faults = 0
    give_up_at = context.clock.monotonic() + _LAST_TRIES_SECONDS
    # Only a new request to cancel counts: a run that is being cancelled restores the instance too.
    cancelled_before = context.run.cancel_requested
    while True:
        try:
            return await retry_transient(context, task, cancellable=False)
        except NOT_A_FAILURE:
            raise
        except ImagingError as error:
            # A plain RunError is a fact, such as a deleted instance: no further try changes it.
            hopeless = isinstance(error, RunError) and not isinstance(error, NeedsUserError)
            nobody_helps = context.time_is_up or cancelled_before
            if hopeless or (nobody_helps and context.clock.monotonic() >= give_up_at):
                raise
            await context.writer.wait_for_user(trouble_of(error))
            await context.pause(STUCK_SECONDS, cancellable=False)
            if context.run.cancel_requested and not cancelled_before:
                raise
        # Last: every expected error is an ImagingError and handled above; this is a fault of the program.
        except Exception as error:
            faults += 1
            _log.exception("restoring failed by a fault of the program, %d times by now", faults)
            await context.writer.wait_for_user(trouble_of(error))
            if context.clock.monotonic() >= give_up_at:
                raise _stuck(context, error) from error
            await context.pause(min(_LONGEST_FAULT_PAUSE, STUCK_SECONDS * 2.0 ** (faults - 1)), cancellable=False)


def _stuck(context: RunContext, error: Exception) -> RestoreFaultError:
    """What is left to do once the program itself cannot restore the source: its claim stays where it is."""
    run = context.run
    return RestoreFaultError(
        trouble_of(error).what,
        meaning="The instance could not be restored in ten minutes of trying. Its claim is still in its metadata.",
        remedy=f"`imaging resume {run.id}` tries again, `imaging undo {run.id}` only restores, also from another "
        "machine. The runner's log says where it failed; please report it.",
    )
