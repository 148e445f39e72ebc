"""Unmounting, and ending swap: never lazily, never by force. What is in use stays mounted, and it is said by whom.

A lazy unmount only hides a file system that is written to; a disk that is detached then loses what comes after.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from imaging.guest.interface import GuestShell, Progress, Telling
from imaging.guest.remedies.current_mounts import MountRow, Tables, read_tables, shown
from imaging.guest.remedies.result import FixResult
from imaging.guest.remedies.scripts import run_script, why
from models.errors import GuestError
from models.remedy_action import RemedyAction
from models.text import one_line

_SECONDS = 600.0
"""What was not yet written is written first, and swapped memory is read back: both may take minutes."""
_MOST_ON_A_POINT = 50
"""File systems on one mount point that are unmounted, each in a call of its own; more than one is rare."""
_LISTED = 4
_HOW = {"cwd": "works in", "root": "has as its root", "exe": "runs", "map": "has a file in memory from"}


@dataclass(frozen=True)
class _Target:
    """What is released: a mount, or a swap area."""

    path: str
    mount: MountRow | None = None

    @property
    def name(self) -> str:
        return shown(self.path)

    @property
    def undo(self) -> str:
        """The command that brings it back, or words where none is known."""
        if self.mount is None:
            return f"sudo swapon {shlex.quote(self.name)}"
        row = self.mount
        if row.root != "/" or not row.source.startswith("/dev/"):
            return f"sudo mount {shlex.quote(self.name)} if fstab names it, else by hand ({shown(row.fs_type)})"
        words = ("sudo", "mount", "-t", shown(row.fs_type), "-o", shown(row.options), shown(row.source), self.name)
        return shlex.join(words)


async def unmount(shell: GuestShell, action: RemedyAction, *, tell: Telling) -> FixResult:
    """Unmount every mount point of the action, and end its swap areas, the innermost first.

    Raises:
        GuestError: one is in use, holds another mount, or is the root; what was unmounted by then is said.
    """
    tables = await read_tables(shell)
    targets = _targets(tables, action.mount_points)
    _refuse_others_below(tables, targets)
    gone: list[_Target] = []
    for number, target in enumerate(targets):
        doing = "Unmounting" if target.mount is not None else "Ending swap to"
        tell(Progress(f"{doing} {target.name}", number, len(targets)))
        await _let_go(shell, target, gone)
        gone.append(target)
    await _see_them_gone(shell, action.mount_points, gone)
    if not gone:
        return FixResult(f"Already unmounted: {_names(action.mount_points)}.", "There is nothing to undo.")
    return FixResult(_summary(gone), undo_of(gone))


def _summary(gone: list[_Target]) -> str:
    """What was done, in one or two sentences."""
    points = dict.fromkeys(target.name for target in gone if target.mount is not None)
    swaps = dict.fromkeys(target.name for target in gone if target.mount is None)
    told = [f"Unmounted {', '.join(points)}."] if points else []
    told += [f"No longer swaps to {', '.join(swaps)}."] if swaps else []
    return " ".join(told)


def undo_of(gone: list[_Target]) -> str:
    """How what was unmounted is mounted again, the outermost first."""
    return "; ".join(dict.fromkeys(target.undo for target in reversed(gone)))


def _targets(tables: Tables, names: tuple[str, ...]) -> list[_Target]:
    """What is there of the names, in the order in which it can be released; once for each of mounts on one point."""
    swaps = [_Target(path) for name in names if (path := tables.swap(name)) is not None]
    rows = [row for name in dict.fromkeys(names) for row in tables.at(name)]
    if len({row.point for row in rows}) > len(set(names)):
        raise GuestError(
            f"Several mount points look like one of these: {_names(names)}.",
            meaning="Nothing was changed.",
            remedy="Unmount the right one by hand.",
        )
    if any(row.point == "/" for row in rows):
        raise GuestError("The root file system is never unmounted.", meaning="Nothing was changed.")
    if len(rows) > _MOST_ON_A_POINT * len(set(names)):
        raise GuestError(
            f"Too much is mounted on {_names(names)}: {len(rows):,} file systems.",
            meaning="Nothing was changed.",
            remedy="Unmount it by hand, or let a run stop the instance.",
        )
    deepest_first = sorted(rows, key=lambda row: -row.point.count("/"))
    return [*swaps, *(_Target(row.point, row) for row in deepest_first)]


def _refuse_others_below(tables: Tables, targets: list[_Target]) -> None:
    wanted = {target.path for target in targets}
    for target in targets:
        others = [row.point for row in tables.below(target.path) if row.point not in wanted]
        if target.mount is not None and others:
            inside = _names(tuple(shown(point) for point in others))
            raise GuestError(
                f"Something else is mounted inside {target.name}: {inside}.",
                meaning="Nothing was unmounted.",
                remedy="Unmount that first.",
            )


async def _let_go(shell: GuestShell, target: _Target, gone: list[_Target]) -> None:
    how = "umount" if target.mount is not None else "swapoff"
    doing = f"{how} {target.name}"
    result = await run_script(shell, "let_go", "let_go", how, target.path, doing=doing, seconds=_SECONDS)
    lines = result.output.decode("utf-8", "replace").splitlines()
    if lines[:1] == ["let-go"]:
        return
    if target.mount is None:
        raise GuestError(
            f"The guest still swaps to {target.name}: {why(result)}.",
            meaning=_state_after(gone),
            remedy="Free memory by stopping programs and try again, or let a run stop the instance first.",
        )
    raise GuestError(
        f"{target.name} is in use and stays mounted: {_who(lines) or why(result)}.",
        meaning=_state_after(gone),
        remedy="Stop what uses it and try again, or let a run stop the instance first.",
    )


def _who(lines: list[str]) -> str:
    """Who uses it, in words."""
    told = []
    for line in lines:
        kind, *fields = (one_line(field, 200) for field in line.split("\t"))
        if kind == "process" and len(fields) > 4:  # noqa: PLR2004  # number, name, user, how, file
            pid, name, user, how, file = fields[:5]
            told.append(f"{name} (pid {pid}{f', {user}' if user else ''}) {_HOW.get(how, 'has open')} {file}".rstrip())
        elif kind == "loop" and len(fields) > 1:
            told.append(f"{fields[0]} is made of {fields[1]}")
    more = f" and {len(told) - _LISTED} more" if len(told) > _LISTED else ""
    return "; ".join(told[:_LISTED]) + more


async def _see_them_gone(shell: GuestShell, names: tuple[str, ...], gone: list[_Target]) -> None:
    """Check again: something may have mounted it again at once."""
    tables = await read_tables(shell)
    left = tuple(name for name in names if tables.at(name) or tables.swap(name))
    if left:
        raise GuestError(
            f"Unmounted, but mounted again since: {_names(left)}.",
            meaning=_state_after(gone),
            remedy="A service or an automount unit of the guest did that: stop it, and try again.",
        )


def _state_after(gone: list[_Target]) -> str:
    if not gone:
        return "Nothing was unmounted."
    return f"By now: {_summary(gone)} To undo that: {undo_of(gone)}."


def _names(names: tuple[str, ...]) -> str:
    head = ", ".join(one_line(name, 80) for name in names[:_LISTED])
    return f"{head} and {len(names) - _LISTED} more" if len(names) > _LISTED else head
