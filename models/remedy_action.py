"""A remedy that the console can carry out inside the guest or on the cloud, after asking."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanLines, CleanText


class ActionKind(StrEnum):
    """What is done."""

    UNMOUNT = "unmount"
    """`umount POINT`, or `swapoff`; refused by the guest while somebody uses it."""
    COMMENT_LINE = "comment out a line"
    """Of /etc/fstab or /etc/crypttab, keeping a copy of the file beside it."""
    ADD_NOFAIL = "add nofail"
    """To the options of a line of /etc/fstab, keeping a copy of the file beside it."""
    UNMOUNT_AND_DETACH = "unmount and detach"
    """Unmount what is mounted from a volume, check again that nothing of it is mounted, then detach the volume."""
    RUN = "run a command"
    """Exactly the finding's command, as root, such as an update; its output is shown."""


class RemedyAction(Frozen):
    """An action, with all that is needed to do it and to notice that things have changed meanwhile."""

    kind: ActionKind
    summary: CleanText
    """What will be done, in one sentence, as the confirmation shows it."""
    file: CleanText = ""
    """COMMENT_LINE, ADD_NOFAIL: the file."""
    line: int | None = None
    """The line's number, from 1."""
    line_text: CleanText = ""
    """What stands there as the probe showed it (passwords masked): another text there means that it was changed."""
    mount_points: tuple[CleanText, ...] = ()
    """UNMOUNT, UNMOUNT_AND_DETACH: innermost first."""
    volume_id: CleanText = ""
    """UNMOUNT_AND_DETACH."""
    command: CleanLines = ""
    """RUN: a shell command."""
    touches: tuple[CleanText, ...] = ()
    """The parts of `GuestFacts` to be read again afterwards, such as `mounts` and `boot_mounts`; empty: all."""
