"""Ways from one screen to another that neither of them knows: from a run to its image, and to the wizard again."""

from __future__ import annotations

from abc import abstractmethod

from textual import on, work
from textual.app import App

from imaging.cloud.interface import Cloud
from models.errors import ImagingError
from models.run.record import RunRecord
from screens.dialogs.error import ErrorScreen
from screens.images.screen import ImagesScreen
from screens.runs.messages import AgainWanted, ImageWanted
from screens.wizard.again import wizard_again


class Crossings(App[None], inherit_bindings=False):
    """Answers what a run screen asks of the application."""

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
        await self.action_mode("images")
        if isinstance(self.screen, ImagesScreen):
            self.screen.show_image(event.image_id)

    @on(AgainWanted)
    def _begin_again(self, event: AgainWanted) -> None:
        """Lead from a run to the wizard, filled in as for that run."""
        event.stop()
        self._open_again(event.run)

    @work(group="again", exclusive=True, exit_on_error=False, description="open the wizard again")
    async def _open_again(self, run: RunRecord) -> None:
        try:
            wizard = await wizard_again(await self.cloud(), run)
        except ImagingError as error:
            await self.push_screen(ErrorScreen(error))
        else:
            await self.push_screen(wizard)
