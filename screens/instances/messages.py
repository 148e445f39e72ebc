"""What the workers of the instances' screen tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.message import Message

from models.errors import ImagingError
from models.findings import Checklist
from models.guidelines.facts import InstanceFacts
from models.run.record import RunRecord
from screens.instances.table.entry import SavedInspection


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


class SavedRead(Message):
    """What inspections of earlier sessions found in some of the instances."""

    def __init__(self, saved: Mapping[str, SavedInspection]) -> None:
        super().__init__()
        self.saved = saved


class JournalRead(Message):
    """The runs of this machine, as they are now."""

    def __init__(self, runs: Sequence[RunRecord]) -> None:
        super().__init__()
        self.runs = runs

    def can_replace(self, message: Message) -> bool:
        """Only the newest is of interest."""
        return isinstance(message, JournalRead)
