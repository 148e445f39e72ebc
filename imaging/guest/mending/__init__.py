"""Mending what the rules found inside a guest, after the user has agreed: the actions of `models.remedy_action`.

Each does no more than its summary says, refuses where things are no longer as they were shown, looks afterwards whether
it is so now, and says how it is undone.
"""

from __future__ import annotations

from datetime import datetime

from imaging.guest.interface import GuestShell, Telling
from imaging.guest.mending.commands import run_command
from imaging.guest.mending.freeing import free_volume
from imaging.guest.mending.line_editing import edit_line
from imaging.guest.mending.result import MendingResult
from imaging.guest.mending.unmounting import unmount
from models.remedy_action import ActionKind, RemedyAction

__all__ = ["MendingResult", "carry_out"]


async def carry_out(shell: GuestShell, action: RemedyAction, *, now: datetime, tell: Telling) -> MendingResult:
    """Carry out an action inside a guest, as root.

    Of UNMOUNT_AND_DETACH this is the guest's half: afterwards nothing uses the disk, and the volume can be detached by
    `imaging.runs.detaching`.

    Args:
        shell: the way into the guest.
        action: what the user agreed to.
        now: the time, for the name of a copy that is kept.
        tell: whoever shows progress.

    Raises:
        GuestError: the guest refused, or things have changed; says what state they are in now and what to do.
        GuestLoginError: the guest lets us do nothing as root.
        GuestUnreachableError: the connection was cut; says what may or may not have been done.
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
