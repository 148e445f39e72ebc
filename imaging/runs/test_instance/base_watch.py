"""Watching the console of a test instance of a base image until its list of packages is whole or will not be."""

from __future__ import annotations

from typing import Final

from imaging.guest.inventory import SECONDS
from imaging.runs.core.step_context import StepContext
from imaging.runs.lineage.heard_inventory import HeardInventory
from imaging.runs.ownership.made_things import MARKER
from imaging.runs.test_instance.console_watch import ConsoleWatch
from models.cloud.instance import Instance
from models.verdict import Verdict, VerdictWord

CONSOLE_LOG: Final = "base-console.log"
"""In the run's folder, mode 0600."""
_UNBEGUN_SECONDS: Final = 30.0
"""How long after its boot it may still begin: it does so before cloud-init's last stage, or never."""
_SILENCE_SECONDS: Final = 120.0
"""How long it may be silent once it has begun: it says every 10 seconds that it is at work."""
_SHOWING_SECONDS: Final = 240.0
"""How long the longest list takes to be shown."""


class BaseWatch:
    """Reads a growing console for the list of what is installed, and keeps that list."""

    def __init__(self, ctx: StepContext, server: Instance, image_id: str) -> None:
        """Begin to watch.

        Args:
            ctx: the step's context.
            server: the test instance; its marker is the word of its list.
            image_id: the image that it was launched from, by which the list is kept.
        """
        self._ctx = ctx
        self._console = ConsoleWatch(ctx, server, CONSOLE_LOG)
        # From the instance, not from memory: after a restart this runner did not launch it.
        self._inventory = HeardInventory(ctx, server.metadata.get(MARKER, ""), image_id)
        self._taken = 0
        self._said = ""
        self._started = self._changed = ctx.clock.monotonic()
        self._booted_at: float | None = None
        self.trouble = ""
        """Why the list was not told; empty as long as it may come, and once it is kept."""

    @property
    def limit_seconds(self) -> float:
        """After how long it is over in any case."""
        return self._ctx.profile.patience.test_limit_seconds + SECONDS + _SHOWING_SECONDS

    def save(self) -> None:
        """Keep the console's text."""
        self._console.save()

    async def observe(self) -> bool | None:
        """Read once; true as soon as the list is kept, or nothing more is to be waited for."""
        verdict = await self._console.observe()
        if verdict is not None and self._booted_at is None:
            self._booted_at = self._ctx.clock.monotonic()
        await self._take_in()
        if await self._inventory.keep():
            self.trouble = self._inventory.trouble
            return True
        self.trouble = self._why_hopeless(verdict)
        return True if self.trouble else None

    async def _take_in(self) -> None:
        console = self._console.console
        if console.length == self._taken:
            return
        self._inventory.take(console.since(self._taken))
        self._taken, self._changed = console.length, self._ctx.clock.monotonic()
        progress = self._inventory.heard.progress
        if progress != self._said:
            self._said = progress
            await self._ctx.phase(progress)

    def _why_hopeless(self, verdict: Verdict | None) -> str:
        heard, now = self._inventory.heard, self._ctx.clock.monotonic()
        if heard.failed:
            return f"its test instance could not tell it: {heard.failed}"
        if self._console.is_over and verdict is not None:
            # Of one that came up, the reason says how that was seen; why it went away stands behind it.
            return verdict.hints[-1] if verdict.word is VerdictWord.BOOTED else verdict.reason
        has_begun = heard.began or bool(heard.copies) or bool(heard.progress)
        if not has_begun and self._booted_at is not None and now - self._booted_at >= _UNBEGUN_SECONDS:
            return "its test instance did not run what it was given: no cloud-init, or it did not come up"
        if has_begun and now - self._changed >= _SILENCE_SECONDS:
            return "its test instance fell silent before the list was whole"
        return "its list was not whole when time was up" if now - self._started >= self.limit_seconds else ""
