"""What the work inside a guest tells the screen that began it."""

from __future__ import annotations

from textual.message import Message

from models.fact import Fact
from models.guest.facts import GuestFacts


class GuestRead(Message):
    """An inspection has succeeded, or what an earlier one found was read."""

    def __init__(self, instance_id: str, guest: Fact[GuestFacts]) -> None:
        super().__init__()
        self.instance_id = instance_id
        self.guest = guest


class GuestProgress(Message):
    """How far the work inside a guest is; empty at its end."""

    def __init__(self, instance_id: str, text: str) -> None:
        super().__init__()
        self.instance_id = instance_id
        self.text = text

    def can_replace(self, message: Message) -> bool:
        """Only the newest is of interest."""
        return isinstance(message, GuestProgress)
