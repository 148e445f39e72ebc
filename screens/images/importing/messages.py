"""What the workers of an import tell its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from models.run.request import RunRequest

if TYPE_CHECKING:
    from imaging.runs.plan.import_file.planning import FileToImport


class Told(Message):
    """The inspection has come further."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class Brought(Message):
    """The file is inspected and hashed."""

    def __init__(self, file: FileToImport, request: RunRequest) -> None:
        super().__init__()
        self.file, self.request = file, request
