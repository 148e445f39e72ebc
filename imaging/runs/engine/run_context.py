"""The context of a step, on the journal: what a step sees and says goes through here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar, Unpack

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.runs.core.polling import SLOW_SECONDS, TRANSIENT_ERRORS, BackOff, RunnerStopped, TimeUpError, poll_interval
from imaging.runs.core.step_context import CancelRequested, RecordFields
from imaging.runs.engine.record_writer import RecordWriter
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import Lease
from imaging.runs.source.verify_claim import verify_claim
from imaging.runtime.clock import Clock
from imaging.runtime.private_files import close_folder
from models.guidelines.profile import Profile
from models.run.intent import Intent, IntentAction, intent_sentence
from models.run.record import LeftBehind, Owned, RunRecord, Trouble
from models.text import one_line

T = TypeVar("T")

_SLICE_SECONDS = 1.0
"""How soon a pause notices a request to cancel or to stop."""

_log = logging.getLogger(__name__)


class RunContext:
    """A `StepContext` for the steps; the engine keeps the record by its `writer`."""

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
        # The parent first, or somebody could put a link in the place of the run's folder.
        close_folder(folder.parent)
        close_folder(folder)
        self.clock = clock
        self.profile = profile
        self.folder = folder
        self.guests = guests
        # Before this runner writes anything: its own entries would make the time that nobody watched look short.
        self._known_until = _last_known(run)
        self.unwatched: tuple[datetime, datetime] | None = None
        self._stopping = stopping or asyncio.Event()
        self._is_only_watching = False
        self.writer = RecordWriter(journal, lease, run, clock=clock, stopping=self._stopping)
        # Monotonic: a laptop that changes its clock must not end an unattended run.
        self._deadline = clock.monotonic() + run.plan.request.timeout_seconds

    @property
    def run(self) -> RunRecord:
        """The record as it stands in the journal now."""
        return self.writer.run

    async def at_the_clouds_time(self, now: datetime | None) -> None:
        """Note what time it is by the cloud's clock, at the beginning of this runner and, once, of the run."""
        if now is None:
            return
        # The journal is dated by our clock, Nova's list of actions by the cloud's.
        apart = now - self.clock.now()
        self.unwatched = (self._known_until + apart, now)
        # Once for the run: a later time would make what the first runner made look older than the run.
        if self.run.began_at is None:
            await self.writer.set_run(began_at=now)

    @property
    def attended(self) -> bool:
        """Whether a console is there to answer."""
        return self.run.plan.request.attended

    @property
    def time_is_up(self) -> bool:
        """Whether an unattended run has used up its own time-out, counted from when this runner began."""
        return not self.attended and self.clock.monotonic() >= self._deadline

    async def phase(self, text: str) -> None:
        """Write down something seen while waiting, unless it is what was seen last."""
        text = one_line(text)
        phases = self.run.step(self.writer.step).phases
        # A wait of an hour is one line in the journal and not a thousand.
        if not phases or phases[-1].text != text:
            await self.writer.add_phase(text)

    async def intend(self, action: IntentAction, target: str = "") -> None:
        """Write down what is about to be asked of the cloud."""
        intent = Intent(at=self.clock.now(), action=action, target=target)
        await self.writer.add_intent(intent)
        _log.info("about to %s", intent_sentence(action, intent.target))

    async def record(self, **fields: Unpack[RecordFields]) -> None:
        """Change the run's record: what is not given stays as it is."""
        await self.writer.set_run(**fields)

    async def own(self, owned: Owned) -> None:
        """Add something that the run made, or replace the entry with the same kind and id."""
        await self.writer.write(lambda changes: changes.own(owned))

    async def leave(self, thing: LeftBehind) -> None:
        """Write down something that is left alone, and say so; see `StepContext.leave`."""
        if thing not in self.run.left_behind:
            await self.writer.write(lambda changes: changes.leave(thing))

    async def claimed_ids(self) -> frozenset[str]:
        """What any run of this journal is about, or has claimed."""
        return await self.writer.claimed_ids()

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
            # S2: waits of libraries have no end and hear nothing; this one notices a cancel at every poll.
            await self.check_interrupts(cancellable=cancellable)
            waited = self.clock.monotonic() - started
            try:
                seen = await observe()
            except TRANSIENT_ERRORS as error:
                await self.phase(f"no answer, asking again: {error.what}")
                pause = back_off.failed(error)
            else:
                back_off.succeeded()
                if seen is not None:
                    if overdue:
                        await self.writer.go_on()
                    return seen
                pause = poll_interval(waited)
            # What may not be cancelled restores the instance, so it gets its own limit on top of the run's time.
            may_end = cancellable and not self._is_only_watching
            if self.time_is_up and (may_end or waited >= limit_seconds):
                raise TimeUpError(f"{what}: not seen after {waited:.0f} s, and the run's time is up.")
            if waited >= limit_seconds:
                overdue = overdue or await self._say_overdue(what, limit_seconds)
                pause = max(pause, SLOW_SECONDS)
            await self.pause(pause, cancellable=cancellable)

    async def verify_claim(self) -> None:
        """Read the claim in the source's metadata again; see `StepContext.verify_claim`."""
        await verify_claim(self.cloud, self.run)

    async def check_interrupts(self, *, cancellable: bool) -> None:
        """Notice what the user or the machine wants meanwhile.

        Raises:
            CancelRequested: the user wants the run to end, and it may.
            RunnerStopped: the process is to end.
        """
        if self._stopping.is_set():
            raise RunnerStopped
        await self.writer.refresh()
        # Once an outcome is decided, the request has had its effect.
        is_heard = self.run.outcome is None or self._is_only_watching
        if cancellable and self.run.cancel_requested and is_heard:
            raise CancelRequested

    @contextmanager
    def only_watching(self) -> Iterator[None]:
        """Let a request to cancel count again, although it is decided how the run ends: nothing is changed any more.

        What is waited for has an end of its own then, so that the run's time-out does not cut it short.
        """
        self._is_only_watching = True
        try:
            yield
        finally:
            self._is_only_watching = False

    async def pause(self, seconds: float, *, cancellable: bool) -> None:
        """Wait, checking for interrupts about every second."""
        until = self.clock.monotonic() + seconds
        while (left := until - self.clock.monotonic()) > 0:
            # The request to cancel comes through the journal, from another process: nothing could wake a longer sleep.
            await self.clock.sleep(min(left, _SLICE_SECONDS))
            await self.check_interrupts(cancellable=cancellable)

    async def _say_overdue(self, what: str, limit_seconds: float) -> bool:
        trouble = Trouble(
            what=f"{what}: this takes longer than {limit_seconds:.0f} s.",
            meaning="The run checks every few seconds and continues by itself once it is so.",
            remedy="Wait, check the instance by other means, or cancel the run.",
        )
        await self.writer.wait_for_user(trouble)
        return True


def _last_known(run: RunRecord) -> datetime:
    """When the last thing happened that the journal knows of, by our clock."""
    moments = [phase.at for step in run.steps for phase in step.phases]
    moments += [intent.at for step in run.steps for intent in step.intents]
    moments += [step.ended_at for step in run.steps if step.ended_at is not None]
    return max([run.created_at, *moments])
