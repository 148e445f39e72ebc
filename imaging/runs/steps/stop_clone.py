"""Stop clone: a clone that has reported is stopped by Nova, so that its disk is whole and nothing more is written."""

from __future__ import annotations

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.images_and_servers import doubt_about_server
from imaging.runs.source.instance import is_at_rest
from imaging.runs.steps.stop import STOP_SECONDS, Stopping
from imaging.runs.test_instance.seal.clone import deleted_clone, standing_clone
from models.cloud.instance import Instance
from models.errors import RunError
from models.run.intent import IntentAction
from models.seal.report import SealState


async def stop_clone(ctx: StepContext) -> StepResult:
    """Goal: the clone that has reported is SHUTOFF, and nothing is being done to it.

    Raises:
        RunError: somebody deleted it, or it does not stop.
    """
    report = ctx.run.seal_report
    if report is None or report.state is not SealState.SEALED:
        raise RunError("The clone is not sealed.")
    clone = await sealed_clone(ctx)
    if is_at_rest(clone):
        return StepResult("it is off already")
    doubt = doubt_about_server(ctx.run, clone, await ctx.claimed_ids())
    if doubt is not None:
        raise RunError(f"The clone {clone.id} is not stopped: {doubt}.")

    async def ask() -> None:
        # V13: a second request is a 409, although the first does what we want.
        if (await sealed_clone(ctx)).task_state == "powering-off":
            return
        await ctx.intend(IntentAction.STOP_CLONE, clone.id)
        await ctx.cloud.compute.stop(clone.id)

    stopping = Stopping(ctx, sealed_clone, "clone")
    await ask_until(ctx, ask, stopping.observe, what="the clone to stop", limit_seconds=STOP_SECONDS)
    return StepResult("stopped")


async def sealed_clone(ctx: StepContext) -> Instance:
    """The clone as it is now. Raises RunError where somebody deleted it."""
    clone = await standing_clone(ctx)
    if clone is None:
        raise deleted_clone()
    return clone
