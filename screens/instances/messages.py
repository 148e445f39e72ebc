"""What the workers of the instances' screen tell it."""

from __future__ import annotations

from textual.message import Message

from models.errors import ImagingError
from models.fact import Fact
from models.findings import Checklist
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts


class FactsRead(Message):
    """The checklist of one instance is known, or has changed."""

    def __init__(self, instance_id: str, facts: InstanceFacts, checklist: Checklist) -> None:
        super().__init__()
        self.instance_id = instance_id
        self.facts = facts
        self.checklist = checklist


class FactsFailed(Message):
    """One instance could not be read this time."""

    def __init__(self, instance_id: str, error: ImagingError) -> None:
        super().__init__()
        self.instance_id = instance_id
        self.error = error


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
