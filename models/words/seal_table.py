"""What a seal takes away, as rows that console and commands share: *will be lost*, or *will be in the image*."""

from __future__ import annotations

from models.base import Frozen
from models.formatting import about, counted, size_kib
from models.seal.plan import OperationId, SealOperation, SealPlan, SealTarget, TargetAction
from models.text import CleanText

LOST = "Will be lost in the image; the instance keeps it"
INCLUDED = "Will be in the image"
_OF_PEOPLE = frozenset({OperationId.HOMES, OperationId.ROOT_HOME})
"""Of these only what people put there is counted, not what a system puts into each home."""
_DONE = {
    TargetAction.REMOVE: "",
    TargetAction.ACCOUNT: "",
    TargetAction.LOCK: "locked",
    TargetAction.EMPTY: "emptied",
    TargetAction.RENEW: "as new",
    TargetAction.STRIP: "keys and histories",
    TargetAction.TRUNCATE: "emptied",
    TargetAction.LINES: "line",
    TargetAction.COMMENT: "line",
}


class SealTableRow(Frozen):
    """One operation in words."""

    title: CleanText
    amount: CleanText = ""
    """How many files, and how large; empty where nobody has counted."""
    reasons: CleanText = ""
    """By which sentences of the page and which rules."""
    names: tuple[CleanText, ...] = ()
    """What is named, each with what becomes of it."""


def shown_operations(plan: SealPlan, *, lost: bool) -> tuple[SealOperation, ...]:
    """The operations that the table has a row for: of a plain image none in which nothing was found."""
    return plan.operations if lost else tuple(each for each in plan.operations if not _is_empty(each))


def _is_empty(operation: SealOperation) -> bool:
    """Whether it was counted, and there is nothing: directories that a system makes have a size, too."""
    return operation.files == 0 or (operation.files is None and operation.size_kib == 0)


def seal_table(plan: SealPlan, *, lost: bool = True) -> tuple[SealTableRow, ...]:
    """The operations of a plan, in their order.

    Args:
        plan: of a seal, or what one would be for an image that is not sealed.
        lost: whether it is carried out; of a plain image only what it is about is told, not what becomes of it.
    """
    return tuple(
        SealTableRow(
            title=each.title if lost else each.title.partition(": ")[0],
            amount=_amount(each),
            reasons=", ".join(each.reasons),
            names=tuple(_named(target) if lost else target.name for target in each.targets),
        )
        for each in shown_operations(plan, lost=lost)
    )


def _amount(operation: SealOperation) -> str:
    whose = " of people's own" if operation.id in _OF_PEOPLE else ""
    files = f"{counted(operation.files, 'file')}{whose}" if operation.files is not None else ""
    kib = size_kib(operation.size_kib) if operation.size_kib is not None else ""
    return ", ".join(part for part in (files, kib) if part)


def _named(target: SealTarget) -> str:
    done = _DONE[target.action]
    if target.lines:
        done = f"{done} {', '.join(map(str, target.lines))}".strip()
    return f"{target.name} ({done})" if done else target.name


def kept_lines(plan: SealPlan) -> tuple[str, ...]:
    """What is kept on purpose, and what cannot be done, a sentence each."""
    kept = (f"Kept: {each.path}{f' of {each.owner}' if each.owner else ''} ({each.why})." for each in plan.kept)
    return (*kept, *plan.impossible)


def free_space_line(plan: SealPlan) -> str:
    """What becomes of the free space, when, and what that costs."""
    when = "overwritten with zeros only if a token is still seen on the raw disk after the seal"
    if plan.free_space is None:
        return f"Free space is {when}; the inspection did not tell how much there is."
    space, time = size_kib(plan.free_space.size_kib), about(plan.free_space.seconds)
    return f"Free space, {space}, is {when}: {time} more, and the image can then take the whole size of its disk."
