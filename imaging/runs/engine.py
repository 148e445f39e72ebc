"""The engine: works through a run's steps in their order, and decides what happens when one of them fails.

It changes nothing of a cloud itself; the steps and clean-ups do (`imaging.runs.context.Procedures`). Whatever it
decides is in the journal before it is acted upon, so that after `kill -9` the next runner decides the same.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from imaging.cloud.interface import Cloud
from imaging.runs.context import CancelRequested, Procedures, StepResult
from imaging.runs.endings import ending_by_verdict, to_be_seen_again
from imaging.runs.run_context import RunContext, trouble_of
from imaging.runs.trying import NOT_A_FAILURE, persistently, with_the_user
from imaging.runs.waiting import RunnerStopped
from imaging.runs.winding_up import WindingUp
from models.errors import ClaimLostError, ImagingError, UnauthorizedError, WrongProjectError
from models.run import RunRecord, RunState, StepRecord
from models.steps import StepName, StepState

_log = logging.getLogger(__name__)


class Engine:
    """Carries one run to its end, or as far as it can come without the user."""

    def __init__(self, context: RunContext, procedures: Procedures, connect: Callable[[], Awaitable[Cloud]]) -> None:
        self._context = context
        self._steps = procedures.steps
        self._connect = connect
        self._winding_up = WindingUp(context, procedures)

    @property
    def _run(self) -> RunRecord:
        return self._context.run

    async def work(self) -> RunRecord:
        """Go on with the run from wherever it is.

        Returns:
            The record: over, or waiting for the user to log in anew, or as it was when the process was told to stop.

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
        except UnauthorizedError as error:
            _log.warning("not logged in any more: %s", error)
            await self._wait_for_a_login(error)
        return self._run

    async def _wait_for_a_login(self, error: UnauthorizedError) -> None:
        parts = {
            "meaning": "Without a valid login nothing more can be done, and nothing more is done.",
            "remedy": f"Log in anew with `imaging resume {self._run.id}`.",
        }
        await self._context.wait_for_user(trouble_of(error).model_copy(update=parts))

    async def _log_in(self) -> None:
        cloud = await persistently(self._context, self._connect, cancellable=False)
        self._context.cloud = cloud
        login = await persistently(self._context, cloud.login, cancellable=False)
        if login.identity.project_id != self._run.identity.project_id:
            raise WrongProjectError(f"Run {self._run.id} belongs to another project.", meaning="Nothing was done.")
        if self._run.instance_id is not None:
            cloud.protect(self._run.instance_id)

    async def _go(self) -> None:
        if self._run.ending is not None:
            await self._winding_up.all()
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
            except Exception as error:  # noqa: BLE001  # even a fault of ours must not keep the source from going back
                await self._fail(record.step, error)
                return
        await self._end_as(ending_by_verdict(self._run))

    async def _advance(self, record: StepRecord) -> None:
        step = record.step
        if record.state in {StepState.DONE, StepState.SKIPPED}:
            if to_be_seen_again(self._run, step):
                await self._see_again(step)
        elif step is not StepName.REPORT:
            await self._context.heed(cancellable=True)
            await self._context.begin(step)
            await self._context.end(step, await self._result_of(step))

    async def _result_of(self, step: StepName) -> StepResult:
        if step is StepName.PUT_BACK:
            return await self._winding_up.put_back()
        return await with_the_user(self._context, lambda: self._steps[step](self._context))

    async def _see_again(self, step: StepName) -> None:
        """After a restart see whether what the image depends on still holds, and mend it if not."""
        self._context.turn_to(step)
        result = await with_the_user(self._context, lambda: self._steps[step](self._context))
        if not result.skipped:
            await self._context.end(step, result)

    async def _fail(self, step: StepName, error: Exception) -> None:
        """Write down why, and end by the answer that was chosen beforehand."""
        if isinstance(error, ImagingError):
            _log.warning("%s failed: %s", step, error)
        else:
            _log.error("%s failed by a fault of the program", step, exc_info=error)
        await self._context.fail(step, trouble_of(error))
        await self._winding_up.all(untouchable=isinstance(error, ClaimLostError))

    async def _end_as(self, ending: RunState) -> None:
        await self._context.set_run(ending=ending)
        await self._winding_up.all()
