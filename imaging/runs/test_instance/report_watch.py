"""Watching the console of an instance for the report that its user data prints, and for the end of its boot."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.guest.deep_check import Listener
from imaging.guest.deep_check.chunks import WORD, Heard
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.made_things import MARKER
from imaging.runs.test_instance.console_watch import CONSOLE_LOG, ConsoleWatch
from models.cloud.instance import Instance
from models.text import one_line
from models.verdict import Verdict

_LONGEST_PROGRESS = 80


@dataclass(frozen=True)
class Awaited:
    """A report, and how long it may take."""

    begun_seconds: float
    """How long after the end of the boot it may still come, once the script that prints it has begun."""
    unbegun_seconds: float
    """The same where the script has not even begun."""
    word: str = WORD
    """With which its lines begin."""
    what: str = "the report"
    begins: str = "the temporary instance reads its disk"
    doing: str = ""
    """What is being done while it tells how far it is; empty where it does not tell."""
    console_log: str = CONSOLE_LOG
    """The file in the run's folder that keeps the console."""


class ReportWatch:
    """Reads a growing console for the report and for the end of the boot."""

    def __init__(self, ctx: StepContext, server: Instance, awaited: Awaited) -> None:
        self._ctx = ctx
        self._awaited = awaited
        self._console = ConsoleWatch(ctx, server, awaited.console_log)
        # From the instance, not from memory: after a restart this runner did not launch it.
        self.nonce = server.metadata.get(MARKER, "")
        self._read = 0
        self._listener = Listener(self.nonce, awaited.word)
        self.heard = self._listener.heard
        """What is known of the report so far."""
        self._booted_at: float | None = None

    @property
    def text(self) -> str:
        """What the console has shown."""
        return self._console.console.text

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come: the instance is gone, off or broken, or its console may not be read."""
        return self._console.is_over

    def save(self) -> None:
        """Keep the console's text."""
        self._console.save()

    async def observe(self) -> Verdict | None:
        """Read once; the verdict, as soon as there is one and the report is whole or will not become so."""
        verdict = await self.listen()
        return verdict if self.heard.whole or self.is_hopeless else None

    async def listen(self) -> Verdict | None:
        """Read once; the verdict on the boot, as soon as there is one."""
        verdict = await self._console.observe()
        await self._take_in()
        if verdict is not None and self._booted_at is None:
            # The verdict may come again at every poll; the patience counts from the first.
            self._booted_at = self._ctx.clock.monotonic()
        return verdict

    @property
    def is_hopeless(self) -> bool:
        """Whether a report that is not whole will not become so."""
        if self.is_over or self.heard.failed or self.heard.ended:
            return True
        if self._booted_at is None:
            return False
        begun = self.heard.began or self.heard.copies
        patience = self._awaited.begun_seconds if begun else self._awaited.unbegun_seconds
        return self._ctx.clock.monotonic() - self._booted_at >= patience

    async def _take_in(self) -> None:
        console = self._console.console
        if console.length == self._read:
            return
        said = console.since(self._read)
        self._listener.take(said)
        self._read = console.length
        heard, before = self._listener.heard, self.heard
        self.heard = heard
        await self._tell(heard, before)
        if self._awaited.doing and not heard.whole:
            await self._tell_progress(said)

    async def _tell_progress(self, said: str) -> None:
        """The last that a script said about how far it is, as a phase of the step; a line without its end can wait."""
        word = f"{self._awaited.word} {self.nonce} progress "
        whole, end, _ = said.replace("\r", "\n").rpartition("\n")
        _, found, rest = whole.rpartition(word) if end else ("", "", "")
        if found:
            await self._ctx.phase(f"{self._awaited.doing}: {one_line(rest.partition(end)[0], _LONGEST_PROGRESS)}")

    async def _tell(self, heard: Heard, before: Heard) -> None:
        what = self._awaited.what
        if heard.whole and not before.whole:
            await self._ctx.phase(f"{what} is whole: {heard.total} pieces")
        elif heard.copies and not before.copies:
            await self._ctx.phase(f"{what} comes: {heard.total} pieces")
        elif heard.began and not before.began:
            await self._ctx.phase(self._awaited.begins)
