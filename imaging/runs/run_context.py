"""The context of a step, on the journal: what a step sees and says goes through here, under the runner's lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from imaging.cloud.interface import Cloud
from imaging.guest.store import GuestStore
from imaging.runs.claim import decode_claims
from imaging.runs.context import CancelRequested, StepResult
from imaging.runs.endings import trouble_at_the_end
from imaging.runs.journal import Journal
from imaging.runs.journal_rows import Changes
from imaging.runs.lease import Lease
from imaging.runs.source import refuse_half_known
from imaging.runs.waiting import PASSING, SLOW_SECONDS, BackOff, RunnerStopped, TimeUpError, look_again_after
from imaging.runtime.clock import Clock
from models.claim import Claim
from models.errors import ClaimLostError, ImagingError, JournalError, NotFoundError
from models.profile import Profile
from models.run import Owned, RunRecord, RunState, Trouble
from models.steps import StepName, StepState
from models.text import one_line
from models.verdict import Verdict

T = TypeVar("T")

_SLICE_SECONDS = 1.0
"""How soon a pause notices a wish to cancel or to stop."""
_JOURNAL_SECONDS = 600.0
"""How long nothing at all is done because nothing can be written down, before the runner ends."""
_JOURNAL_PAUSE_SECONDS = 5.0

_log = logging.getLogger(__name__)


class RunContext:
    """A `StepContext` for the steps, and beside it what the engine needs to keep the record."""

    cloud: Cloud

    def __init__(
        self,
        journal: Journal,
        lease: Lease,
        run: RunRecord,
        *,
        clock: Clock,
        profile: Profile,
        folder: Path,
        guests: GuestStore,
        stopping: asyncio.Event | None = None,
    ) -> None:
        """Begin to count the run's time-out from now.

        Args:
            journal: where everything is written.
            lease: the right to write there.
            run: the record as it stands.
            clock: all time.
            profile: the run's profile.
            folder: the run's own folder; made here, mode 0700.
            guests: where facts of guests are kept.
            stopping: set when the process is to end and leave the run to be resumed.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.clock = clock
        self.profile = profile
        self.folder = folder
        self.guests = guests
        self._journal = journal
        self._lease = lease
        self._run = run
        self._token: tuple[int, int] | None = None
        self._stopping = stopping or asyncio.Event()
        self._deadline = clock.monotonic() + run.plan.request.timeout_seconds
        self._step = (run.current_step or run.steps[-1]).step

    @property
    def run(self) -> RunRecord:
        """The record as it stands in the journal now."""
        return self._run

    @property
    def attended(self) -> bool:
        """Whether a console is there to answer."""
        return self._run.plan.request.attended

    @property
    def time_is_up(self) -> bool:
        """Whether an unattended run has used up its own time-out, counted from when this runner began."""
        return not self.attended and self.clock.monotonic() >= self._deadline

    async def phase(self, text: str) -> None:
        """Write down something seen while waiting, unless it is what was seen last."""
        text = one_line(text)
        phases = self._run.step(self._step).phases
        if not phases or phases[-1].text != text:
            await self.write(lambda changes: changes.happened(self._step, "phase", self.clock.now(), text))

    async def intend(self, text: str) -> None:
        """Write down what is about to be asked of the cloud."""
        await self.write(lambda changes: changes.happened(self._step, "intent", self.clock.now(), one_line(text)))

    async def record(
        self,
        *,
        claim: Claim | None = None,
        image_id: str | None = None,
        verdict: Verdict | None = None,
        source_restored: bool | None = None,
        report_path: str | None = None,
    ) -> None:
        """Change the run's record: what is None stays as it is."""
        given = {
            "claim": claim,
            "image_id": image_id,
            "verdict": verdict,
            "source_restored": source_restored,
            "report_path": report_path,
        }
        await self.set_run(**{name: value for name, value in given.items() if value is not None})

    async def own(self, owned: Owned) -> None:
        """Add something that the run made, or replace the entry with the same kind and id."""
        await self.write(lambda changes: changes.own(owned))

    async def wait_until(
        self,
        observe: Callable[[], Awaitable[T | None]],
        *,
        what: str,
        limit_seconds: float,
        cancellable: bool = True,
    ) -> T:
        """Ask again and again until `observe` gives something; see `StepContext.wait_until`."""
        started, back_off, overdue = self.clock.monotonic(), BackOff(), False
        while True:
            await self.heed(cancellable=cancellable)
            waited = self.clock.monotonic() - started
            try:
                seen = await observe()
            except PASSING as error:
                await self.phase(f"no answer, asking again: {error.what}")
                pause = back_off.failed(error)
            else:
                back_off.succeeded()
                if seen is not None:
                    await self._go_on(overdue=overdue)
                    return seen
                pause = look_again_after(waited)
            if self.time_is_up and (cancellable or waited >= limit_seconds):
                raise TimeUpError(f"{what}: not seen after {waited:.0f} s, and the run's time is up.")
            if waited >= limit_seconds:
                overdue = overdue or await self._say_overdue(what, limit_seconds)
                pause = max(pause, SLOW_SECONDS)
            await self.pause(pause, cancellable=cancellable)

    async def still_ours(self) -> None:
        """Read the claim in the source's metadata again; see `StepContext.still_ours`."""
        claim = self._run.claim
        if claim is None:
            raise ClaimLostError("This run has claimed no instance.", meaning="Nothing of it is touched.")
        try:
            instance = await self.cloud.compute.instance(claim.instance_id)
        except NotFoundError as error:
            raise ClaimLostError(
                f"The instance {claim.instance_id} is gone: somebody deleted it.",
                meaning="Nothing is left of it that could be put back.",
                request_id=error.request_id,
            ) from error
        refuse_half_known(instance)
        claims = decode_claims(instance.metadata, instance.id)
        if not claims or claims[0].run_id != claim.run_id:
            raise ClaimLostError(
                f"The claim of run {claim.run_id} is no longer in the metadata of {instance.name}"
                + (f"; that of run {claims[0].run_id} is." if claims else "."),
                meaning="Somebody else may work on the instance, so nothing more of it is touched.",
                remedy=f"If nobody does, `imaging undo {self._run.id}` puts it back; what it lacks is in the report.",
            )

    async def heed(self, *, cancellable: bool) -> None:
        """Notice what the user or the machine wants meanwhile.

        Raises:
            CancelRequested: the user wants the run to end, and it may.
            RunnerStopped: the process is to end.
        """
        if self._stopping.is_set():
            raise RunnerStopped
        token = await self._patiently(self._journal.token)
        if token != self._token:
            self._run = await self._patiently(lambda: self._journal.run(self._run.id))
            self._token = token
        if cancellable and self._run.cancel_requested and self._run.ending is None:
            raise CancelRequested

    async def pause(self, seconds: float, *, cancellable: bool) -> None:
        """Wait, heeding wishes about every second."""
        until = self.clock.monotonic() + seconds
        while (left := until - self.clock.monotonic()) > 0:
            await self.clock.sleep(min(left, _SLICE_SECONDS))
            await self.heed(cancellable=cancellable)

    def turn_to(self, step: StepName) -> None:
        """From now on what is seen and intended belongs to this step."""
        self._step = step

    async def begin(self, step: StepName) -> None:
        """Write down that a step is under way; done again after a restart, it keeps its first time."""
        self.turn_to(step)
        started_at = self._run.step(step).started_at or self.clock.now()

        def change(changes: Changes) -> None:
            changes.step(step, state=StepState.RUNNING, started_at=started_at, ended_at=None, trouble=None)
            changes.run(state=self._working_state, trouble=self._lasting_trouble)

        await self.write(change)

    async def end(self, step: StepName, result: StepResult) -> None:
        """Write down what came of a step."""
        state = StepState.SKIPPED if result.skipped else StepState.DONE
        note, now = one_line(result.note), self.clock.now()

        def change(changes: Changes) -> None:
            changes.step(step, state=state, ended_at=now, note=note, trouble=None)
            changes.run(state=self._working_state, trouble=self._lasting_trouble)

        await self.write(change)

    async def fail(self, step: StepName, trouble: Trouble) -> None:
        """Write down that a step has failed and with it the run, unless that ends otherwise already."""
        now, ending = self.clock.now(), self._run.ending
        if ending in {None, RunState.DONE, RunState.UNDONE}:
            ending = RunState.FAILED

        def change(changes: Changes) -> None:
            changes.step(step, state=StepState.FAILED, ended_at=now, trouble=trouble)
            changes.run(ending=ending, trouble=trouble)

        await self.write(change)

    async def wait_for_user(self, trouble: Trouble) -> None:
        """Show that nothing goes on without the user; what has ended or failed keeps its state."""
        at_work = self._run.step(self._step).state in {StepState.RUNNING, StepState.WAITING}

        def change(changes: Changes) -> None:
            if at_work:
                changes.step(self._step, state=StepState.WAITING, trouble=trouble)
            changes.run(state=RunState.WAITING, trouble=trouble)

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
        self._run = await self._patiently(lambda: self._journal.change(self._lease, change))

    async def _patiently(self, task: Callable[[], Awaitable[T]]) -> T:
        """Bear with a disk that is full or a home that is away for a while: to end here leaves the source as it is.

        Raises:
            JournalError: it did not pass; nothing more is done.
        """
        give_up_at = self.clock.monotonic() + _JOURNAL_SECONDS
        while True:
            try:
                return await task()
            except JournalError as error:
                if self._stopping.is_set() or self.clock.monotonic() >= give_up_at:
                    raise
                _log.warning("%s; trying again", error.what)
                await self.clock.sleep(_JOURNAL_PAUSE_SECONDS)

    @property
    def _working_state(self) -> RunState:
        return RunState.CANCELLING if self._run.ending is RunState.CANCELLED else RunState.RUNNING

    @property
    def _lasting_trouble(self) -> Trouble | None:
        """What remains to be said while work goes on: nothing, unless the run is being wound up because of it."""
        return None if self._run.ending is None else trouble_at_the_end(self._run)

    async def _say_overdue(self, what: str, limit_seconds: float) -> bool:
        trouble = Trouble(
            what=f"{what}: this takes longer than {limit_seconds:.0f} s.",
            meaning="The run looks again every few seconds and goes on by itself once it is so.",
            remedy="Wait, look at the instance by other means, or cancel the run.",
        )
        await self.wait_for_user(trouble)
        return True

    async def _go_on(self, *, overdue: bool) -> None:
        if not overdue:
            return
        waiting = self._run.step(self._step).state is StepState.WAITING

        def change(changes: Changes) -> None:
            if waiting:
                changes.step(self._step, state=StepState.RUNNING, trouble=None)
            changes.run(state=self._working_state, trouble=self._lasting_trouble)

        await self.write(change)


def trouble_of(error: Exception) -> Trouble:
    """Put an error into the journal's words; of one that is not ours, a fault of the program, only the kind."""
    if isinstance(error, ImagingError):
        return Trouble(
            what=one_line(error.what),
            meaning=one_line(error.meaning),
            remedy=one_line(error.remedy),
            request_id=error.request_id,
        )
    return Trouble(
        what=f"The program made a mistake ({type(error).__name__}).",
        remedy="The runner's log says where; please report it.",
    )
