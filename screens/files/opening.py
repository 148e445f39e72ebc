"""The way to an inspection: of a file, whose path is asked for, or of an image of the cloud."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from textual.app import App

from models.cloud.image import Image
from screens.dialogs.ask_text import AskTextScreen
from screens.files.inspection import InspectionScreen
from screens.files.inspections import of_file, of_image
from screens.files.path_suggester import PathSuggester

_QUESTION = (
    "The path of a disk image (RAW, QCOW2, VMDK, VDI, VHD, VHDX; packed or not), or of a directory with its parts:"
)


class InspectionOpening:
    """Remembers the path that was given last."""

    def __init__(self, app: App[Any], others: Mapping[str, Callable[[App[Any]], None]]) -> None:
        """Nothing was asked for yet.

        Args:
            app: shows the screens.
            others: what is done with a file by other names, such as `import`.
        """
        self._app, self._others = app, others
        self._last = ""

    def begin(self, what: str, image: Image | None) -> None:
        """Inspect.

        Args:
            what: `file`, whose path is asked for, `image`, or one of the others.
            image: the chosen one, of the cloud.
        """
        if what in self._others:
            self._others[what](self._app)
        elif what == "file":
            self._ask_for_file()
        elif image is not None:
            self._app.push_screen(InspectionScreen(image.name or image.id, of_image(image), kind="inspection"))

    def _ask_for_file(self) -> None:
        question = AskTextScreen(
            "Inspect a file", _QUESTION, value=self._last, refuses=_refused, suggester=PathSuggester()
        )
        self._app.push_screen(question, self._given)

    def _given(self, path: str | None) -> None:
        if path:
            self._last = path
            wanted = Path(path).expanduser()
            self._app.push_screen(InspectionScreen(wanted.name or path, of_file(wanted), kind="file"))


def _refused(path: str) -> str:
    """Why there is nothing to inspect; what lies there is judged later."""
    if not path:
        return "Write a path, or press esc."
    return "" if os.path.lexists(Path(path).expanduser()) else "There is no such file."
