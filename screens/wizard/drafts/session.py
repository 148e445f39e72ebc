"""The draft of an open wizard: restored, kept while the user writes, discarded, and seen to before it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imaging.runs.drafts import DraftStore
from models.cloud.instance import Instance
from models.errors import DraftError
from models.guidelines.facts import InstanceFacts
from models.run.draft import DraftKey
from models.run.request import RunRequest
from screens.base import ConsoleScreen
from screens.context import Console
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.notice import NoticeScreen
from screens.wizard.drafts.keeper import DraftKeeper
from screens.wizard.drafts.kept_answers import KeptAnswers
from screens.wizard.state import WizardState

_GROUP = "draft"


class DraftSession:
    """Between the wizard and what is kept of it."""

    def __init__(
        self, screen: ConsoleScreen[Any], instance: Instance, blank: RunRequest, changed: Callable[[], None]
    ) -> None:
        """Keep nothing yet.

        Args:
            screen: whose dialogs and workers are used.
            instance: whose draft it is.
            blank: the request in which nothing was entered.
            changed: told when something was kept, or could not be.
        """
        self._screen, self._instance = screen, instance
        console = screen.console
        store, key = DraftStore(console.paths), _key(console, instance)
        self._keeper = DraftKeeper(store, console.clock, key, changed)
        self._kept = KeptAnswers(self._keeper, console.clock, blank)

    @property
    def exists(self) -> bool:
        """Whether there is a draft."""
        return self._keeper.exists

    @property
    def trouble(self) -> str:
        """Why what was entered is not kept."""
        return self._keeper.trouble

    @property
    def restored_at(self) -> str:
        """When what was restored had been entered; empty once that has been read."""
        return self._kept.restored_at

    @property
    def parting_words(self) -> str:
        """What the list says once the wizard is left."""
        return f"What you entered for {self._instance.name} is kept: press i to continue." if self.exists else ""

    def page_turned(self) -> None:
        """What was said about the restored draft has been read."""
        self._kept.restored_at = ""

    async def restored(self, state: WizardState) -> WizardState | None:
        """The state with what was entered the last time; it is said where that cannot be read."""
        try:
            return await self._kept.restored(state)
        except DraftError as error:
            parts = ("", error.meaning), ("What to do", error.remedy)
            self._screen.app.push_screen(NoticeScreen("Draft", error.what, *parts))
            return None

    def learn(self, facts: InstanceFacts, state: WizardState) -> None:
        """Know what is suggested for the instance."""
        self._kept.learn(facts, state)

    def note(self, state: WizardState) -> None:
        """Note what the user has changed, and write it in a moment."""
        if self._kept.note(state):
            self._write_soon()

    def _write_soon(self) -> None:
        """Typing on does not put off a write that is coming: it will hold this change, too."""
        screen = self._screen
        if not any(
            worker.node is screen and worker.group == _GROUP and not worker.is_finished for worker in screen.workers
        ):
            screen.run_worker(
                self._keeper.write_soon(), group=_GROUP, exit_on_error=False, description="keep what was entered"
            )

    def ask_to_discard(self, discarded: Callable[[WizardState], None], state: Callable[[], WizardState]) -> None:
        """Ask, then begin again with what is suggested."""

        def answered(agreed: bool | None) -> None:
            if agreed:
                discarded(self._kept.discarded(state()))
                self._write_soon()

        question = Question("Discard the draft?", f"What you entered for {self._instance.name} will be lost.")
        self._screen.app.push_screen(ConfirmScreen(question), answered)

    async def leave(self, leave: Callable[[], None]) -> None:
        """Leave once what was entered is kept. Where it could not be kept, ask first."""
        if await self.flush():
            leave()
            return
        lost = f"{self.trouble} Leave anyway, and lose it?"
        question = Question("What you entered is not kept", lost)
        self._screen.app.push_screen(ConfirmScreen(question), lambda agreed: leave() if agreed else None)

    async def forget(self) -> None:
        """The run has started: there is nothing to be entered any more."""
        self._keeper.forget()
        await self.flush()

    async def flush(self) -> bool:
        """Write what was typed last; whether all is kept."""
        return await self._keeper.flush_before_leaving()


def _key(console: Console, instance: Instance) -> DraftKey | None:
    if console.login is None:
        return None
    identity = console.login.identity
    return DraftKey(cloud=identity.cloud, project_id=identity.project_id, instance_id=instance.id)
