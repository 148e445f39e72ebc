"""The engine: works through a run's steps in their order, and decides what happens when one of them fails.

It changes nothing of a cloud itself; the steps and clean-ups do (`imaging.runs.core.step_context.Procedures`). What
it decides is in the journal before it is acted upon, so that after `kill -9` the next runner decides the same.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from imaging.cloud.interface import Cloud
from imaging.runs.core.outcome import outcome_by_verdict, to_be_seen_again, way_out
from imaging.runs.core.polling import RunnerStopped
from imaging.runs.core.step_context import CancelRequested, Procedures, StepResult
from imaging.runs.engine.retry import NOT_A_FAILURE, retry_transient, with_the_user
from imaging.runs.engine.run_context import RunContext
from imaging.runs.engine.teardown import Teardown
from imaging.runs.engine.trouble import trouble_of
from models.errors import (
    ClaimLostError,
    ImagingError,
    JournalError,
    LeaseLostError,
    RestoreFaultError,
    UnauthorizedError,
    WrongProjectError,
)
from models.run.record import RunRecord, RunState, StepRecord
from models.steps import StepName, StepState

_log = logging.getLogger(__name__)

_TOLD_BY_THE_RUNNER = (LeaseLostError, JournalError, WrongProjectError)
"""What ends the runner without a word in the journal: it may not write there, cannot, or is the wrong one."""


class Engine:
    """Carries one run to its end, or as far as it can come without the user."""

    def __init__(self, context: RunContext, procedures: Procedures, connect: Callable[[], Awaitable[Cloud]]) -> None:
        self._context = context
        self._procedures = procedures
        self._steps = procedures.steps
        self._connect = connect
        self._teardown = Teardown(context, procedures)

    @property
    def _run(self) -> RunRecord:
        return self._context.run

    async def work(self) -> RunRecord:
        """Continue the run from wherever it is.

        Returns:
            The record: over, or waiting for the user to log in again, or as it was when the process was told to stop.

        Raises:
            LeaseLostError: another runner has the run now.
            JournalError: nothing can be written down, so nothing more is done.
            WrongProjectError: the login is another project's.
        """
        try:
            await self._log_in()
            await self._go()
        except RunnerStopped:
            _log.info("told to stop; the run can be resumed")
        # Before the general case: V19, an expired login says nothing about the run.
        except UnauthorizedError as error:
            _log.warning("not logged in any more: %s", error)
            await self._wait_for_a_login(error)
        except RestoreFaultError as error:
            _log.error("%s", error)  # each fault's traceback is in the log already
            await self._context.record(instance_restored=False)
            await self._context.writer.wait_for_user(trouble_of(error))
        except _TOLD_BY_THE_RUNNER:
            raise
        except Exception as error:  # noqa: BLE001  # any fault: the user is told and has a way back
            _log.exception("the run cannot continue")
            await self._wait_for_help(error)
        return self._run

    async def remove_kept(self) -> RunRecord:
        """Remove a test instance that a run which is over has kept for a while.

        Raises:
            ImagingError: why it cannot be done; what was kept is told again at the next start.
        """
        await self._log_in()
        self._context.writer.turn_to(StepName.REMOVE_TEST)
        await retry_transient(self._context, lambda: self._procedures.remove_kept(self._context), cancellable=False)
        return self._run

    async def _wait_for_a_login(self, error: UnauthorizedError) -> None:
        parts = {
            "meaning": "Without a valid login nothing more can be done, and nothing more is done.",
            "remedy": f"Log in again with `imaging resume {self._run.id}`.",
        }
        await self._context.writer.wait_for_user(trouble_of(error).model_copy(update=parts))

    async def _wait_for_help(self, error: Exception) -> None:
        """Nothing is as bad as a run that is over or silent while its source is stopped: say so, and wait."""
        trouble = trouble_of(error)
        remedy = f"`imaging resume {self._run.id}` continues, {way_out(self._run)}."
        parts = {"remedy": " ".join(part for part in (trouble.remedy, remedy) if part)}
        await self._context.writer.wait_for_user(trouble.model_copy(update=parts))

    async def _log_in(self) -> None:
        cloud = await retry_transient(self._context, self._connect, cancellable=False)
        self._context.cloud = cloud
        login = await retry_transient(self._context, cloud.login, cancellable=False)
        # The steps would search in the wrong project, and take what the run made for gone.
        if login.identity.project_id != self._run.identity.project_id:
            raise WrongProjectError(f"Run {self._run.id} belongs to another project.", meaning="Nothing was done.")
        # Before the first step: the adapters then refuse to delete these, even if a step has a fault.
        for thing_id in sorted(await self._context.claimed_ids() | _of_the_source(self._run)):
            cloud.protect(thing_id)
        # The cloud's own time, for what it made is dated by its clocks and not by this machine's.
        now = await retry_transient(self._context, cloud.compute.server_time, cancellable=False)
        await self._context.at_the_clouds_time(now)

    async def _go(self) -> None:
        # First of all: what an earlier runner decided is not decided again.
        if self._run.outcome is not None:
            await self._teardown.all()
        elif self._run.undo_requested:
            await self._end_as(RunState.UNDONE)
        elif self._run.cancel_requested:
            await self._end_as(RunState.CANCELLED)
        else:
            await self._forward()

    async def _forward(self) -> None:
        """Do what is still to be done; the report comes last and is written however the run ends."""
        for record in self._run.steps:
            try:
                await self._advance(record)
            except CancelRequested:
                await self._end_as(RunState.CANCELLED)
                return
            except NOT_A_FAILURE:
                raise
            except Exception as error:  # noqa: BLE001  # even a fault of the program must not keep the source from being restored
                await self._fail(record.step, error)
                return
        await self._end_as(outcome_by_verdict(self._run))

    async def _advance(self, record: StepRecord) -> None:
        step = record.step
        if record.state in {StepState.DONE, StepState.SKIPPED}:
            # The cloud may have changed while no runner was there: somebody started the instance, or attached a volume.
            if to_be_seen_again(self._run, step):
                await self._see_again(step)
        # The report is written when the run is over, on every path.
        elif step is not StepName.REPORT:
            await self._context.check_interrupts(cancellable=True)
            await self._context.writer.begin(step)
            await self._context.writer.end(step, await self._result_of(step))

    async def _result_of(self, step: StepName) -> StepResult:
        if step is StepName.RESTORE:
            return await self._teardown.restore()
        if step is StepName.LIST_BASE:
            return await self._teardown.list_base()
        return await with_the_user(self._context, lambda: self._steps[step](self._context))

    async def _see_again(self, step: StepName) -> None:
        """After a restart see whether what the image depends on still holds, and fix it if not."""
        self._context.writer.turn_to(step)
        result = await with_the_user(self._context, lambda: self._steps[step](self._context))
        if not result.skipped:
            await self._context.writer.end(step, result)

    async def _fail(self, step: StepName, error: Exception) -> None:
        """Write down why, and end by the answer that was chosen beforehand."""
        if isinstance(error, ImagingError):
            _log.warning("%s failed: %s", step, error)
        else:
            _log.error("%s failed by a fault of the program", step, exc_info=error)
        # In the journal before anything is undone: a kill in between must not make the run go forward again.
        await self._context.writer.fail(step, trouble_of(error))
        await self._teardown.all(untouchable=isinstance(error, ClaimLostError))

    async def _end_as(self, outcome: RunState) -> None:
        await self._context.writer.set_run(outcome=outcome)
        await self._teardown.all()


def _of_the_source(run: RunRecord) -> set[str]:
    """What a run works on, which is the user's: the instance, what it booted from, its volumes."""
    plan = run.plan
    ids = {run.instance_id, plan.root_volume_id, *(planned.attachment.volume_id for planned in plan.volumes)}
    # The plan and not the cloud: after a restart the volumes may be detached.
    if plan.source is not None:
        ids |= {plan.source.image_id, *plan.source.attached_volume_ids}
    if plan.image is not None:
        ids.add(plan.image.id)
    return {thing_id for thing_id in ids if thing_id}
