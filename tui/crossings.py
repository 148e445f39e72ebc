"""Ways that no screen knows by itself: from a run to its image or the wizard, to a cloud, and back to a run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App

from imaging.cloud.interface import Cloud
from imaging.runtime.clock import Clock
from models.cloud.command_log import CommandLog
from models.errors import ImagingError
from screens.command_log.screen import CommandLogScreen
from screens.context import Runs
from screens.dialogs.error import ErrorScreen
from screens.dialogs.no_cloud import CloudWanted
from screens.dialogs.notice import NoticeScreen
from screens.images.screen import ImagesScreen
from screens.instances.screen import InstancesScreen
from screens.runs.messages import AgainWanted, ImageWanted
from screens.runs.run import RunScreen
from screens.widgets.rows import RowList
from screens.wizard.again import wizard_again
from tui.access import Access

if TYPE_CHECKING:
    from models.run.record import RunRecord


class Crossings(App[None], inherit_bindings=False):
    """Answers what a screen asks of the application."""

    _access: Access
    _join_demonstration: Callable[[], object] | None = None
    """Starts the demonstration cloud where it does not run, and lets the environment name it; blocks."""

    clock: Clock

    @property
    @abstractmethod
    def runs(self) -> Runs:
        """The run service."""

    @abstractmethod
    async def cloud(self) -> Cloud:
        """The cloud, logged in."""

    @abstractmethod
    async def action_mode(self, mode: str) -> None:
        """Switch to one of the three lists."""

    @on(ImageWanted)
    async def _show_image(self, event: ImageWanted) -> None:
        """Lead from a run to its image."""
        event.stop()
        await self.show_image_by_id(event.image_id)

    async def show_image_by_id(self, image_id: str, then: str = "") -> None:
        """Show an image in the list of images, and begin there what a key does."""
        await self.action_mode("images")
        if isinstance(self.screen, ImagesScreen):
            self.screen.show_image(image_id, then)

    async def show_instance(self, instance_id: str, then: str) -> None:
        """Choose an instance in its list, and go to its checklist (`open`) or into the wizard (`image`)."""
        await self.action_mode("instances")
        if isinstance(self.screen, InstancesScreen) and self.screen.go_to(instance_id):
            if then == "image":
                self.screen.action_image()
            else:
                self.screen.query_one("#instances", RowList).action_open()

    async def open_run(self, run_id: str, then: str = "") -> None:
        """Open a run from the list of runs, and begin there what a key does."""
        await self.action_mode("runs")
        await self.push_screen(RunScreen(run_id, then))

    def command_log(self) -> CommandLog:
        """What this console has asked of clouds so far."""
        return self._access.commands.log()

    def action_command_log(self) -> None:
        """Show it."""
        if not isinstance(self.screen, CommandLogScreen):
            self.push_screen(CommandLogScreen())

    @on(AgainWanted)
    def _begin_again(self, event: AgainWanted) -> None:
        """Lead from a run to the wizard, filled in as for that run."""
        event.stop()
        self._open_again(event)

    @work(group="again", exclusive=True, exit_on_error=False, description="open the wizard again")
    async def _open_again(self, wanted: AgainWanted) -> None:
        try:
            wizard = await wizard_again(await self.cloud(), wanted.run, wanted.facts)
        except ImagingError as error:
            await self.push_screen(ErrorScreen(error))
        else:
            await self.push_screen(wizard)
            if wanted.done:
                await self.push_screen(NoticeScreen("Done", "\n\n".join(wanted.done)))

    @on(CloudWanted)
    def _cloud_wanted(self, event: CloudWanted) -> None:
        """Log in where the user has said, and show what is there."""
        event.stop()
        self._use_cloud(event.file)

    @work(group="cloud", exclusive=True, exit_on_error=False, description="find another cloud")
    async def _use_cloud(self, file: str | None) -> None:
        try:
            if file is not None:
                await self._access.use_file(file)
            elif self._join_demonstration is not None:
                await self._access.use_demonstration(self._join_demonstration)
        except ImagingError as error:
            await self.push_screen(ErrorScreen(error))
        else:
            await self.run_action("screen.refresh")

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
