"""The remedies: for which state each is, what it ends, how it is agreed to, and what holds when it is done. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.cloud.instance import Instance
from models.run.claim import run_on


class RemedyKind(StrEnum):
    """What the cloud is asked; the value is the verb of `openstack server`."""

    START = "start"
    RESUME = "resume"
    UNPAUSE = "unpause"
    UNSHELVE = "unshelve"
    CONFIRM_RESIZE = "resize confirm"
    UNLOCK = "unlock"
    STOP = "stop"
    DETACH = "remove volume"


class Agreement(StrEnum):
    """How the user agrees."""

    YES = "yes"
    """A key is enough: nothing ends by it."""
    YES_AFTER_READING = "yes after reading"
    """What ends is read first, and *No* is the default."""
    TYPED_NAME = "typed name"
    """The instance's name is typed: it cannot be undone, or it is somebody else's decision."""


@dataclass(frozen=True)
class Remedy:
    """One row of the table."""

    kind: RemedyKind
    label: str
    """What its key is called."""
    doing: str
    """What is said while it is carried out."""
    statuses: frozenset[str]
    """In which it can be asked for; empty: in any."""
    goal: frozenset[str]
    """The statuses in which it is done; empty where something else than the status tells."""
    limit_seconds: float
    """How long it is waited for."""
    agreement: Agreement = Agreement.YES
    ends: str = ""
    """What ends with it, or cannot be undone."""


_ACTIVE = frozenset({"ACTIVE"})
TABLE: Mapping[RemedyKind, Remedy] = {
    each.kind: each
    for each in (
        Remedy(RemedyKind.START, "Start", "Starting", frozenset({"SHUTOFF"}), _ACTIVE, 300),
        Remedy(RemedyKind.RESUME, "Resume", "Resuming", frozenset({"SUSPENDED"}), _ACTIVE, 300),
        Remedy(RemedyKind.UNPAUSE, "Unpause", "Unpausing", frozenset({"PAUSED"}), _ACTIVE, 120),
        Remedy(
            RemedyKind.UNSHELVE, "Unshelve", "Unshelving", frozenset({"SHELVED", "SHELVED_OFFLOADED"}), _ACTIVE, 1800
        ),
        Remedy(
            RemedyKind.CONFIRM_RESIZE, "Confirm resize", "Confirming the resize of", frozenset({"VERIFY_RESIZE"}),
            frozenset({"ACTIVE", "SHUTOFF"}), 300, Agreement.TYPED_NAME,
            "The old size is given up: afterwards the resize cannot be reverted.",
        ),
        Remedy(RemedyKind.UNLOCK, "Unlock", "Unlocking", frozenset(), frozenset(), 30),
        Remedy(
            RemedyKind.STOP, "Stop", "Stopping", _ACTIVE, frozenset({"SHUTOFF"}), 600, Agreement.YES_AFTER_READING,
            "Programs, logins and jobs in it end, and what lies in memory or in a tmpfs is lost. A guest that does not "
            "obey is powered off by Nova after its time-out, 60 seconds by default.",
        ),
        Remedy(
            RemedyKind.DETACH, "Detach volume", "Detaching a volume of", frozenset({"SHUTOFF"}), frozenset(), 300,
            Agreement.YES_AFTER_READING,
            "The volume keeps its data, but the instance starts without it: a line of /etc/fstab that waits for it "
            "can keep the instance from booting. Attached again, its device may have another name.",
        ),
    )
}  # fmt: skip


def offered(instance: Instance) -> tuple[Remedy, ...]:
    """What the cloud can do about the present state; nothing while it is doing something already."""
    if instance.task_state:
        return ()
    if instance.locked:
        return (TABLE[RemedyKind.UNLOCK],)  # Nova refuses all others
    return tuple(each for each in TABLE.values() if _fits(each, instance))


def _fits(remedy: Remedy, instance: Instance) -> bool:
    if remedy.kind is RemedyKind.UNLOCK:
        return False
    volumes = len(instance.attached_volume_ids) - instance.volume_backed
    return instance.status in remedy.statuses and (remedy.kind is not RemedyKind.DETACH or volumes > 0)


def agreement_to(remedy: Remedy, instance: Instance, *, is_anothers: bool) -> Agreement:
    """How this is agreed to for this instance.

    Args:
        remedy: what is to be done.
        instance: to which.
        is_anothers: whether another user owns it or locked it, as far as that is known.
    """
    if remedy.kind is RemedyKind.UNLOCK and (instance.locked_reason or is_anothers):
        return Agreement.TYPED_NAME
    return remedy.agreement


def is_done(remedy: Remedy, instance: Instance) -> bool:
    """Whether what was asked for holds, as far as the instance itself tells."""
    if remedy.kind is RemedyKind.UNLOCK:
        return not instance.locked
    return bool(remedy.goal) and instance.status in remedy.goal and not instance.task_state


def command(kind: RemedyKind, instance_id: str, volume_id: str = "") -> str:
    """The `openstack` command that does the same."""
    words = ["openstack", "server", *kind.value.split(), instance_id, *([volume_id] if volume_id else [])]
    return shlex.join(words)


def refusal(remedy: Remedy, instance: Instance) -> str | None:
    """Why it cannot be asked for now; None where it can."""
    if (run_id := run_on(instance)) is not None:
        return f"The run {run_id} works on {instance.name}."
    if instance.task_state:
        return f"{instance.name} is busy: {instance.task_state.replace('_', ' ')}."
    if remedy.statuses and instance.status not in remedy.statuses:
        return f"{instance.name} is {instance.status} now."
    if instance.locked and remedy.kind is not RemedyKind.UNLOCK:
        return f"{instance.name} is locked."
    return None
