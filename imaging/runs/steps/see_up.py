"""See up: whether the guest of the source came up again; that Nova calls it ACTIVE does not say so."""

from __future__ import annotations

from imaging.runs.core.polling import TRANSIENT_ERRORS
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.instance import SourceGoneError, read_source, source_id
from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader
from imaging.runs.test_instance.boot_verdict.console_text import GrowingConsole, added
from imaging.runs.test_instance.boot_verdict.dead_ends import DEAD_END_WORDS
from imaging.runs.test_instance.boot_verdict.verdict import ConsoleReading, Ending
from imaging.runtime.private_files import read_private, write_private
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.errors import ConflictError, ForbiddenError, ImagingError, NotFoundError, RejectedError, RunError
from models.run.source_seen import SourceSeen, SourceState
from models.verdict import DeadEnd, Stage

_ORDER = tuple(Stage)
CONSOLE_BEFORE = "console-before.log"
"""In the run's folder, mode 0600: the guest's own text."""
_LARGEST_CONSOLE = 4_000_000
_AFTER_END_SECONDS = 20.0
"""How long after a text that ends a boot a restart may still follow."""
_WITHOUT_CONSOLE_SECONDS = 60.0
"""One that has had no console for so long gets none."""


async def stage_of_source(ctx: StepContext, source: Instance) -> Stage | None:
    """How far the console of the running source has come, before it is stopped; None where it is not to be had."""
    if not source.is_running:
        return None
    try:
        text = await ctx.cloud.compute.console_log(source.id)
    except ImagingError:
        return None
    # Where a cloud appends to the log over a restart, only what comes later tells about the next start.
    await in_thread(write_private, ctx.folder / CONSOLE_BEFORE, text)
    return _reading_of(text).stage


async def see_up(ctx: StepContext) -> StepResult:
    """Goal: the source's console came as far as it had come before the run, or to a login prompt.

    That it cannot be seen is no failure, and neither is that somebody changed the source meanwhile.

    Raises:
        RunError: the source was started again and stands where nothing more comes by itself.
    """
    seen = ctx.run.source_seen or await _seen(ctx)
    await ctx.record(source_seen=seen)
    if seen.state is SourceState.DOES_NOT_COME_UP:
        raise RunError(
            f"The instance was restored and started, but {seen.text}.",
            meaning="Its volumes are attached as before, and its claim is released. Its last console lines: "
            f"{' | '.join(seen.evidence) or 'none'}.",
            remedy=f"Read its console (openstack console log show {source_id(ctx)}), then reboot it, or repair its "
            "disk from a rescue (openstack server rescue).",
        )
    return StepResult(seen.text, skipped=seen.state is not SourceState.UP)


async def _seen(ctx: StepContext) -> SourceSeen:
    claim = ctx.run.claim
    if claim is None or ctx.run.instance_restored is not True:
        return SourceSeen(state=SourceState.UNSEEN, text="it was not restored by this run")
    if not claim.was_running:
        return await _as_stopped(ctx)
    watch = _SourceWatch(ctx, ctx.run.source_stage)
    await ctx.phase("restored; its console is watched, and cancelling the run ends that")
    return await ctx.wait_until(
        watch.observe_within_limit, what="the instance to come up", limit_seconds=watch.limit_seconds + 60
    )


async def _as_stopped(ctx: StepContext) -> SourceSeen:
    try:
        source = await read_source(ctx)
    except SourceGoneError:
        return _GONE
    if source.is_running:
        return SourceSeen(state=SourceState.CHANGED, text="somebody started it after it was restored")
    return SourceSeen(state=SourceState.STOPPED, text="it is stopped, as before the run")


_GONE = SourceSeen(state=SourceState.CHANGED, text="somebody deleted it after it was restored")


