"""The reason that a run gives for its lock: who locked the instance, and the command that puts it right."""

from __future__ import annotations

_BEGINS = "imaging run "
_WAY_BACK = "imaging undo "
_LIMIT = 255
"""Characters that Nova allows in the reason of a lock."""


def lock_reason(run_id: str, host: str, instance_id: str) -> str:
    """What a run says when it locks an instance."""
    return f"{_BEGINS}{run_id} on {host}; to restore it: {_WAY_BACK}{instance_id}"[:_LIMIT]


def is_reason_of_a_run(reason: str) -> bool:
    """Whether the reason of a lock is one that `lock_reason` wrote, in this run or in an earlier one."""
    # Both the run and the command: a user may well begin a reason of their own with the first words. What stands
    # between them is for people.
    head, _, rest = reason.partition("; ")
    imaging, run, run_id, on, host = (*head.split(" ", 4), *[""] * 4)[:5]
    names_run = (imaging, run, on) == ("imaging", "run", "on") and run_id.isalnum() and bool(host)
    return names_run and _WAY_BACK in rest


def is_reason_of(reason: str | None, run_id: str) -> bool:
    """Whether the reason of a lock names this run."""
    # With the blank and "on": no run's id is taken for the beginning of a longer one.
    return reason is not None and reason.startswith(f"{_BEGINS}{run_id} on ")
