"""What a run screen asks of the application, which has the other screens."""

from __future__ import annotations

from textual.message import Message

from models.run.record import RunRecord


class AgainWanted(Message):
    """The user wants to make an image of this run's instance again."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__()
        self.run = run


class ImageWanted(Message):
    """The user wants to see an image in the list."""

    def __init__(self, image_id: str) -> None:
        super().__init__()
        self.image_id = image_id
