"""What to do next on the way to an image of an instance, in a few words with the key that does it: pure."""

from __future__ import annotations

from models.cloud.instance import Instance
from models.findings import Checklist, Readiness


def next_step(instance: Instance, checklist: Checklist, state_change: str) -> str:
    """The next step; empty where there is none, or where the checklist itself has to be read.

    Args:
        instance: as the cloud tells it now.
        checklist: what the rules say about it.
        state_change: what the cloud can do about its state, as the key `u` is named; empty for nothing.
    """
    match checklist.readiness:
        case Readiness.BLOCKED:
            return _fix_first(checklist, state_change)
        case Readiness.NOT_INSPECTED:
            by_disk = f"u ({state_change}) to inspect it, or d" if state_change else ""
            return "p inspects it" if instance.is_running else by_disk
        case Readiness.READY:
            return "i makes an image"
        case Readiness.INCOMPLETE:
            return ""


def _fix_first(checklist: Checklist, state_change: str) -> str:
    blockers = [finding for finding in checklist.findings if finding.blocks]
    if all(finding.waivable for finding in blockers):
        return f"fix or waive {len(blockers)}, then i"
    return f"u ({state_change})" if state_change else ""
