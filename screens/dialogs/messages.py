"""What a dialog's answer asks of the application."""

from __future__ import annotations

from textual.message import Message


class CloudWanted(Message):
    """The user has named a file of clouds, or wants the demonstration cloud, where none was set up."""

    def __init__(self, file: str | None) -> None:
        """Keep the file; None means the demonstration cloud."""
        super().__init__()
        self.file = file
