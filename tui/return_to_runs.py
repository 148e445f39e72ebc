"""What the console says of earlier runs when it starts: those not over, and kept test instances that are overdue."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import App

from imaging.runtime.clock import Clock
from screens.context import Runs
from screens.dialogs.notice import NoticeScreen
from screens.runs.run import RunScreen

if TYPE_CHECKING:
    from models.run.record import RunRecord


class ReturnsToRuns(App[None], inherit_bindings=False):
    """Leads back to the run that was under way."""

    clock: Clock

    @property
    @abstractmethod
    def runs(self) -> Runs:
        """The run service."""

    @work(group="return", exit_on_error=False, description="find runs that are not over")
    async def return_to_runs(self) -> None:
        """Show the run that was under way when the console was left, whether it still is or was interrupted."""
        runs = await self.runs.runs()
        going = [run for run in runs if not run.state.is_over]
        if going and len(self.screen_stack) == 1:
            await self.switch_mode("runs")
            if len(going) == 1:
                self.push_screen(RunScreen(going[0].id))
        self._tell_overdue(runs)

    def _tell_overdue(self, runs: Sequence[RunRecord]) -> None:
        """Say which test instances were kept for a while and should be gone by now."""
        from imaging.runs.core.outcome import overdue_lines  # noqa: PLC0415  # not for the first paint

        lines = overdue_lines(runs, self.clock.now())
        if lines:
            self.push_screen(NoticeScreen("Kept test instances", " ".join(lines)))
