"""What a run screen asks of the application, which has the other screens."""

from __future__ import annotations

from textual.message import Message

from models.guidelines.facts import InstanceFacts
from models.run.record import RunRecord


class AgainWanted(Message):
    """The user wants to make an image of this run's instance again."""

    def __init__(self, run: RunRecord, facts: InstanceFacts | None = None, done: tuple[str, ...] = ()) -> None:
        """Ask for the wizard.

        Args:
            run: what it is filled in for.
            facts: what is known of the instance; None where nobody has read it.
            done: what was changed about the cause of the run's failure, to be said.
        """
        super().__init__()
        self.run = run
        self.facts = facts
        self.done = done


class ImageWanted(Message):
    """The user wants to see an image in the list."""

    def __init__(self, image_id: str) -> None:
        super().__init__()
        self.image_id = image_id
