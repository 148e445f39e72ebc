"""The application: themes, modes, keys and the login. Everything else is in the screens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from imaging.cloud.interface import Cloud
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.cloud.login import Login
from models.errors import ConfigError
from models.guidelines.profile import Profile
from models.settings import Settings
from screens.base import ConsoleScreen, OpenedScreen
from screens.context import Guests, Runs
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.help import HelpScreen
from screens.dialogs.secret import SecretScreen
from screens.images.screen import ImagesScreen
from screens.instances.screen import InstancesScreen
from screens.listing import ListScreen
from screens.offered_keys import offered_keys
from screens.runs.screen import RunsScreen
from screens.style.glyphs import UNICODE, Glyphs
from screens.widgets.lines import LEAST_HEIGHT, LEAST_WIDTH
from tui.access import Access
from tui.crash import report
from tui.crossings import Crossings
from tui.keymap import checked, known_bindings
from tui.palette import ConsolePalette
from tui.styles.stylesheet import StylesheetParsedOnce
from tui.terminal.drawn_in_cells import DrawnInCells
from tui.terminal.switches import TerminalSwitches
from tui.themes import THEMES, chosen_theme
from tui.typeahead import KeysInOrder

if TYPE_CHECKING:
    from imaging.cloud.login.notices import Notice
    from imaging.cloud.login.resolution import ResolvedCloud

_KEY_WORDS = {key: key for key in ("enter", "up", "down", "left", "right", "backspace", "tab")}
"""Keys for which Textual has signs that are not ASCII."""

QUIT_SECONDS = 1.5
"""How long quitting waits for the connections to close."""


class ImagingApp(Crossings, TerminalSwitches, KeysInOrder, DrawnInCells, inherit_bindings=False):
    """The console. Screens see it through `screens.context.Console`."""

    TITLE = "Imaging Console"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "../screens/base.tcss",
        "../screens/dialogs/dialog.tcss",
        "app.tcss",
        "../screens/instances/screen.tcss",  # Textual loads no style sheet of a default screen
    ]
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ConsolePalette}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "images": ImagesScreen,
        "runs": RunsScreen,
    }
    DEFAULT_MODE = "instances"  # not in MODES: see get_default_screen
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  # Textual declares it without ClassVar
        (0, "-tiny"),
        (LEAST_WIDTH, "-narrow"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  # the same
        (0, "-flat"),
        (LEAST_HEIGHT, "-short"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "mode('instances')", "Instances", show=False, id="app.instances", tooltip="The instances"),
        Binding("2", "mode('images')", "Images", show=False, id="app.images", tooltip="The images"),
        Binding("3", "mode('runs')", "Runs", show=False, id="app.runs", tooltip="The runs"),
        Binding(
            "colon,ctrl+p", "command_palette", "Find", show=False, id="app.commands", tooltip="Find anything by name"
        ),
        Binding("question_mark,f1", "help", "Help", id="app.help", tooltip="The keys of this screen"),
        Binding("at", "command_log", "Command log", show=False, id="app.log", tooltip="What was asked of clouds"),
        Binding("M", "mouse", "Mouse", show=False, id="app.mouse", tooltip="The mouse is for the terminal, or not"),
        Binding("ctrl+l", "redraw", "Redraw", show=False, id="app.redraw", tooltip="Draw the screen again"),
        Binding(
            "ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend", tooltip="To the shell; fg returns"
        ),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit", tooltip="Quit; runs continue"),
    ]

    def __init__(
        self,
        *,
        cloud_name: str | None,
        profile: Profile,
        settings: Settings,
        paths: Paths,
        clock: Clock,
        glyphs: Glyphs = UNICODE,
        read_only: bool = False,
        runs: Runs | None = None,
        guests: Guests | None = None,
        join_demonstration: Callable[[], object] | None = None,
    ) -> None:
        """Make the application; nothing is asked of the network before the first paint.

        Args:
            cloud_name: a name in clouds.yaml, or None to find out.
            profile: the guidelines to judge by.
            settings: the user's settings.
            paths: where journal, logs and reports lie.
            clock: the time.
            glyphs: the signs that the terminal can show.
            read_only: offer nothing that changes the cloud.
            runs: the run service; the real one by default.
            guests: what inspects guests; the real one by default.
            join_demonstration: starts the demonstration cloud and lets the environment name it.

        Raises:
            ConfigError: the user's keys are not valid.
        """
        no_color = "NO_COLOR" in os.environ
        super().__init__()
        self.stylesheet = StylesheetParsedOnce(variables=self.get_css_variables())
        self.animation_level = "none"
        self.profile, self.settings, self.paths, self.clock = profile, settings, paths, clock
        self.glyphs, self.read_only = glyphs, read_only
        self._runs, self._guests, self._join_demonstration = runs, guests, join_demonstration
        self._own_keys = checked(settings.keymap, known_bindings(ImagingApp, Screen, Widget))
        self._access = Access(
            cloud_name, clock, ask=self._ask_secret, choose=self._choose_cloud, cache_folder=paths.cache
        )
        self._begin_in("ansi" if no_color and not settings.theme else chosen_theme(settings.theme, os.environ))
        self.abandoned = False
        """Whether something still hung on the network when the console ended."""

    def _begin_in(self, wanted: str) -> None:
        """Put on the program's theme before anything runs: a change later would style everything a second time."""
        for name in list(self.available_themes):
            if name != "textual-dark":  # Textual begins with it and cannot be without
                self.unregister_theme(name)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = wanted if wanted in self.available_themes else THEMES[0].name

    def get_default_screen(self) -> Screen[Any]:
        """Give Textual the first screen in the one way in which it is on the stack before its widgets are mounted.

        The screen of a default mode in `MODES` is put on the stack only after it was registered. Where tasks begin at
        once it has then mounted its widgets, and its Input ended the program when it asked for the active screen
        (Textual issue 6444).
        """
        return InstancesScreen()

    def on_load(self) -> None:
        """Let a task begin when the code that started it has continued, as on Python 3.11, on every Python.

        From 3.12 on Textual lets tasks begin at once. An inspection that failed without waiting was then over before it
        was noted as begun, and stayed noted: *Stop* was offered for ever, and nothing else could be done inside.
        One order on every Python is one order to test.
        """
        asyncio.get_running_loop().set_task_factory(None)

    def on_mount(self) -> None:
        """Put on the user's keys."""
        self.add_mode(self.DEFAULT_MODE, InstancesScreen)
        self.set_class(self.glyphs.ascii, "-ascii")
        self.call_after_refresh(self.return_to_runs)
        self.set_keymap(self._own_keys)
        self.screen_change_signal.subscribe(self, lambda _screen: self.watch_end_of_shown_run())

    @property
    def runs(self) -> Runs:
        """The run service, loaded after the first paint."""
        if self._runs is None:
            from imaging.runs.service import RunService  # noqa: PLC0415  # it brings the steps, the rules and SQLite

            self._runs = RunService(self.paths, self.clock)
        return self._runs

    @property
    def guests(self) -> Guests:
        """What inspects guests, loaded when it is first asked for: it brings asyncssh."""
        if self._guests is None:
            from imaging.guest.service import GuestService  # noqa: PLC0415  # not for the first paint

            self._guests = GuestService(self.paths, self.clock)
        return self._guests

    @property
    def login(self) -> Login | None:
        """Who is logged in."""
        return self._access.login

    @property
    def cloud_name(self) -> str:
        """The name of the cloud."""
        return self._access.name

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What should be known of the cloud's entry."""
        return self._access.notices

    @property
    def has_sent_all(self) -> bool:
        """Whether the terminal has been sent all that was drawn; other drivers do not say, and are believed."""
        return bool(getattr(self._driver, "has_sent_all", True))

    async def cloud(self) -> Cloud:
        """The cloud, logged in."""
        return await self._access.cloud()

    async def resolved(self) -> ResolvedCloud:
        """The login's configuration, for a runner."""
        return await self._access.resolved()

    async def action_mode(self, mode: str) -> None:
        """Switch to one of the three lists, from any screen that it opened; a run that is being started is not left."""
        await self.switch_mode(mode)
        parting_words = ""
        while isinstance(screen := self.screen, OpenedScreen) and not screen.holds:
            parting_words = parting_words or screen.parting_words
            await self.pop_screen()
        if isinstance(self.screen, ListScreen):
            self.screen.focus_list()
        if parting_words and isinstance(self.screen, ConsoleScreen):
            self.screen.status.say(parting_words)

    def get_key_display(self, binding: Binding) -> str:
        """Keys by names that every terminal can show."""
        plain = _KEY_WORDS if self.glyphs.ascii else {"enter": "enter"}
        return binding.key_display or plain.get(binding.key) or super().get_key_display(binding)

    def action_help(self) -> None:
        """Show the keys of the present screen."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(offered_keys(self.screen), self._access.about))

    async def action_quit(self) -> None:
        """End within two seconds, even if the network hangs."""
        self.workers.cancel_all()
        try:
            await asyncio.wait_for(self._access.close(), QUIT_SECONDS)
        except Exception:  # noqa: BLE001  # nothing that goes wrong now may keep the user here
            self.abandoned = True
        self.leave_mouse()
        self.exit()

    @on(CommandPalette.Opened)
    def _no_blinking(self) -> None:
        entry = self.screen.query_one(Input)
        entry.cursor_blink, entry.placeholder = False, "name of an instance, an image, a run or an action"

    async def _ask_secret(self, prompt: str) -> str:
        answer = await self._answer_of(SecretScreen(prompt))
        if not answer:
            raise ConfigError("Not logged in: no secret was entered.", remedy="Press r to try again.")
        return answer

    async def _choose_cloud(self, names: Sequence[str]) -> str:
        answer = await self._answer_of(ChooseScreen("Which cloud?", [Choice(name, name) for name in names]))
        if not answer:
            raise ConfigError("Not logged in: no cloud was chosen.", remedy="Press r to choose again.")
        return answer

    async def _answer_of(self, screen: Screen[str]) -> str | None:
        answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.push_screen(screen, answered.set_result)
        return await answered

    def _fatal_error(self) -> None:
        """Leave a report without local variables, which may hold secrets."""
        if self._exception is not None:
            self.panic(report(self._exception, str(self.paths.logs)))
