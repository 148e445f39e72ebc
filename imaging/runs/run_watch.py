"""A run as it is seen from outside: each change of it, for screens and commands that only read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from imaging.runs.core.outcome import is_overdue
from imaging.runs.journal.journal import Journal
from imaging.runtime.clock import Clock
from models.run.record import RunRecord

_POLL_SECONDS = 0.5
"""How often a watcher asks whether the journal has changed: one read of a few bytes."""
_QUICK_POLL_SECONDS = 0.1
_QUICK_FOR_SECONDS = 2.0
"""For so long after a change it asks more often: where one step follows the other, the end is not far."""
_LIFE_SECONDS = 2.0
"""How often a watcher checks whether the runner still lives, which changes nothing in the journal."""
_NO_HEARTBEAT = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in for each, where two records are compared."""


async def watch_run(journal: Journal, clock: Clock, run_id: str) -> AsyncGenerator[RunRecord, None]:
    """Give a run now and after every change, until it is over and nothing that it kept is just being removed.

    Raises:
        JournalError: the journal cannot be read.
        UsageError: there is no such run.
    """
    shown: RunRecord | None = None
    token: tuple[int, int] | None = None
    checked_at = changed_at = float("-inf")
    while True:
        changed = await journal.token()
        if changed != token or clock.monotonic() - checked_at >= _LIFE_SECONDS:
            token, checked_at = changed, clock.monotonic()
            record = await journal.run(run_id)
            if shown is None or _without_heartbeat(record) != _without_heartbeat(shown):
                shown, changed_at = record, checked_at
                yield record
            if record.state.is_over and not (is_overdue(record, clock.now()) and record.is_worked_on):
                return
        is_quick = clock.monotonic() - changed_at < _QUICK_FOR_SECONDS
        await clock.sleep(_QUICK_POLL_SECONDS if is_quick else _POLL_SECONDS)


def _without_heartbeat(record: RunRecord) -> RunRecord:
    if record.runner is None:
        return record
    runner = record.runner.model_copy(update={"heartbeat_at": _NO_HEARTBEAT})
    return record.model_copy(update={"runner": runner})
