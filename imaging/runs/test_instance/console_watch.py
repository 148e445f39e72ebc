"""Watching the console of a test instance grow, and deciding when it has said enough or been silent for too long."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.made_things import MARKER
from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader
from imaging.runs.test_instance.boot_verdict.console_text import GrowingConsole
from imaging.runs.test_instance.boot_verdict.verdict import Ending
from imaging.runs.test_instance.server import read_server
from imaging.runtime.private_files import write_private
from models.cloud.instance import Instance
from models.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError
from models.text import many_lines
from models.verdict import Stage, Verdict, VerdictWord

_AFTER_LOGIN_SECONDS = 90.0
"""How long after a login prompt cloud-init may still be at work in silence."""
_AFTER_END_SECONDS = 20.0
"""How long after a text that ends a boot (emergency mode, panic) a restart may still follow."""
_WITHOUT_CONSOLE_SECONDS = 60.0
"""A machine that restarts has no console for a while; one that has had none for so long gets none."""
CONSOLE_LOG = "console.log"
"""In the run's folder, mode 0600, cleaned of control codes: it is the guest's text."""


class ConsoleWatch:
    """Reads a growing console, and decides when it has said enough or been silent for too long."""

    def __init__(self, ctx: StepContext, server: Instance, log: str = CONSOLE_LOG) -> None:
        """Begin to watch; `log` is the file in the run's folder that keeps the console."""
        self._ctx = ctx
        self._log = log
        self._server = server
        self.console = GrowingConsole()
        """What the console has shown while it was watched: raw, from the guest."""
        self.is_over = False
        """Whether nothing more can come: the instance is gone, off or broken, or its console may not be read."""
        self._reader = ConsoleReader(server.metadata.get(MARKER))
        self._reading = self._reader.reading
        self._started = self._changed = ctx.clock.monotonic()
        self._without_console_since: float | None = None

    async def observe(self) -> Verdict | None:
        """Read once; the verdict, as soon as there is one."""
        # Before the console: V35, of an instance that is off there is none, and that is an answer too.
        server = await read_server(self._ctx, self._server.id)
        if server is None:
            return self._interrupted("The test instance was deleted by someone else.")
        if server.status == "ERROR":
            return self._interrupted(f"The test instance went into ERROR. {server.fault or ''}".strip())
        try:
            text = await self._ctx.cloud.compute.console_log(server.id)
        # V15: not ready yet is a 409 as well, so only the status tells which it is.
        except (NotFoundError, ConflictError) as error:
            if server.status == "SHUTOFF":
                return self._interrupted("The test instance powered itself off.")
            if self._gets_no_console(server):
                return self._interrupted(f"The cloud gives no console of the running test instance: {error.what}")
        except (ForbiddenError, RejectedError) as error:
            self.is_over = True
            return Verdict(word=VerdictWord.INCONCLUSIVE, reason=f"The console cannot be read: {error.what}")
        else:
            self._without_console_since = None
            await self._take_in(text)
        return self._decided()

    @property
    def has_reported(self) -> bool:
        """Whether the test instance has told what it found after a boot."""
        return self._reading.has_reported

    def save(self) -> None:
        """Keep the console's text beside the report, for its owner alone."""
        left_out = self.console.left_out
        note = f"[The first {left_out:,} characters of the console were left out.]\n" if left_out else ""
        write_private(self._ctx.folder / self._log, f"{note}{many_lines(self.console.text)}")

    async def _take_in(self, text: str) -> None:
        length = self.console.length
        if not self.console.take(text):
            return
        self._changed = self._ctx.clock.monotonic()
        before = self._reading.stage
        self._reader.take(self.console.since(length))
        self._reading = self._reader.reading
        # V35: a reboot or the end of the instance takes the log away, so it is kept at each stage.
        if self._reading.stage is not before:
            await self._ctx.phase(f"console: {self._reading.stage.value}")
            self.save()

    def _gets_no_console(self, server: Instance) -> bool:
        """Whether there has been none for so long that none will come."""
        if server.status != "ACTIVE" or server.task_state is not None:
            self._without_console_since = None
            return False
        now = self._ctx.clock.monotonic()
        if self._without_console_since is None:
            self._without_console_since = now
        return now - self._without_console_since >= _WITHOUT_CONSOLE_SECONDS

    def _decided(self) -> Verdict | None:
        now = self._ctx.clock.monotonic()
        patience = self._patience()
        if self._reading.is_decided:
            return self._reading.verdict()
        # A dead end is not decided at once: the machine may restart by itself.
        if now - self._changed >= patience:
            return self._reading.verdict(Ending.SILENCE)
        # A guest that prints for ever is never silent.
        if now - self._started >= self._ctx.profile.patience.test_limit_seconds:
            return self._reading.verdict(Ending.TIME_UP)
        return None

    def _patience(self) -> float:
        silence = float(self._ctx.profile.patience.console_silence_seconds)
        if self._reading.dead_end is not None:
            return min(silence, _AFTER_END_SECONDS)
        if self._reading.stage in {Stage.CLOUD_INIT, Stage.MARKER}:
            return min(silence, _AFTER_END_SECONDS)
        return min(silence, _AFTER_LOGIN_SECONDS) if self._reading.stage is Stage.LOGIN else silence

    def _interrupted(self, reason: str) -> Verdict:
        self.is_over = True
        # A test instance that came up and then went away did boot: the reason becomes a hint.
        verdict = self._reading.verdict()
        if verdict.word is VerdictWord.INCONCLUSIVE:
            return verdict.model_copy(update={"reason": reason})
        return verdict.model_copy(update={"hints": (*verdict.hints, reason)})
