"""What is left to do once it is decided how a run ends: clear up, restore, report, and be over.

When a run is killed meanwhile, the next runner begins the teardown again; each part observes first.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from imaging.runs.core.outcome import awaits_source, stands, trouble_at_the_end, was_begun
from imaging.runs.core.step_context import CancelRequested, CleanUp, Procedures, StepResult
from imaging.runs.engine.retry import NOT_A_FAILURE, retry_transient, without_giving_up
from imaging.runs.engine.run_context import RunContext
from imaging.runs.engine.trouble import trouble_of
from imaging.runs.journal.rows import Changes
from models.errors import RestoreFaultError, UnauthorizedError
from models.run.record import RunRecord, RunState, StepRecord
from models.run.request import OnFailure
from models.steps import StepName, StepState

_log = logging.getLogger(__name__)


class Teardown:
    """Brings a run to the end that its record names in `outcome`."""

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

        Raises:
            RestoreFaultError: all is cleared up but the source, which a fault of the program kept from going back.
        """
        stuck = None
        if self._run.spec.changes_source and self._run.outcome is not RunState.DONE:
            # The source first: it is the user's, and everything else can wait.
            stuck = await self._source_unless_stuck(untouchable=untouchable)
        await self._instances()
        if was_begun(self._run, StepName.LAUNCH_CLONE):
            await self._clone()
        if self._run.spec.image_is_temporary and was_begun(self._run, StepName.CREATE_IMAGE):
            await self._temporary_image(StepName.REMOVE_SNAPSHOT)
        if self._run.spec.makes_interim and was_begun(self._run, StepName.CREATE_IMAGE):
            await self._temporary_image(StepName.REMOVE_INTERIM)
        await self._files()
        # Only now: a source that cannot be restored is no reason to leave test instances running.
        if stuck is not None:
            raise stuck
        # Last of all that is not the report: it changes nothing, and a request to cancel ends it.
        if awaits_source(self._run):
            await self._watch_source()
        await self._skip_the_rest()
        # Before the run is marked as over, so that a script that waits for that finds the report.
        await self._attempt(StepName.REPORT, self._step(StepName.REPORT))
        now = self._context.clock.now()
        await self._context.writer.set_run(state=self._run.outcome, ended_at=now, trouble=trouble_at_the_end(self._run))

    async def _instances(self) -> None:
        """Remove every instance that was launched from an image, but for the clone."""
        procedures = self._procedures
        for begun, removed, remove in (
            (StepName.TEST_LAUNCH, StepName.REMOVE_TEST, self._step(StepName.REMOVE_TEST)),
            (StepName.RUN_CHECKS, StepName.RUN_CHECKS, lambda: procedures.remove_checked(self._context)),
            (StepName.LIST_BASE, StepName.LIST_BASE, lambda: procedures.remove_base(self._context)),
            (StepName.INSPECT, StepName.INSPECT, lambda: procedures.remove_inspection(self._context)),
        ):
            if was_begun(self._run, begun) and not stands(self._run, removed):
                await self._attempt(removed, remove)

    async def restore(self) -> StepResult:
        """Restore the source, however often it has to be tried."""
        result = await without_giving_up(self._context, self._step(StepName.RESTORE))
        if self._run.claim is not None and self._run.instance_restored is not True:
            await self._context.record(instance_restored=True)
        return result

    async def list_base(self) -> StepResult:
        """List what is installed on the base. Nothing rests on it: what fails it is told, and the run goes on."""
        try:
            return await retry_transient(self._context, self._step(StepName.LIST_BASE))
        except NOT_A_FAILURE:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of the program, too: the image is made and judged by now
            _log.exception("what is installed on the base could not be listed")
            because = trouble_of(error).what.rstrip(".")
        return await retry_transient(self._context, lambda: self._procedures.end_listing(self._context, because))

    async def _source_unless_stuck(self, *, untouchable: bool) -> RestoreFaultError | None:
        """See to the source; where only that cannot be done, the rest still is, and then the run waits."""
        try:
            await self._source(untouchable=untouchable)
        except RestoreFaultError as error:
            await self._context.record(instance_restored=False)
            return error
        return None

    async def _source(self, *, untouchable: bool) -> None:
        if self._run.spec.claims and not stands(self._run, StepName.CLAIM):
            # Without a claim nothing was stopped or detached; only the lock may be off.
            if was_begun(self._run, StepName.UNLOCK) and not await self._clear(
                "restore the lock", self._procedures.release_claim
            ):
                await self._context.record(instance_restored=False)
            return
        # Before the source is restored: V43, Nova refuses a start while it still makes the image.
        await self._image()
        if stands(self._run, StepName.RESTORE):
            return
        leave = self._run.outcome is RunState.FAILED and self._run.plan.request.on_failure is OnFailure.LEAVE
        # The runner before tried a restore that failed for long enough.
        given_up = untouchable or leave or self._run.step(StepName.RESTORE).state is StepState.FAILED
        if given_up or not await self._attempt(StepName.RESTORE, self.restore):
            await self._context.record(instance_restored=False)

    async def _watch_source(self) -> None:
        """Watch the source come up, as at the end of a good run; a request to cancel that is new ends it."""
        # The request that has ended the run is not one to end this. One that ended this step before is.
        if self._run.outcome is RunState.CANCELLED and not was_begun(self._run, StepName.SEE_UP):
            await self._context.writer.set_run(cancel_requested=False)
        with self._context.only_watching():
            try:
                await self._attempt(StepName.SEE_UP, self._step(StepName.SEE_UP))
            except CancelRequested:
                await self._context.phase("not watched to the end: cancelled")
            except UnauthorizedError:  # V19: no reason to wait for a login, when all that is left is to watch
                await self._context.phase("not watched to the end: the login has expired")

    async def _image(self) -> None:
        if was_begun(self._run, StepName.CREATE_IMAGE) and not stands(self._run, StepName.WAIT_FOR_IMAGE):
            await self._clear("remove the unfinished image", self._procedures.remove_unfinished_image)
        await self._unverified()

    async def _unverified(self) -> None:
        # V24: the image inherits its base image's "booted", which must not stand for an image nobody has tested.
        if self._run.image_id is not None and self._run.verdict is None:
            await self._clear("mark the image as unverified", self._procedures.mark_unverified)

    async def _clone(self) -> None:
        """Remove the clone, however the run ends, and before it an image of it that is not finished."""
        if was_begun(self._run, StepName.IMAGE_CLONE) and not stands(self._run, StepName.WAIT_FOR_SEALED):
            await self._clear("remove the unfinished sealed image", self._procedures.remove_unfinished_sealed)
        if self._run.outcome is not RunState.DONE:
            await self._unverified()
        if not stands(self._run, StepName.REMOVE_CLONE):
            await self._attempt(StepName.REMOVE_CLONE, self._step(StepName.REMOVE_CLONE))

    async def _files(self) -> None:
        """What an import or an export made on this machine or of a file."""
        if self._run.spec.takes_file:
            await self._import()
        # What a failed one has downloaded is kept: the same export continues with it.
        if self._run.spec.writes_file and self._run.outcome in {RunState.CANCELLED, RunState.UNDONE}:
            await self._clear("remove what the export has written", self._procedures.clear_export)

    async def _import(self) -> None:
        """No image of an import stays that nobody compared, and no conversion that no other run can use."""
        if was_begun(self._run, StepName.CONVERT):
            await self._clear("remove what the import made", self._procedures.clear_import)
        if self._run.outcome is RunState.FAILED:
            await self._unverified()

    async def _temporary_image(self, step: StepName) -> None:
        """Remove an image that the run made for a while, however it ends."""
        if not stands(self._run, step):
            await self._attempt(step, self._step(step))

    def _step(self, name: StepName) -> Callable[[], Awaitable[StepResult]]:
        return lambda: self._procedures.steps[name](self._context)

    async def _clear(self, what: str, clean_up: CleanUp) -> bool:
        """Do a clean-up; when it fails, say so and continue, for the source matters more."""
        try:
            await retry_transient(self._context, lambda: clean_up(self._context))
        except NOT_A_FAILURE:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of the program, too: the source matters more
            _log.exception("could not %s", what)
            await self._context.phase(f"could not {what}: {trouble_of(error).what}")
            return False
        return True

    async def _attempt(self, step: StepName, task: Callable[[], Awaitable[StepResult]]) -> bool:
        """Do a step of the clearing up; when it fails, the run has failed, and the rest is done all the same."""
        try:
            await self._context.writer.begin(step)
            await self._context.writer.end(step, await retry_transient(self._context, task))
        except NOT_A_FAILURE:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of the program, too: the rest is done all the same
            _log.exception("%s failed", step)
            await self._context.writer.fail(step, trouble_of(error))
            return False
        return True

    async def _skip_the_rest(self) -> None:
        rest = [record for record in self._run.steps if _is_left(record)]

        def change(changes: Changes) -> None:
            for record in rest:
                note = "interrupted" if record.started_at else "not reached"
                changes.step(record.step, state=StepState.SKIPPED, note=note, trouble=None)

        await self._context.writer.write(change)


def _is_left(record: StepRecord) -> bool:
    """Whether a step was not done and now never will be; it gets no end time, for it came to no end."""
    unfinished = record.state in {StepState.PENDING, StepState.RUNNING, StepState.WAITING}
    return unfinished and record.step is not StepName.REPORT
