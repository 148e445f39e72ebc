"""The reasons that runs give for locks: their own, and one that they set again for somebody who had given none."""

from __future__ import annotations

_BEGINS = "imaging run "
_WAY_BACK = "imaging undo "
_IN_THE_NAME_OF = "locked by user "
_WITHOUT = " without a reason; locked again by imaging run "
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


def reason_in_the_name_of(user_id: str, run_id: str) -> str:
    """What a run says when it locks an instance again that another user had locked without a reason.

    Nova lists the run's own user as the one who locked it then, so that without this the lock would look like a bare
    one of their own, and the next run would take it off without asking.
    """
    return f"{_IN_THE_NAME_OF}{user_id}{_WITHOUT}{run_id}"[:_LIMIT]


def user_named_in(reason: str | None) -> str | None:
    """The id of the user in whose name a run set a lock again; None for any other reason."""
    head, found, _run = (reason or "").partition(_WITHOUT)
    return head.removeprefix(_IN_THE_NAME_OF) if found and head.startswith(_IN_THE_NAME_OF) else None


def is_in_the_name_of_another(reason: str | None) -> bool:
    """Whether the reason of a lock is one that `reason_in_the_name_of` wrote."""
    return user_named_in(reason) is not None
