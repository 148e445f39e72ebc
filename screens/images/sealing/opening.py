"""The way to the seal of an image: an inspection of it first, where none is known, then the screen that plans it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import App

from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.run.request import RunRequest
from screens.context import Console
from screens.dialogs.confirm import ConfirmScreen
from screens.images.sealing.screen import SealScreen
from screens.images.sealing.texts import check_question
from screens.runs.run import RunScreen


class SealOpening:
    """Knows for which image an inspection was begun, so that the seal continues when the user comes back."""

    def __init__(self, app: App[Any], console: Console) -> None:
        """Nothing is under way."""
        self._app, self._console = app, console
        self._awaited: tuple[Image, str] | None = None
        """The image whose inspection was begun, and the run that makes it."""

    async def open(self, image: Image, images: Iterable[Image]) -> None:
        """Open the seal; where the image was not inspected, ask whether it is to be, and show that run.

        Raises:
            ImagingError: the inspection cannot be planned or started.
        """
        if await self._open_planned(image, images):
            return
        console = self._console
        request = RunRequest(profile=console.profile.name, attended=True)
        plan = await console.runs.plans.image_check(await console.cloud(), image.id, request, console.profile)
        refuse(obstacles(plan))
        if await self._app.push_screen_wait(ConfirmScreen(check_question(plan))):
            run = await console.runs.start(plan, await console.resolved(), console.profile)
            self._awaited = image, run.id
            self._app.push_screen(RunScreen(run.id))

    async def go_on(self, images: Iterable[Image]) -> None:
        """The list is on show again: open the seal if the inspection that was begun for it is there now."""
        if self._awaited is None:
            return
        image, run_id = self._awaited
        if not (await self._console.runs.run(run_id)).state.is_over:
            return
        self._awaited = None
        await self._open_planned(image, images)

    async def _open_planned(self, image: Image, images: Iterable[Image]) -> bool:
        """Open the screen of the seal, if an inspection of the image is known."""
        guest = await in_thread(self._console.guests.stored, image.id)
        tells_what_runs = guest.value is not None and not guest.value.is_of_file
        if tells_what_runs:
            self._app.push_screen(SealScreen(image, guest, frozenset(one.name for one in images)))
        return tells_what_runs
