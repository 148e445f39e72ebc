"""What is left on the terminal after a fault of the program: the traceback without local variables."""

from __future__ import annotations

import logging

from rich.console import Group, RenderableType
from rich.text import Text

_log = logging.getLogger(__name__)


def report(error: BaseException, log_folder: str) -> RenderableType:
    """A traceback in which no secret can stand, and where the rest is to be found.

    Textual's own report shows the local variables of every frame, credentials among them.
    """
    from rich.traceback import Traceback  # noqa: PLC0415  # it brings a syntax highlighter: not before the first paint

    _log.critical("the console ends because of a fault", exc_info=error)
    traceback = Traceback.from_exception(type(error), error, error.__traceback__, show_locals=False, width=100)
    advice = Text(
        "The Imaging Console ended because of a fault of its own. Runs go on without it: open it again, or say "
        f"`imaging runs`. The log is in {log_folder}."
    )
    return Group(traceback, advice)
