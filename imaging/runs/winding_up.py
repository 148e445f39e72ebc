"""What is left to do once it is decided how a run ends: clear up, put back, report, and be over.

A run that is killed meanwhile is wound up again from the beginning by the next runner; each part looks first.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from imaging.runs.context import CleanUp, Procedures, StepResult
from imaging.runs.endings import stands, trouble_at_the_end, was_begun
from imaging.runs.journal_rows import Changes
from imaging.runs.run_context import RunContext, trouble_of
from imaging.runs.trying import NOT_A_FAILURE, persistently, without_giving_up
from models.request import OnFailure
from models.run import RunKind, RunRecord, RunState, StepRecord
from models.steps import StepName, StepState

_LEAVE_THE_SOURCE = frozenset({RunKind.VERIFY, RunKind.DEEP_CHECK})
"""Runs that change nothing of an instance, so that nothing has to be put back."""

_log = logging.getLogger(__name__)


class WindingUp:
    """Brings a run to the end that its record names in `ending`."""

    def __init__(self, context: RunContext, procedures: Procedures) -> None:
        self._context = context
        self._procedures = procedures

    @property
    def _run(self) -> RunRecord:
        return self._context.run

    async def all(self, *, untouchable: bool = False) -> None:
        """Do everything that is left.

        Args:
            untouchable: the claim was lost, so that nothing more of the source may be changed.
        """
        if self._run.kind not in _LEAVE_THE_SOURCE and self._run.ending is not RunState.DONE:
            await self._source(untouchable=untouchable)
        if was_begun(self._run, StepName.TEST_LAUNCH) and not stands(self._run, StepName.REMOVE_TEST):
            await self._attempt(StepName.REMOVE_TEST, self._step(StepName.REMOVE_TEST))
        if self._run.kind is RunKind.DEEP_CHECK and was_begun(self._run, StepName.CREATE_IMAGE):
            await self._snapshot()
        await self._skip_the_rest()
        await self._context.set_run(trouble=trouble_at_the_end(self._run))
        await self._attempt(StepName.REPORT, self._step(StepName.REPORT))
        now = self._context.clock.now()
        await self._context.set_run(state=self._run.ending, ended_at=now, trouble=trouble_at_the_end(self._run))

    async def put_back(self) -> StepResult:
        """Put the source back, however often it has to be tried."""
        result = await without_giving_up(self._context, self._step(StepName.PUT_BACK))
        if self._run.claim is not None and self._run.source_restored is not True:
            await self._context.record(source_restored=True)
        return result

    async def _source(self, *, untouchable: bool) -> None:
        if self._run.kind is RunKind.CREATE and not stands(self._run, StepName.CLAIM):
            if was_begun(self._run, StepName.UNLOCK):
                await self._clear("restore the lock", self._procedures.withdraw)
            return
        await self._image()
        if stands(self._run, StepName.PUT_BACK):
            return
        leave = self._run.ending is RunState.FAILED and self._run.plan.request.on_failure is OnFailure.LEAVE
        given_up = untouchable or leave or self._run.step(StepName.PUT_BACK).state is StepState.FAILED
        if given_up or not await self._attempt(StepName.PUT_BACK, self.put_back):
            await self._context.record(source_restored=False)

    async def _image(self) -> None:
        if was_begun(self._run, StepName.CREATE_IMAGE) and not stands(self._run, StepName.WAIT_FOR_IMAGE):
            await self._clear("remove the unfinished image", self._procedures.remove_unfinished_image)
        if self._run.image_id is not None and self._run.verdict is None:
            await self._clear("mark the image as unverified", self._procedures.mark_unverified)

    async def _snapshot(self) -> None:
        """Remove what a deep check made for a while, however it ends."""
        if not stands(self._run, StepName.REMOVE_SNAPSHOT):
            await self._attempt(StepName.REMOVE_SNAPSHOT, self._step(StepName.REMOVE_SNAPSHOT))

    def _step(self, name: StepName) -> Callable[[], Awaitable[StepResult]]:
        return lambda: self._procedures.steps[name](self._context)

    async def _clear(self, what: str, clean_up: CleanUp) -> None:
        """Do a clean-up; when it fails, say so and go on, for the source matters more."""
        try:
            await persistently(self._context, lambda: clean_up(self._context))
        except NOT_A_FAILURE:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of ours too: the source matters more
            _log.exception("could not %s", what)
            await self._context.phase(f"could not {what}: {trouble_of(error).what}")

    async def _attempt(self, step: StepName, task: Callable[[], Awaitable[StepResult]]) -> bool:
        """Do a step of the clearing up; when it fails, the run has failed, and the rest is done all the same."""
        try:
            await self._context.begin(step)
            await self._context.end(step, await persistently(self._context, task))
        except NOT_A_FAILURE:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of ours too: the rest is done all the same
            _log.exception("%s failed", step)
            await self._context.fail(step, trouble_of(error))
            return False
        return True

    async def _skip_the_rest(self) -> None:
        rest = [record for record in self._run.steps if _is_left(record)]

        def change(changes: Changes) -> None:
            for record in rest:
                note = "interrupted" if record.started_at else "not reached"
                changes.step(record.step, state=StepState.SKIPPED, note=note, trouble=None)

        await self._context.write(change)


def _is_left(record: StepRecord) -> bool:
    """Whether a step was not done and now never will be; it gets no end time, for it came to no end."""
    unfinished = record.state in {StepState.PENDING, StepState.RUNNING, StepState.WAITING}
    return unfinished and record.step is not StepName.REPORT
