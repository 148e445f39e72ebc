"""What the user has asked of a run: shown at once, before the runner has taken it up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from models.run.record import RunRecord


class Change(StrEnum):
    """What a user can ask of a run."""

    CANCEL = "cancel"
    RESUME = "resume"
    UNDO = "undo"
    REMOVE_KEPT = "remove_kept"


@dataclass(frozen=True)
class Heard:
    """A request, and whether the run is known to have it."""

    change: Change
    at: datetime
    has_arrived: bool = False

    def with_record(self, run: RunRecord) -> Heard:
        """The same, as the run's record shows it now."""
        arrived = {
            Change.CANCEL: run.cancel_requested,
            Change.UNDO: run.undo_requested,
            Change.RESUME: run.is_worked_on,
            Change.REMOVE_KEPT: run.is_worked_on,
        }[self.change]
        return replace(self, has_arrived=self.has_arrived or arrived)
