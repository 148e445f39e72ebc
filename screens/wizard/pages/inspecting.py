"""How an instance can be inspected in the state that it is in: words for the pages that miss an inspection."""

from __future__ import annotations

from models.cloud.instance import Instance

_DISK_CAN_BE_READ = frozenset({"SHUTOFF", "SUSPENDED"})
"""States in which a deep check can inspect its disk, and SSH reaches nobody."""


def how_to_inspect(instance: Instance) -> str:
    """What the user can do, in words that end as a sentence does."""
    if instance.is_running:
        return "Press p to inspect it."
    if instance.status in _DISK_CAN_BE_READ:
        by_ssh, by_disk = "start it to inspect it by SSH", "let a deep check inspect its disk (d in the list)"
        return f"It is {instance.status}: {by_ssh}, or {by_disk}."
    return f"It is {instance.status}: no inspection is possible in this state."
