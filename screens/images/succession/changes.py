"""What the user asks of an older image: hide it, show it again, delete it. Each is checked, asked, then done."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from models.cloud.image import Image
from models.errors import ImagingError, UsageError
from screens.base import ConsoleScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.images.succession.questions import deletion_question, hiding_question, showing_question
from screens.style.tones import Tone


class OlderImages:
    """Does what `imaging succession` does, by the same code."""

    def __init__(
        self,
        screen: ConsoleScreen[None],
        changed: Callable[[str, Image | None], None],
        settled: Callable[[], None],
        look_again: Callable[[], object],
    ) -> None:
        """Ask nothing yet.

        Args:
            screen: whose dialogs, workers and status line are used.
            changed: told the id of an image, and how it is afterwards; None: it is not there any more.
            settled: says how the list stands, where nothing is under way.
            look_again: reads the list again, after something went wrong.
        """
        self._screen, self._changed, self._settled, self._look_again = screen, changed, settled, look_again
        self.busy = False
        """Whether something is checked, asked or done: nothing else is begun meanwhile."""

    def begin(self, deed: Callable[[str], Coroutine[Any, Any, None]], image_id: str) -> None:
        """Begin one of the two below; what goes wrong is said by the screen."""
        if not self.busy:
            self._screen.run_worker(
                self._carry_out(deed, image_id), group="older", exit_on_error=False, description="change an older image"
            )

    async def _carry_out(self, deed: Callable[[str], Coroutine[Any, Any, None]], image_id: str) -> None:
        self.busy = True
        self._screen.refresh_bindings()
        try:
            await deed(image_id)
        except ImagingError:
            self._look_again()  # the error says how the image is; the list is to show it so
            raise
        finally:
            self.busy = False
            self._settled()
            self._screen.refresh_bindings()

    async def hide_or_show(self, image_id: str) -> None:
        """Ask, then hide an image, or show it where it is hidden.

        Raises:
            ImagingError: it cannot be done, with what state the image is in.
        """
        from imaging.runs.lineage.older_image import hide, refuse_to_hide, unhide  # noqa: PLC0415  # not for the first paint

        self._say("Reading what follows it")
        cloud = await self._screen.console.cloud()
        image = await cloud.images.image(image_id)
        if image.hidden:
            asked, doing, done, change = showing_question(image), "Showing", "shown; the same key hides it", unhide
        else:
            newer = await refuse_to_hide(cloud, image)
            asked, doing, done, change = hiding_question(image, newer), "Hiding", "hidden; the same key shows it", hide
        if await self._agreed(asked):
            self._say(f"{doing} {image.name}")
            self._changed(image_id, await change(cloud, image))
            self._screen.status.notice(f"{image.name} is {done}.", Tone.GOOD)

    async def delete(self, image_id: str) -> None:
        """Read all that could forbid it, ask for the name, then delete it where nothing forbids it by then.

        Raises:
            ImagingError: something forbids it, or the cloud refuses, with what state the image is in.
        """
        from imaging.guidelines.lineage.succession import deletion_hindrances  # noqa: PLC0415  # not for the first paint
        from imaging.runs.lineage.older_image import (  # noqa: PLC0415  # the same
            delete_older,
            deletion_facts,
            refuse_to_delete,
            whole_journal,
        )

        self._say("Reading what could forbid it")
        console = self._screen.console
        cloud, runs = await console.cloud(), await whole_journal(console.runs)
        login, facts = await cloud.login(), await deletion_facts(cloud, image_id, runs)
        refuse_to_delete(facts.image, deletion_hindrances(facts, login.identity.project_id))
        if facts.newer is None or not facts.image.name.strip():
            raise UsageError("An image without a name is not deleted here.", meaning="Nothing was changed.")
        if await self._agreed(deletion_question(facts.image, facts.newer)):
            self._say(f"Deleting {facts.image.name}")
            runs = await whole_journal(console.runs)
            refuse_to_delete(facts.image, await delete_older(cloud, image_id, facts.image.name, runs))
            self._changed(image_id, None)
            self._screen.status.notice(f"{facts.image.name} is deleted.", Tone.GOOD)

    async def _agreed(self, asked: Question) -> bool:
        self._settled()
        answer = await self._screen.app.push_screen_wait(ConfirmScreen(asked))
        return answer is True

    def _say(self, text: str) -> None:
        self._screen.status.say(text, Tone.ACCENT)
