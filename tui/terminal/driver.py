"""The driver for Textual: its frames are read back into cells, and only cells that differ are sent."""

from __future__ import annotations

import logging
import os
import signal
from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition
from textual.message import Message

from screens.style.glyphs import UNICODE, Glyphs
from tui.terminal.canvas import Canvas
from tui.terminal.hangup import end_by_force_later, watch_terminal
from tui.terminal.output import Output
from tui.terminal.plain_cells import stand_in
from tui.terminal.powers import powers_of

if TYPE_CHECKING:
    from textual.app import App


_log = logging.getLogger(__name__)
_ERRORS = 2
"""Where Textual draws: standard output may be a pipe."""
_SHELL_SIGNALS = 128
"""Added to a signal's number it is the status that a shell gives a program that the signal has ended."""


class CellDriver(LinuxDriver):
    """Input and modes of the terminal are Textual's; what is drawn goes through a canvas."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Wait for the application to start.

        Args:
            app: the application.
            debug: whether Textual writes a log of the keys.
            mouse: whether the mouse is asked for.
            size: columns and lines, if the terminal is not to be asked.
        """
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._output: Output | None = None
        self._is_watched = False
        signal.signal(signal.SIGTSTP, self._stop_asked)
        signal.signal(signal.SIGCONT, self._continued)
        signal.signal(signal.SIGTERM, self._end_asked)
        signal.signal(signal.SIGHUP, self._end_asked)

    def start_application_mode(self) -> None:
        """Take the terminal; from the first time on, notice when it is gone."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's has no types
        if not self._is_watched:
            self._is_watched = True
            watch_terminal(self.fileno, self._terminal_gone)

    def run_input_thread(self) -> None:
        """Read keys; a terminal that cannot be read any more is no fault of the program."""
        try:
            super().run_input_thread()
        except OSError:
            _log.info("the terminal cannot be read any more")

    def _terminal_gone(self) -> None:
        """Read no more, for an end of file is always there to be read, and end as by a key, so that drafts are kept."""
        self.exit_event.set()
        self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=_SHELL_SIGNALS + signal.SIGHUP))

    def write(self, data: str) -> None:
        """Take letters and sequences; nothing waits for the line."""
        if self._output is None:
            self._output = self._begin_output()
        size = self._app.size
        self._output.write(data, (size.width, size.height))

    def _begin_output(self) -> Output:
        glyphs: Glyphs = getattr(self._app, "glyphs", UNICODE)
        size = self._app.size
        canvas = Canvas(size.width, size.height, stand_in(glyphs))
        return Output(
            _ERRORS, canvas, powers_of(), draw_again=lambda: self._app.call_later(self._app.refresh, layout=True)
        )

    @property
    def has_sent_all(self) -> bool:
        """Whether the terminal has been sent all that was drawn."""
        return self._output is None or self._output.has_sent_all

    def send_all(self) -> None:
        """Let the next frame be sent whole: something else may have written to the terminal."""
        if self._output is not None:
            self._output.forget()

    def process_message(self, message: Message) -> None:
        """Hear the answers to our questions; what else comes from the terminal is for the application."""
        if isinstance(message, CursorPosition):
            if self._output is not None:
                self._output.answered()
        else:
            super().process_message(message)

    def disable_input(self) -> None:
        """Listen no more; a last answer is waited for, so that it is not typed into the shell."""
        if self._output is not None:
            self._output.ask_no_more()
        super().disable_input()

    def close(self) -> None:
        """Send what still waits and release the terminal."""
        output, self._output = self._output, None
        if output is not None:
            output.end()
        super().close()

    def _end_asked(self, number: int, _frame: object) -> None:
        """SIGTERM, or SIGHUP. End as by a key: drafts are written, the terminal is given back.

        A second signal ends the process at once, and so does the time: nobody waits for a program that hangs.
        """
        signal.signal(number, signal.SIG_DFL)
        end_by_force_later(number)
        if number == signal.SIGHUP:
            self.exit_event.set()  # of a terminal that is gone an end of file could be read for ever
        self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=_SHELL_SIGNALS + number))

    def _stop_asked(self, *_: object) -> None:
        """SIGTSTP. The loop gives the terminal back first, unless somebody else has it at the moment."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._sigtstp_application)
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _continued(self, *_: object) -> None:
        """SIGCONT. The terminal may have been written to since the process was stopped."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._take_terminal_again)

    def _take_terminal_again(self) -> None:
        if not self._must_signal_resume:  # stopped by SIGSTOP: the terminal was not given back
            self.suspend_application_mode()
        self.resume_application_mode()
