"""Puts an error into the words of the journal."""

from __future__ import annotations

from pathlib import Path

import imaging
from models.errors import ImagingError
from models.run.record import Trouble

_HOME = Path(imaging.__file__).parents[1]
"""The folder of this program's packages."""


def trouble_of(error: Exception) -> Trouble:
    """Put an error into the journal's words; of a fault of the program, which may quote anything, only the kind."""
    if isinstance(error, ImagingError):
        return Trouble(
            what=error.what,
            meaning=error.meaning,
            remedy=error.remedy,
            request_id=error.request_id,
        )
    return Trouble(
        what=f"The program made a mistake ({type(error).__name__}{_place(error)}).",
        remedy="The runner's log says where; please report it.",
    )


def _place(error: BaseException) -> str:
    """The last line of the program that an exception went through; nothing of its variables or its text."""
    place, at = "", error.__traceback__
    while at is not None:
        file = Path(at.tb_frame.f_code.co_filename)
        # The text of a foreign exception may hold a secret or a guest's words; a place in our own code holds neither.
        if file.is_relative_to(_HOME):
            place = f" at {file.relative_to(_HOME)}, line {at.tb_lineno}"
        at = at.tb_next
    return place
