"""What this process has asked of clouds: each change as a command, reads as counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class CallOutcome(StrEnum):
    """The outcome of a change."""

    UNDER_WAY = "under way"
    """Sent; its answer has not come."""
    ACCEPTED = "accepted"
    """The cloud has taken it; it may still be working on it."""
    NOT_DONE = "not done"
    """The cloud has refused it, or could not be reached."""
    UNKNOWN = "unknown"
    """No answer came: it may have been done, or not."""


class LoggedChange(Frozen):
    """One call that changes something."""

    number: int
    """In the order in which they were sent, from 1."""
    at: datetime
    """When it was sent."""
    text: CleanText
    """The `openstack` command that does the same; where there is none, or it cannot be shown whole, method and path."""
    is_command: bool
    """Whether `text` is that command."""
    outcome: CallOutcome
    seconds: float | None = None
    """From the call to its answer; None before it has come."""
    said: CleanText = ""
    """Why the cloud has refused it, or what its silence means."""
    request_id: CleanText = ""
    """The cloud's own id of the call, for its operators; empty where it sent none."""


class CommandLog(Frozen):
    """All of it, as it was at one moment."""

    since: datetime
    """When the process began to note calls."""
    changes: tuple[LoggedChange, ...] = ()
    """Newest first, the last ones only."""
    left_out: int = 0
    """Older changes that are not kept any more."""
    reads: Mapping[CleanText, Mapping[CleanText, int]] = {}
    """How often what was read: counts by service, and in it by kind."""
    failed_reads: int = 0
    """How many of the reads failed."""

    @property
    def read_count(self) -> int:
        """All reads."""
        return sum(sum(kinds.values()) for kinds in self.reads.values())
