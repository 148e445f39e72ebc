"""Writes the record of a run: every change goes through here, under the runner's lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from imaging.runs.core.outcome import trouble_at_the_end
from imaging.runs.core.step_context import StepResult
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import Lease
from imaging.runs.journal.rows import Changes
from imaging.runtime.clock import Clock
from models.errors import JournalError
from models.run.intent import Intent
from models.run.record import RunRecord, RunState, Trouble
from models.steps import StepName, StepState

T = TypeVar("T")

_JOURNAL_SECONDS = 600.0
"""How long nothing at all is done because nothing can be written down, before the runner ends."""
_JOURNAL_PAUSE_SECONDS = 5.0

_log = logging.getLogger(__name__)


class RecordWriter:
    """The record of one run as the journal has it, and each way in which it changes."""

    def __init__(
        self, journal: Journal, lease: Lease, run: RunRecord, *, clock: Clock, stopping: asyncio.Event
    ) -> None:
        """Keep where to write.

        Args:
            journal: where everything is written.
            lease: the right to write there.
            run: the record as it stands.
            clock: all time.
            stopping: set when the process is to end: then nothing is waited for.
        """
        self._journal = journal
        self._lease = lease
        self._clock = clock
        self._stopping = stopping
        self._token: tuple[int, int] | None = None
        self.run = run
        """As it stands in the journal now."""
        self.step = (run.current_step or run.steps[-1]).step
        """To which what is seen and intended belongs."""

    async def refresh(self) -> None:
        """Read the record again if anybody has written to the journal."""
        token = await self.patiently(self._journal.token)
        # Asked about every second: reading the whole record each time would keep a network home busy.
        if token != self._token:
            self.run = await self.patiently(lambda: self._journal.run(self.run.id))
            self._token = token

    async def claimed_ids(self) -> frozenset[str]:
        """What any run of this journal is about, or has claimed."""
        return await self.patiently(self._journal.claimed_ids)

    async def add_phase(self, text: str) -> None:
        """Write down something seen while waiting in the present step."""
        await self.write(lambda changes: changes.add_phase(self.step, self._clock.now(), text))

    async def add_intent(self, intent: Intent) -> None:
        """Write down what is about to be asked of the cloud in the present step."""
        await self.write(lambda changes: changes.add_intent(self.step, intent))

    def turn_to(self, step: StepName) -> None:
        """From now on what is seen and intended belongs to this step."""
        self.step = step

    async def begin(self, step: StepName) -> None:
        """Write down that a step is under way; done again after a restart, it keeps its first time."""
        self.turn_to(step)
        # Kept across restarts, so that the report shows how long the step really took.
        started_at = self.run.step(step).started_at or self._clock.now()

        def change(changes: Changes) -> None:
            changes.step(step, state=StepState.RUNNING, started_at=started_at, ended_at=None, trouble=None)
            changes.run(state=self._working_state, trouble=self._lasting_trouble)

        await self.write(change)

    async def end(self, step: StepName, result: StepResult) -> None:
        """Write down the outcome of a step."""
        state = StepState.SKIPPED if result.skipped else StepState.DONE
        note, now = result.note, self._clock.now()

        def change(changes: Changes) -> None:
            changes.step(step, state=state, ended_at=now, note=note, trouble=None)
            changes.run(state=self._working_state, trouble=self._lasting_trouble)

        await self.write(change)

    async def fail(self, step: StepName, trouble: Trouble) -> None:
        """Write down that a step has failed and with it the run, unless that ends otherwise already."""
        now, outcome = self._clock.now(), self.run.outcome
        # A cancelled run stays cancelled even if its clearing up fails.
        if outcome in {None, RunState.DONE, RunState.UNDONE}:
            outcome = RunState.FAILED

        def change(changes: Changes) -> None:
            changes.step(step, state=StepState.FAILED, ended_at=now, trouble=trouble)
            changes.run(outcome=outcome, trouble=trouble)

        await self.write(change)

    async def wait_for_user(self, trouble: Trouble) -> None:
        """Show that nothing continues without the user; what has ended or failed keeps its state."""
        at_work = self.run.step(self.step).state in {StepState.RUNNING, StepState.WAITING}

        def change(changes: Changes) -> None:
            if at_work:
                changes.step(self.step, state=StepState.WAITING, trouble=trouble)
            changes.run(state=RunState.WAITING, trouble=trouble)

        await self.write(change)

    async def go_on(self) -> None:
        """Show that a step that had waited for the user continues."""
        waiting = self.run.step(self.step).state is StepState.WAITING

        def change(changes: Changes) -> None:
            if waiting:
                changes.step(self.step, state=StepState.RUNNING, trouble=None)
            changes.run(state=self._working_state, trouble=self._lasting_trouble)

        await self.write(change)

    async def set_run(self, **columns: Any) -> None:
        """Set fields of the record."""
        if columns:
            await self.write(lambda changes: changes.run(**columns))

    async def write(self, change: Callable[[Changes], None]) -> None:
        """Write under the lease, and know the record as it stands then.

        Raises:
            LeaseLostError: another runner has the run now.
        """
        self.run = await self.patiently(lambda: self._journal.change(self._lease, change))

    async def patiently(self, task: Callable[[], Awaitable[T]]) -> T:
        """Wait a while for a disk that is full or a home that is away: to end here leaves the source as it is.

        Raises:
            JournalError: it did not pass; nothing more is done.
        """
        give_up_at = self._clock.monotonic() + _JOURNAL_SECONDS
        while True:
            try:
                return await task()
            except JournalError as error:
                # Ending here leaves the instance stopped; but a machine that shuts down does not wait.
                if self._stopping.is_set() or self._clock.monotonic() >= give_up_at:
                    raise
                _log.warning("%s; trying again", error.what)
                await self._clock.sleep(_JOURNAL_PAUSE_SECONDS)

    @property
    def _working_state(self) -> RunState:
        return RunState.CANCELLING if self.run.outcome is RunState.CANCELLED else RunState.RUNNING

    @property
    def _lasting_trouble(self) -> Trouble | None:
        """What remains to be said while work continues: nothing, unless the teardown has begun because of it."""
        return None if self.run.outcome is None else trouble_at_the_end(self.run)
