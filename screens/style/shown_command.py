"""The commands that do what an action does, for a user to read before agreeing, or to type instead."""

from __future__ import annotations

import shlex

from models.remedy_action import ActionKind, RemedyAction

_SWAP = "[SWAP]"
_FIELDS_WITH_OPTIONS = 4
_ADD_OPTION = r"s/^(\s*\S+\s+\S+\s+\S+\s+\S+)/\1,nofail/"
_ADD_OPTIONS = r"s/\s*$/ defaults,nofail/"


def shown_command(action: RemedyAction, instance_id: str) -> str:
    """One command a line. The console itself is more careful: it first sees that nothing has changed.

    What a rule has run is given as it is run, as root.

    Args:
        action: what would be done.
        instance_id: the instance in which it would be done.
    """
    match action.kind:
        case ActionKind.RUN:
            return action.command
        case ActionKind.ADD_NOFAIL:
            has_options = len(action.line_text.split()) >= _FIELDS_WITH_OPTIONS
            return _edit(action, _ADD_OPTION if has_options else _ADD_OPTIONS)
        case ActionKind.COMMENT_LINE:
            return _edit(action, "s/^/# /")
        case ActionKind.UNMOUNT:
            return _unmounted(action)
        case ActionKind.UNMOUNT_AND_DETACH:
            detached = f"openstack server remove volume {shlex.quote(instance_id)} {shlex.quote(action.volume_id)}"
            return "\n".join(part for part in (_unmounted(action), detached) if part)


def _edit(action: RemedyAction, change: str) -> str:
    return f"sudo sed -i.bak -E '{action.line}{change}' {shlex.quote(action.file)}"


def _unmounted(action: RemedyAction) -> str:
    points = [shlex.quote(point) for point in action.mount_points if point != _SWAP]
    return f"sudo umount -- {' '.join(points)}" if points else ""
