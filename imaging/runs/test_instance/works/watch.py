"""Watching the console of a test instance over two boots, until it has told what its checks and tests came to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from imaging.guest.confined_reading.client import read_works_confined
from imaging.guest.deep_check import Listener
from imaging.guest.works import WORKS_WORD
from imaging.runs.core.step_context import StepContext
from imaging.runs.lineage.heard_inventory import HeardInventory
from imaging.runs.ownership.made_things import MARKER
from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader
from imaging.runs.test_instance.boot_verdict.verdict import ConsoleReading, Ending
from imaging.runs.test_instance.console_watch import ConsoleWatch
from models.cloud.instance import Instance
from models.errors import BadProbeError
from models.text import one_line
from models.verdict import Stage
from models.works.report import WorksReport

BOTH_BOOTS = 2
_UNBEGUN_SECONDS = 10.0
"""How long after the verdict on its boot it may still begin: it does so before cloud-init's last stage, or never."""
_AFTER_END_SECONDS = 20.0
"""How long after a text that ends a boot a restart may still follow."""
_LONGEST_PROGRESS = 80
_DOWN = "reboot: Restarting system"
"""The last line of a kernel that restarts; it is printed whatever the kernel line says about quiet."""


class WorksWatch:
    """Reads a growing console for the report of both boots, and for a second boot that stands still."""

    def __init__(
        self,
        ctx: StepContext,
        server: Instance,
        *,
        limit_seconds: float,
        console_log: str,
        has_booted: bool,
        known: WorksReport | None,
        record: Callable[[WorksReport], Awaitable[None]],
    ) -> None:
        """Begin to watch.

        Args:
            ctx: the step's context.
            server: the test instance; its marker is the word of its report.
            limit_seconds: after which it is over in any case.
            console_log: the file in the run's folder that keeps the console.
            has_booted: whether the verdict on its boot is known: then it has begun with the checks, or never does.
            known: what an earlier runner has heard of it.
            record: writes down what it tells, as soon as it does.
        """
        self._ctx = ctx
        self._limit = limit_seconds
        self._console = ConsoleWatch(ctx, server, console_log)
        # From the instance, not from memory: after a restart this runner did not launch it.
        self._nonce = server.metadata.get(MARKER, "")
        self._beginning = f"{WORKS_WORD} {self._nonce} "
        self._listener = Listener(self._nonce, WORKS_WORD)
        self._inventory = HeardInventory(ctx, self._nonce)
        self._boot = ConsoleReader(None)
        self._stage: Stage | None = None
        self._restarted = self._is_down = False
        self._taken = 0
        self._read_at: tuple[int, int] | None = None
        """How many pieces there were when they were last read; none is an answer, too, of an image without systemd."""
        self._started = self._changed = ctx.clock.monotonic()
        self._booted_at = self._started if has_booted else None
        self._record = record
        self.report = known
        """What it has told so far; None where it told nothing that could be read."""

    @property
    def has_begun(self) -> bool:
        """Whether it runs our script at all."""
        heard = self._listener.heard
        return heard.began or bool(heard.copies) or bool(heard.progress)

    @property
    def text(self) -> str:
        """What the console has shown."""
        return self._console.console.text

    @property
    def nonce(self) -> str:
        """The word by which what it tells is known."""
        return self._nonce

    def save(self) -> None:
        """Keep the console's text."""
        self._console.save()

    async def observe(self) -> bool | None:
        """Read once; true as soon as both boots are told, or nothing more is to be waited for."""
        verdict = await self._console.observe()
        if verdict is not None and self._booted_at is None:
            self._booted_at = self._ctx.clock.monotonic()
        await self._take_in()
        if self.is_told:
            return True if not self._tells_inventory or self._is_late or await self._inventory.settled() else None
        if not self._is_hopeless():
            return None
        await self._keep(self._with_second_boot())
        return True

    @property
    def is_told(self) -> bool:
        """Whether both boots are told to the end, or all that an image without systemd can tell."""
        if self.report is None:
            return False
        last = self.report.boot(BOTH_BOOTS)
        return not self.report.has_systemd or (last is not None and last.checked and last.tests_ended)

    @property
    def _is_late(self) -> bool:
        return self._ctx.clock.monotonic() - self._started >= self._limit

    @property
    def _tells_inventory(self) -> bool:
        """Whether a list of what is installed may still come: not where nothing can be started after the boot."""
        return self.report is not None and self.report.has_systemd and not self._console.is_over

    async def _take_in(self) -> None:
        console = self._console.console
        if console.length == self._taken:
            return
        said = console.since(self._taken)
        self._taken, self._changed = console.length, self._ctx.clock.monotonic()
        self._listener.take(said)
        self._inventory.take(said)
        await self._follow_boot(said)
        await self._tell_progress(said)
        await self._read()

    async def _follow_boot(self, said: str) -> None:
        """The stages of the boot behind the restart; what came before it was judged by the verdict on the boot."""
        mark = f"{self._beginning}restarts"
        if not self._restarted and mark in self.text:
            self._restarted, self._boot, self._stage = True, ConsoleReader(None), None
            said = self.text.rpartition(mark)[2]
            await self._ctx.phase("the test instance restarts itself, once")
        # What it prints while it stops services looks like what it prints while it starts them.
        if self._restarted and not self._is_down and _DOWN in (after := self.text.rpartition(mark)[2]):
            self._is_down, self._boot, self._stage = True, ConsoleReader(None), None
            said = after.rpartition(_DOWN)[2]
        self._boot.take(said)
        stage = self._boot.reading.stage
        if self._restarted and stage not in {self._stage, Stage.SILENT}:
            self._stage = stage
            await self._ctx.phase(f"second boot: {stage.value}")

    async def _tell_progress(self, said: str) -> None:
        """The last that it said about how far it is; a line without its end can wait."""
        whole, end, _ = said.replace("\r", "\n").rpartition("\n")
        _, found, rest = whole.rpartition(f"{self._beginning}progress ") if end else ("", "", "")
        if found:
            await self._ctx.phase(one_line(rest.partition(end)[0], _LONGEST_PROGRESS))

    async def _read(self) -> None:
        heard = self._listener.heard
        # The report of the first boot is whole as well; that of both is another one, with more pieces.
        if not (heard.whole or heard.failed) or (heard.total, len(heard.copies)) == self._read_at:
            return
        self._read_at = (heard.total, len(heard.copies))
        try:
            report = await read_works_confined(self.text, nonce=self._nonce, now=self._ctx.clock.now())
        except BadProbeError as error:
            await self._ctx.phase(error.what)
            return
        # At once: a console that is lost later, or a runner that is killed, must not take it along.
        await self._keep(report)

    async def _keep(self, report: WorksReport | None) -> None:
        if report is not None and report != self.report:
            self.report = report
            await self._record(report)

    def _is_hopeless(self) -> bool:
        if self._console.is_over or self._listener.heard.failed:
            return True
        now = self._ctx.clock.monotonic()
        silence: float = self._ctx.profile.patience.console_silence_seconds
        if not self.has_begun:
            return self._booted_at is not None and now - self._booted_at >= min(_UNBEGUN_SECONDS, silence)
        if self._boot.reading.dead_end is not None:
            silence = min(silence, _AFTER_END_SECONDS)
        return now - self._changed >= silence or self._is_late

    def _with_second_boot(self) -> WorksReport | None:
        """The report with what the console shows of a second boot that did not tell; None where nothing was told."""
        failed = self._listener.heard.failed
        report = self.report
        if failed:
            report = (report or WorksReport()).model_copy(update={"trouble": failed})
        if not self.has_begun or not self._is_in_second_boot(self._boot.reading):
            return report
        verdict = self._boot.reading.verdict(Ending.TIME_UP if self._is_late else Ending.SILENCE)
        return (report or WorksReport()).model_copy(update={"second_boot": verdict})

    def _is_in_second_boot(self, reading: ConsoleReading) -> bool:
        # Where the mark is long out of the console, a kernel that started again or a dead end tells.
        return self._restarted or reading.dead_end is not None or reading.restarts > 0
