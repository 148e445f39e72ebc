"""What is being done inside the chosen instance: one thing at a time, with its dialogs and its progress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from imaging.guest.interface import Progress
from models.errors import GuestLoginError, GuestUnreachableError, HostKeyError, ImagingError, OtherMachineError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.remedy_action import ActionKind, RemedyAction
from screens.base import ConsoleScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.error import ErrorScreen
from screens.dialogs.guest_questions import DialogQuestions
from screens.dialogs.notice import NoticeScreen
from screens.guest_work.messages import GuestProgress, GuestRead
from screens.guest_work.save_questions import ask_directories, ask_target
from screens.style.shown_command import shown_command
from screens.style.tones import Tone
from screens.widgets.columns import shortened

if TYPE_CHECKING:  # it brings the probe and the tables of the guidelines, which are loaded when they are wanted
    from screens.guest_work.guest_session import GuestSession

_NAME_CELLS = 24
"""What the instance's name takes of a dialog's frame at most, in cells."""
_OTHER_WAYS = (
    "Press d in the list: a deep check inspects its disk without SSH. Or set User, IdentityFile, Port or ProxyJump for "
    "the address in ~/.ssh/config, which the console uses, or put the key into an SSH agent; then press p again."
)
_REFUSED: dict[type[ImagingError], str] = {
    HostKeyError: "Inspection stopped: you did not accept the host key",
    OtherMachineError: "Inspection stopped: it may be another machine",
}
"""What is left to be said after the user's own no."""

Task = Callable[["GuestSession"], Awaitable[None]]


class GuestWork:
    """The work inside guests that a screen has begun. It tells the screen by messages."""

    def __init__(self, screen: ConsoleScreen[Any], refresh: Callable[[], None]) -> None:
        """Do nothing yet.

        Args:
            screen: whose dialogs, status line and messages are used.
            refresh: asks the cloud again, after a remedy that changed something there.
        """
        self._screen = screen
        self._refresh = refresh
        self._worker: Worker[None] | None = None
        self._last_message = ""
        """What is still worth saying when it is over."""
        self.instance_id: str | None = None
        """The instance in which something is being done, or was last."""

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._worker is not None

    def inspect(self, facts: InstanceFacts) -> None:
        """Inspect an instance by SSH."""
        self._start(facts, self._inspect)

    def save(self, facts: InstanceFacts) -> None:
        """Ask which directories and where to, then copy them."""
        self._start(facts, self._save)

    def carry_out(self, facts: InstanceFacts, action: RemedyAction) -> None:
        """Ask, then carry out a remedy; the user sees what was done and how it is undone."""
        if not self.busy:
            self._start(facts, partial(self._carry_out, action=action))

    def stop(self) -> None:
        """Stop what is being done."""
        if self._worker is not None:
            self._worker.cancel()
            self._screen.status.notice("Stopped", Tone.QUIET)

    def _start(self, facts: InstanceFacts, task: Task) -> None:
        from screens.guest_work.guest_session import GuestSession  # noqa: PLC0415  # not for the first paint

        self.instance_id = facts.instance.value.id if facts.instance.value else None
        self._last_message = ""
        asking = DialogQuestions(self._screen.app, _name(facts))
        session = GuestSession(self._screen.console, facts, asking, self._show_progress)
        self._worker = self._screen.run_worker(
            self._do(session, asking, task), group="inside", exit_on_error=False, description="work inside the instance"
        )
        self._screen.refresh_bindings()

    async def _do(self, session: GuestSession, asking: DialogQuestions, task: Task) -> None:
        try:
            await task(session)
        except (HostKeyError, OtherMachineError) as error:
            if asking.refused:
                self._last_message = _REFUSED[type(error)]
            else:
                self._screen.app.push_screen(ErrorScreen(error))
        except ImagingError as error:
            self._screen.app.push_screen(ErrorScreen(error, here=_other_ways(error)))
        finally:
            self._worker = None
            self._post_progress("")
            self._screen.refresh_bindings()
            if self._last_message:
                self._screen.status.notice(self._last_message, Tone.QUIET)

    async def _inspect(self, session: GuestSession) -> None:
        self._show_progress(Progress("Connecting"))
        self._post_facts(session, await session.inspect())

    async def _carry_out(self, session: GuestSession, action: RemedyAction) -> None:
        name = shortened(_name(session.facts), _NAME_CELLS, cut="…")
        shown = shown_command(action, self.instance_id or "")
        same = f"The same as:\n{shown}" if shown and not action.command else shown
        question = Question(f"Do this in {name}?", action.summary, same)
        if not await self._screen.app.push_screen_wait(ConfirmScreen(question)):
            return
        result, guest = await session.carry_out(action)
        self._post_facts(session, guest)
        if action.kind is ActionKind.UNMOUNT_AND_DETACH:
            self._refresh()  # the cloud's side is another now
        details = ("Output", result.output), ("To undo it", result.undo)
        self._screen.app.push_screen(NoticeScreen("Done", result.done, *details))

    async def _save(self, session: GuestSession) -> None:
        app = self._screen.app
        directories = await ask_directories(app, session.facts)
        target = await ask_target(app, _name(session.facts)) if directories else None
        if directories and target:
            saved = await session.save(directories, target)
            left = "\n".join(f"{path}: {why}" for path, why in saved.left_out)
            app.push_screen(NoticeScreen("Saved", saved.summary, ("Not copied", left)))

    def _post_facts(self, session: GuestSession, guest: Fact[GuestFacts]) -> None:
        if session.facts.instance.value is not None:
            self._screen.post_message(GuestRead(session.facts.instance.value.id, guest))

    def _show_progress(self, progress: Progress) -> None:
        if progress.stays:
            self._last_message = progress.text
        text = progress.text
        if progress.done is not None and progress.total:
            text += f" {progress.done * 100 // progress.total} %"
        self._post_progress(text)

    def _post_progress(self, text: str) -> None:
        if self.instance_id is not None:
            self._screen.post_message(GuestProgress(self.instance_id, text))


def _name(facts: InstanceFacts) -> str:
    return facts.instance.value.name if facts.instance.value else "instance"


def _other_ways(error: ImagingError) -> str:
    """What helps here where nobody is let in: the options that such an error names are those of the commands."""
    return _OTHER_WAYS if isinstance(error, GuestLoginError | GuestUnreachableError) else ""
