"""The way to an import: the path of the file is asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App

from screens.dialogs.ask_text import AskTextScreen
from screens.files.path_suggester import PathSuggester
from screens.images.importing.screen import ImportScreen

_QUESTION = (
    "The path of a disk image (RAW, QCOW2, VMDK, VDI, VHD, VHDX; packed or not), or of a directory with its parts. "
    "It is inspected first:"
)


def ask_import(app: App[Any]) -> None:
    """Ask which file, then show what would be made of it."""

    def given(path: str | None) -> None:
        if path:
            app.push_screen(ImportScreen(Path(path).expanduser()))

    app.push_screen(AskTextScreen("Import a file", _QUESTION, refuses=_refused, suggester=PathSuggester()), given)


def _refused(path: str) -> str:
    """Why there is nothing to import; what lies there is judged later."""
    if not path:
        return "Write a path, or press esc."
    try:
        return "" if os.path.lexists(Path(path).expanduser()) else "There is no such file."
    except RuntimeError:
        return "The home of that user is not known."
