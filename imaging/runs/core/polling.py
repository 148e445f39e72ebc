"""Waiting: how often to look, what passes by itself, and when time is up."""

from __future__ import annotations

from models.errors import BadAnswerError, RateLimitedError, RunError, ServerFaultError, UnreachableError

TRANSIENT_ERRORS = (UnreachableError, ServerFaultError, RateLimitedError, BadAnswerError)
"""Troubles of the network and of the cloud's front door that mostly pass; they are waited out."""

SLOW_SECONDS = 15.0
"""How often to poll once something takes longer than it should."""
STUCK_SECONDS = 30.0
"""How long to wait before a step that needs the user is tried again."""

_FIRST_SECONDS = 0.4
_LAST_SECONDS = 10.0
_SHARE = 0.02
"""The next poll comes after a fiftieth of the time waited so far, so that polling adds 2 % at most."""
_LONGEST_BACK_OFF = 30.0
_DOUBLINGS = 10
"""More than reach the longest pause; after a thousand failures a power of two would overflow."""


class TimeUpError(RunError):
    """Something took longer than an unattended run may wait."""


class RunnerStopped(Exception):  # noqa: N818  # a request of the machine's owner, not an error
    """The runner was told to end; it leaves the run as it is, to be resumed."""


def poll_interval(waited_seconds: float) -> float:
    """How long to wait before the next poll, in seconds."""
    return min(_LAST_SECONDS, max(_FIRST_SECONDS, waited_seconds * _SHARE))


class BackOff:
    """Ever longer pauses while the cloud cannot be asked; begins again after each success."""

    def __init__(self) -> None:
        self.failures = 0

    def succeeded(self) -> None:
        """Forget earlier failures."""
        self.failures = 0

    def failed(self, error: Exception) -> float:
        """How long to wait now, in seconds: what the cloud asked for, if it did."""
        self.failures += 1
        asked_for = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
        return max(asked_for or 0.0, min(_LONGEST_BACK_OFF, 2.0 ** min(self.failures - 1, _DOUBLINGS)))
