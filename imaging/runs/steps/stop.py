"""Stop: only the disk of a stopped machine is surely whole, and only its volumes can be detached without loss."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.instance import is_at_rest, read_source
from models.cloud.instance import Instance
from models.errors import RunError
from models.run.intent import IntentAction

# V14, V33: 21 s were seen while the guest still booted, 65 s in emergency mode.
STOP_SECONDS = 300.0
"""Nova pulls the plug after 60 s by default, after more where an image asks for more."""
_STOPPABLE = frozenset({"ACTIVE"})


async def stop(ctx: StepContext) -> StepResult:
    """Goal: the source is SHUTOFF and nothing is being done to it.

    Raises:
        RunError: it is in a state that cannot be stopped, or it went on running.
    """
    source = await read_source(ctx)
    if is_at_rest(source):
        was_running = ctx.run.claim is not None and ctx.run.claim.was_running
        return StepResult("stopped" if was_running else "was not running", skipped=not was_running)
    if source.status not in _STOPPABLE:
        raise RunError(
            f"The instance is {source.status}, which cannot be stopped.",
            remedy="Bring it to ACTIVE or SHUTOFF first.",
        )
    await ask_until(
        ctx,
        lambda: _ask(ctx),
        Stopping(ctx, read_source).observe,
        what="the instance to stop",
        limit_seconds=STOP_SECONDS,
    )
    return StepResult("stopped")


async def _ask(ctx: StepContext) -> None:
    source = await read_source(ctx)
    # V13: a second request is a 409, although the first does what we want.
    if source.task_state == "powering-off":
        return
    await ctx.verify_claim()
    await ctx.intend(IntentAction.STOP, source.id)
    await ctx.cloud.compute.stop(source.id)


class Stopping:
    """Watches a stop. One that fails ends in ACTIVE again, without a fault anywhere."""

    def __init__(
        self, ctx: StepContext, read: Callable[[StepContext], Awaitable[Instance]], what: str = "instance"
    ) -> None:
        self._ctx = ctx
        self._read = read
        self._what = what
        self._was_stopping = False

    async def observe(self) -> Instance | None:
        """The instance, once it is at rest."""
        source = await self._read(self._ctx)
        await self._ctx.phase(f"{self._what} {source.status}" + (f", {source.task_state}" if source.task_state else ""))
        if is_at_rest(source):
            return source
        if source.status == "ERROR":
            raise RunError(f"The {self._what} went into ERROR while stopping. {source.fault or ''}".strip())
        if source.task_state == "powering-off":
            self._was_stopping = True
        # V14: Nova leaves no fault, so the only sign is that the task ended and the status did not change.
        elif self._was_stopping and source.task_state is None:
            raise RunError(
                f"The {self._what} did not stop: it is {source.status} again.",
                remedy="Shut it down from inside, then try again.",
            )
        return None
