"""What the workers of the wizard tell it."""

from __future__ import annotations

from textual.message import Message

from models.guidelines.facts import InstanceFacts
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import RunRequest


class FactsRead(Message):
    """The instance was read."""

    def __init__(self, facts: InstanceFacts) -> None:
        super().__init__()
        self.facts = facts


class Planned(Message):
    """A plan was made of a request, or could not be."""

    def __init__(self, request: RunRequest, plan: Plan | None, trouble: str = "") -> None:
        super().__init__()
        self.request = request
        self.plan = plan
        self.trouble = trouble


class Started(Message):
    """The run is in the journal and its runner was started."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__()
        self.run = run


class DraftChanged(Message):
    """The draft was kept, or could not be."""
