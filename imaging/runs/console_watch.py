"""Watching the console of a test instance grow, and deciding when it has said enough or been silent for too long."""

from __future__ import annotations

from imaging.runs.child_server import read_server
from imaging.runs.context import StepContext
from imaging.runs.keeping import save_private
from imaging.runs.ours import MARKER
from imaging.runs.verdict import ConsoleReading, merge_console, read_console
from models.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError
from models.instance import Instance
from models.text import many_lines
from models.verdict import Stage, Verdict, VerdictWord

_AFTER_LOGIN_SECONDS = 90.0
"""How long after a login prompt cloud-init may still be at work in silence."""
_AFTER_END_SECONDS = 20.0
"""How long after a text that ends a boot (emergency mode, panic) a restart may still follow."""
CONSOLE_LOG = "console.log"
"""In the run's folder, mode 0600, cleaned of control codes: it is the guest's text."""


class ConsoleWatch:
    """Reads a growing console, and decides when it has said enough or been silent for too long."""

    def __init__(self, ctx: StepContext, server: Instance) -> None:
        self._ctx = ctx
        self._server = server
        self.text = ""
        """All that the console has shown while it was watched: raw, from the guest."""
        self.is_over = False
        """Whether nothing more can come: the instance is gone, off or broken, or its console may not be read."""
        self._reading = ConsoleReading()
        self._started = self._changed = ctx.clock.monotonic()

    async def observe(self) -> Verdict | None:
        """Look once; the verdict, as soon as there is one."""
        server = await read_server(self._ctx, self._server.id)
        if server is None:
            return self._interrupted("The test instance was deleted by someone else.")
        if server.status == "ERROR":
            return self._interrupted(f"The test instance went into ERROR. {server.fault or ''}".strip())
        try:
            await self._take_in(await self._ctx.cloud.compute.console_log(server.id))
        except (NotFoundError, ConflictError):
            if server.status == "SHUTOFF":
                return self._interrupted("The test instance powered itself off.")
        except (ForbiddenError, RejectedError) as error:
            self.is_over = True
            return Verdict(word=VerdictWord.INCONCLUSIVE, reason=f"The console cannot be read: {error.what}")
        return self._decided()

    def save(self) -> None:
        """Keep the console's text beside the report, for its owner alone."""
        save_private(self._ctx.folder / CONSOLE_LOG, many_lines(self.text))

    async def _take_in(self, text: str) -> None:
        merged = merge_console(self.text, text)
        if merged == self.text:
            return
        self.text, self._changed = merged, self._ctx.clock.monotonic()
        before = self._reading.stage
        self._reading = read_console(merged, self._server.metadata.get(MARKER))
        if self._reading.stage is not before:
            await self._ctx.phase(f"console: {self._reading.stage.value}")
            self.save()

    def _decided(self) -> Verdict | None:
        now = self._ctx.clock.monotonic()
        patience = self._patience()
        if self._reading.is_decided or now - self._changed >= patience:
            return self._reading.verdict()
        if now - self._started >= self._ctx.profile.patience.test_limit_seconds:
            return self._reading.verdict()
        return None

    def _patience(self) -> float:
        silence = float(self._ctx.profile.patience.console_silence_seconds)
        if self._reading.terminal is not None:
            return min(silence, _AFTER_END_SECONDS)
        if self._reading.stage in {Stage.CLOUD_INIT, Stage.MARKER}:
            return min(silence, _AFTER_END_SECONDS)
        return min(silence, _AFTER_LOGIN_SECONDS) if self._reading.stage is Stage.LOGIN else silence

    def _interrupted(self, reason: str) -> Verdict:
        self.is_over = True
        verdict = self._reading.verdict()
        if verdict.word is VerdictWord.INCONCLUSIVE:
            return verdict.model_copy(update={"reason": reason})
        return verdict.model_copy(update={"hints": (*verdict.hints, reason)})
