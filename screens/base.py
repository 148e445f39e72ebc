"""What all screens share: the fixed lines, access to the application, and what happens when a worker fails."""

from __future__ import annotations

import logging
from typing import ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from models.errors import ImagingError, NoCloudError
from screens.context import Console
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen, explained
from screens.dialogs.no_cloud import CloudWanted, NoCloudAnswer, NoCloudScreen
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.widgets.clipboard import copy_text
from screens.widgets.key_line import KeyLine
from screens.widgets.lines import StatusLine, TitleLine, TooSmall

R = TypeVar("R")
_log = logging.getLogger(__name__)
_DOWNLOADED = "~/Downloads/clouds.yaml"
"""Where a browser puts it."""


class ConsoleScreen(Screen[R]):
    """A screen that fills the terminal: a title line, a body, a status line and the keys."""

    BINDING_GROUP_TITLE = "This screen"

    async def _on_message(self, message: Message) -> None:
        """Leave what a worker still says to a screen that is being closed: its widgets are gone already."""
        is_of_textual = type(message).__module__.startswith("textual.")
        if self.display or is_of_textual:
            await super()._on_message(message)

    def compose(self) -> ComposeResult:
        """The fixed lines around the body."""
        yield TitleLine(glyphs=self.glyphs, id="title")
        with Vertical(id="body"):
            yield from self.compose_body()
        yield StatusLine(glyphs=self.glyphs, id="status")
        yield KeyLine(id="keys")
        yield TooSmall()

    def compose_body(self) -> ComposeResult:
        """What the screen is about."""
        yield from ()

    @property
    def console(self) -> Console:
        """The application, as far as screens know it."""
        return cast("Console", self.app)

    @property
    def glyphs(self) -> Glyphs:
        """The signs that the terminal can show."""
        return self.console.glyphs

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one("#status", StatusLine)

    def put_title(self, *path: str) -> None:
        """Show the path to this screen, the last part in bold, and who is logged in at the right."""
        self.query_one("#title", TitleLine).put_path(path, login_line(self.console))

    def copy(self, text: str) -> None:
        """Send a text to the terminal's clipboard, and say so."""
        copy_text(self.app, text)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong in a worker of this screen."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            if not isinstance(error, ImagingError):
                _log.error("worker %s failed", event.worker.name, exc_info=error)
            self.failed(explained(error))

    def failed(self, error: ImagingError) -> None:
        """Say an error; screens that keep stale data on show say it in the status line instead."""
        if isinstance(error, NoCloudError):
            self._explain_no_cloud()
        else:
            self.app.push_screen(ErrorScreen(error))

    def _explain_no_cloud(self) -> None:
        """Once, however many workers have failed of it."""
        if not any(isinstance(screen, NoCloudScreen | AskTextScreen) for screen in self.app.screen_stack):
            from imaging.cloud.clouds_yaml.files import search_folders  # noqa: PLC0415  # rarely needed

            self.app.push_screen(NoCloudScreen(search_folders()), self._without_cloud)

    def _without_cloud(self, answer: NoCloudAnswer | None) -> None:
        match answer:
            case NoCloudAnswer.DEMONSTRATION:
                self.post_message(CloudWanted(None))
            case NoCloudAnswer.FILE:
                question = AskTextScreen(
                    "Choose a file", "The path of your clouds.yaml:", value="~/Downloads/clouds.yaml"
                )
                self.app.push_screen(question, self._file_named)
            case NoCloudAnswer.QUIT:
                self.app.call_later(self.app.action_quit)

    def _file_named(self, file: str | None) -> None:
        if file:
            self.post_message(CloudWanted(file))
        else:
            self._explain_no_cloud()  # one step back


class OpenedScreen(ConsoleScreen[R]):
    """A screen that was opened from another one: escape and q lead back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", id="screen.back", tooltip="Back to the previous screen"),
    ]

    @property
    def holds(self) -> bool:
        """Whether it must not be closed now, because leaving would cut off what has begun."""
        return False

    @property
    def parting_words(self) -> str:
        """What the list below says once the screen is closed."""
        return ""

    def action_back(self) -> None:
        """Back to where the user came from."""
        self.dismiss(None)


def login_line(console: Console) -> Content:
    """Cloud, project and user, as far as they are known yet; before them what should not be forgotten of the cloud."""
    login = console.login
    parts = [console.cloud_name]
    if login is not None:
        parts += [login.project_name, login.user_name]
    text = console.glyphs.plain(" · ").join(part for part in parts if part)
    words = ["READ ONLY"] if console.read_only else []
    words += dict.fromkeys(notice.short for notice in console.notices)
    return joined(*(toned(f"{word}  ", Tone.WARN) for word in words), toned(text, Tone.QUIET))
