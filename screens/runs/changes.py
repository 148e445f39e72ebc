"""What the user asks of a run: cancel, resume, undo it, delete its image. Each is asked first, then handed on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from models.run.record import RunRecord
from screens.base import ConsoleScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.runs.texts.heard import Change
from screens.runs.texts.questions import deletion_question, other_host, question
from screens.style.tones import Tone


class RunChanges:
    """The questions of the screen of a run, and what a yes does."""

    def __init__(
        self,
        screen: ConsoleScreen[None],
        heard: Callable[[Change], None],
        changed: Callable[[RunRecord], None],
        follow: Callable[[], object],
    ) -> None:
        """Ask nothing yet.

        Args:
            screen: whose dialogs, workers and status line are used.
            heard: told what the user has agreed to, at once.
            changed: told how the run is afterwards.
            follow: follows the run again.
        """
        self._screen, self._heard, self._changed, self._follow = screen, heard, changed, follow

    def ask(self, change: Change, run: RunRecord) -> None:
        """Ask, then change the run."""

        def agreed() -> None:
            self._heard(change)
            self._work(self._carry_out(change, run), "change the run")

        self._ask(question(change, run), agreed)

    def ask_deletion(self, run: RunRecord) -> None:
        """Ask, then delete the image that the run made."""
        self._ask(deletion_question(run), lambda: self._work(self._delete(run.id), "delete the image"))

    def _ask(self, asked: Question, agreed: Callable[[], None]) -> None:
        self._screen.app.push_screen(ConfirmScreen(asked), lambda answer: agreed() if answer else None)

    def _work(self, work: Coroutine[Any, Any, None], description: str) -> None:
        self._screen.run_worker(work, group="deed", exclusive=True, exit_on_error=False, description=description)

    async def _carry_out(self, change: Change, run: RunRecord) -> None:
        console = self._screen.console
        match change:
            case Change.CANCEL:
                changed = await console.runs.cancel(run.id, None if run.is_worked_on else await console.resolved())
            case Change.REMOVE_KEPT:
                self._screen.status.say("Removing the test instance", Tone.ACCENT)
                changed = await console.runs.remove_kept(run.id, await console.resolved())
            case Change.RESUME:
                changed = await console.runs.resume(run.id, await console.resolved(), other_host=other_host(run))
            case Change.UNDO:
                changed = await console.runs.undo(run, await console.resolved(), other_host=other_host(run))
        self._changed(changed)
        self._follow()

    async def _delete(self, run_id: str) -> None:
        self._screen.status.say("Deleting the image", Tone.ACCENT)
        self._changed(await self._screen.console.runs.delete_image(run_id, await self._screen.console.resolved()))
        self._screen.status.notice("The image is deleted.", Tone.GOOD)
