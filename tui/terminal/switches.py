"""What is told to the terminal beside the picture: whose the mouse is, and that a watched run has ended."""

from __future__ import annotations

from abc import abstractmethod

from textual import work
from textual.app import App

from models.run.record import RunRecord
from models.settings import Settings
from models.text import one_line
from screens.base import ConsoleScreen
from screens.context import Runs
from screens.runs.run import RunScreen
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone

_MOUSE_MODES = (1000, 1003, 1015, 1006)
"""What Textual asks of a terminal for the mouse: its presses, its moves, and two ways of writing them down."""
_TITLE_CELLS = 80


class TerminalSwitches(App[None], inherit_bindings=False):
    """Turns the mouse off and on, and rings the bell."""

    settings: Settings
    glyphs: Glyphs
    has_mouse: bool = True
    """Whether clicks come to the console; else the terminal selects text with the mouse."""
    _watched_runs: frozenset[str] = frozenset()

    @property
    @abstractmethod
    def runs(self) -> Runs:
        """The run service."""

    def action_mouse(self) -> None:
        """Leave the mouse to the terminal, so that it selects text; or take it again."""
        self.has_mouse = not self.has_mouse
        self._ask_for_mouse(wanted=self.has_mouse)
        if isinstance(self.screen, ConsoleScreen):
            here = "The mouse works here; M leaves it to the terminal."
            there = "The mouse is the terminal's now and selects text; M takes it again."
            self.screen.status.say(here if self.has_mouse else there, Tone.ACCENT)

    def leave_mouse(self) -> None:
        """At the end the mouse is the terminal's, also where it was taken later than Textual knows."""
        if self.has_mouse:
            self._ask_for_mouse(wanted=False)

    def _ask_for_mouse(self, *, wanted: bool) -> None:
        self.tell_terminal("".join(f"\x1b[?{mode}{'h' if wanted else 'l'}" for mode in _MOUSE_MODES))

    def tell_terminal(self, sequence: str) -> None:
        """Send a control sequence, in its order with the picture."""
        if self._driver is not None:
            self._driver.write(sequence)

    def watch_end_of_shown_run(self) -> None:
        """Remember the run that is on show until it ends, also after its screen was closed."""
        screen = self.screen
        if isinstance(screen, RunScreen) and screen.run_id not in self._watched_runs:
            self._watched_runs |= {screen.run_id}
            self._ring_at_the_end(screen.run_id)

    @work(group="bell", exit_on_error=False, description="ring when a run ends")
    async def _ring_at_the_end(self, run_id: str) -> None:
        was_under_way = False
        async for run in self.runs.watch(run_id):
            if run.state.is_over and was_under_way:
                self._ring(run)
            was_under_way = not run.state.is_over
        self._watched_runs -= {run_id}

    def _ring(self, run: RunRecord) -> None:
        """The bell, and the outcome in the terminal's title."""
        if self.settings.bell:
            title = one_line(f"{run.state.value}: {run.title} - Imaging Console", _TITLE_CELLS)
            self.tell_terminal(f"\x1b]0;{self.glyphs.plain(title)}\x07")
            self.bell()
