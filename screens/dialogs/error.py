"""Says an error: what failed, what state things are in, what to do next, and the request's id for the operators."""

from __future__ import annotations

from textual.app import ComposeResult

from imaging.runtime.redaction import redactor
from models.errors import ImagingError
from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading, paragraphs
from screens.style.tones import Tone


def explained(error: BaseException) -> ImagingError:
    """Any exception as an `ImagingError`. Any other one is a fault of the program: its kind is named, its text kept."""
    if isinstance(error, ImagingError):
        return error
    return ImagingError(
        f"Something unexpected happened: {type(error).__name__}: {redactor.clean(one_line(error))}",
        meaning="A run in progress continues in its own process.",
        remedy="Please report this. The details are in the log in the state directory.",
    )


class ErrorScreen(Dialog[None]):
    """One error, with its parts kept apart."""

    TITLE = "Something went wrong"

    def __init__(self, error: ImagingError, *parts: tuple[str, str], here: str = "") -> None:
        """Say this error.

        Args:
            error: what happened.
            parts: titled paragraphs that only the screen can add.
            here: what to do on the screens, where the error's own remedy is one for the command line.
        """
        super().__init__()
        self._error = error
        self._parts, self._here = parts, here

    def compose_body(self) -> ComposeResult:
        """The parts of the error."""
        error = self._error
        yield Reading(
            paragraphs(
                ("What this means", error.meaning),
                ("What to do", self._here or error.remedy),
                ("On the command line", error.remedy if self._here else ""),
                *self._parts,
                ("For the operators of the cloud", f"request {error.request_id}" if error.request_id else ""),
                lead=error.what,
                tone=Tone.BAD,
            )
        )
