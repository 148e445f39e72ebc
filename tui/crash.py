"""What is left on the terminal after a fault of the program: the traceback without local variables."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from imaging.runtime.redaction import redactor
from models.text import many_lines

if TYPE_CHECKING:
    from rich.traceback import Trace

_log = logging.getLogger(__name__)


def report(error: BaseException, log_folder: str) -> RenderableType:
    """A traceback in which no secret can stand, and where the rest is to be found.

    Textual's own report shows the local variables of every frame, credentials among them.
    """
    from rich.traceback import Traceback  # noqa: PLC0415  # it brings a syntax highlighter: not before the first paint

    _log.critical("the console ends because of a fault", exc_info=error)
    traceback = Traceback.from_exception(type(error), error, error.__traceback__, show_locals=False, width=100)
    _clean(traceback.trace)
    advice = Text(
        "The Imaging Console ended because of an error of its own. Runs continue without it: open it again, or run "
        f"`imaging runs`. The log is in {log_folder}."
    )
    return Group(traceback, advice)


def _clean(trace: Trace) -> None:
    """What an exception says may be what a stranger told a library: without secrets, and nothing a terminal obeys."""
    for stack in trace.stacks:
        stack.exc_value = many_lines(redactor.clean(stack.exc_value))
        stack.notes = [many_lines(redactor.clean(note)) for note in stack.notes]
        for inner in stack.exceptions:
            _clean(inner)