class _SourceWatch:
    """Reads the source's console until it has come far enough, ended, or been silent for too long."""

    def __init__(self, ctx: StepContext, stage_before: Stage | None) -> None:
        self._ctx = ctx
        # A log that began long ago shows no start any more: then only a prompt tells.
        early = stage_before is None or _ORDER.index(stage_before) < _ORDER.index(Stage.SYSTEM)
        self._wanted = Stage.LOGIN if early or stage_before is None else stage_before
        self._was_silent = stage_before is Stage.SILENT
        self._before = _console_before(ctx)
        self._console = GrowingConsole()
        self._started = self._changed = ctx.clock.monotonic()
        self.limit_seconds: float = ctx.profile.patience.test_limit_seconds

    async def observe_within_limit(self) -> SourceSeen | None:
        """Read once, as `observe` does; a cloud that gives no answer to the end leaves it unseen, and is no failure."""
        try:
            return await self.observe()
        except TRANSIENT_ERRORS as error:
            if self._ctx.clock.monotonic() - self._started < self.limit_seconds:
                raise
            return _unseen(f"the cloud does not answer ({error.what.rstrip('.')})")

    async def observe(self) -> SourceSeen | None:
        """Read once; what was seen, as soon as it is known."""
        try:
            source = await read_source(self._ctx)
        except SourceGoneError:
            return _GONE
        if not source.is_running:
            return SourceSeen(
                state=SourceState.CHANGED, text=f"it is {source.status}: somebody changed it after it was restored"
            )
        try:
            text = await self._ctx.cloud.compute.console_log(source.id)
        except (NotFoundError, ConflictError) as error:
            # V15, V35: one that has just been started has none for a while.
            quiet_seconds = self._ctx.clock.monotonic() - self._changed
            return None if quiet_seconds < _WITHOUT_CONSOLE_SECONDS else _no_console(error)
        except (ForbiddenError, RejectedError) as error:
            return _no_console(error)
        if self._console.take(added(self._before, text)):
            self._changed = self._ctx.clock.monotonic()
        return self._decided(_reading_of(self._console.text))

    def _decided(self, reading: ConsoleReading) -> SourceSeen | None:
        now = self._ctx.clock.monotonic()
        quiet_seconds = now - self._changed
        is_up = reading.has_prompt or _ORDER.index(reading.stage) >= _ORDER.index(self._wanted)
        if reading.dead_end is None and is_up and (reading.has_prompt or quiet_seconds >= _AFTER_END_SECONDS):
            return SourceSeen(state=SourceState.UP, text=f"seen up: {reading.stage.value}", evidence=reading.evidence)
        if self._was_silent and reading.stage is Stage.SILENT:
            return _unseen("its console was silent before the run, too")
        if reading.dead_end is not None and quiet_seconds >= _AFTER_END_SECONDS:
            return _ended(reading, reading.dead_end)
        ending = Ending.TIME_UP if now - self._started >= self.limit_seconds else None
        if quiet_seconds >= self._ctx.profile.patience.console_silence_seconds:
            ending = Ending.SILENCE
        return self._at_the_end(reading, ending) if ending is not None else None

    def _at_the_end(self, reading: ConsoleReading, ending: Ending) -> SourceSeen:
        """Nothing more is read: a loop, or a start job that never ends, is a dead end now."""
        verdict = reading.verdict(ending)
        if verdict.dead_end is not None:
            return _ended(reading, verdict.dead_end)
        return _unseen(f"its console shows no more than: {reading.stage.value}")


def _console_before(ctx: StepContext) -> str:
    """What the console held before the stop; empty where it was not kept."""
    try:
        return read_private(ctx.folder / CONSOLE_BEFORE, _LARGEST_CONSOLE).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _ended(reading: ConsoleReading, dead_end: DeadEnd) -> SourceSeen:
    text = f"it does not come up: {DEAD_END_WORDS[dead_end]}"
    return SourceSeen(state=SourceState.DOES_NOT_COME_UP, text=text, evidence=tuple(reading.evidence))


def _no_console(error: ImagingError) -> SourceSeen:
    return _unseen(f"the cloud gives no console of it ({error.what.rstrip('.')})")


def _unseen(why: str) -> SourceSeen:
    return SourceSeen(state=SourceState.UNSEEN, text=f"cannot be seen from here: {why}")


def _reading_of(text: str) -> ConsoleReading:
    reader = ConsoleReader(None)
    reader.take(text)
    return reader.reading
