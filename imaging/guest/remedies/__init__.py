"""Fixing what the rules found inside a guest, after the user has agreed: the actions of `models.remedy_action`.

Each does no more than its summary says, refuses where things are no longer as they were shown, checks afterwards
whether it is so now, and says how it is undone.
"""

from __future__ import annotations

from datetime import datetime

from imaging.guest.interface import GuestShell, Telling
from imaging.guest.remedies.commands import run_command
from imaging.guest.remedies.fstab_line import edit_line
from imaging.guest.remedies.result import FixResult
from imaging.guest.remedies.unmount import unmount
from imaging.guest.remedies.volume_release import free_volume
from models.remedy_action import ActionKind, RemedyAction

__all__ = ["FixResult", "carry_out"]


async def carry_out(shell: GuestShell, action: RemedyAction, *, now: datetime, tell: Telling) -> FixResult:
    """Carry out an action inside a guest, as root.

    Of UNMOUNT_AND_DETACH this is the guest's half: afterwards nothing uses the disk, and the volume can be detached by
    `imaging.runs.detach_by_hand`.

    Args:
        shell: an open shell in the guest.
        action: what the user agreed to.
        now: the time, for the name of a copy that is kept.
        tell: shows progress.

    Raises:
        GuestError: the guest refused, or things have changed; says what state they are in now and what to do.
        GuestLoginError: the guest lets us do nothing as root.
        GuestUnreachableError: the connection was cut; says what may have been done, or not.
    """
    match action.kind:
        case ActionKind.UNMOUNT:
            return await unmount(shell, action, tell=tell)
        case ActionKind.COMMENT_LINE | ActionKind.ADD_NOFAIL:
            return await edit_line(shell, action, now=now, tell=tell)
        case ActionKind.UNMOUNT_AND_DETACH:
            return await free_volume(shell, action, tell=tell)
        case ActionKind.RUN:
            return await run_command(shell, action, tell=tell)
