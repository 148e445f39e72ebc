"""A plan as the lines that travel to the clone: fields parted by tabs, names as they are in the guest."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from models.errors import UsageError
from models.seal.plan import OperationId, SealPlan, SealTarget, TargetAction

_NOTHING = "-"
"""Where a field has nothing to say: a shell takes two tabs for one."""
_LONGEST = 4096
"""Bytes of a path that the kernel takes."""
_ODD = "\N{REPLACEMENT CHARACTER}"
_OF_ACCOUNTS = frozenset({TargetAction.ACCOUNT, TargetAction.LOCK})
_OF_LINES = frozenset({TargetAction.LINES, TargetAction.COMMENT})
_UNTOUCHABLE = frozenset({"/", "/etc", "/usr", "/var", "/boot", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/srv"})
"""What no operation may name: without it no instance boots, or more is lost than anybody agreed to."""


def unfit_name(name: str) -> str | None:
    """Why a name cannot travel to the clone, as the end of a sentence; None if it can.

    A name that a model has cleaned is not the guest's any more: the clone would act upon another file, or upon none.
    """
    if not name:
        return "it is empty"
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in name):  # noqa: PLR2004  # control characters
        return "it contains a tab, a line end or another control character"
    if _ODD in name:
        return "it contains characters that cannot be told exactly"
    if len(name.encode("utf-8", "surrogateescape")) >= _LONGEST or name.endswith("…"):
        return "it is too long"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "it is not valid UTF-8"
    return None


def plan_lines(plan: SealPlan) -> str:
    """All that the clone needs to know of a plan, one line each.

    Raises:
        UsageError: a name cannot travel, or names something that no operation may take.
    """
    return "".join(f"{line}\n" for line in _lines(plan))


def _lines(plan: SealPlan) -> Iterator[str]:
    yield f"digest\t{plan.digest}"
    order = list(OperationId)
    for operation in sorted(plan.operations, key=lambda each: order.index(each.id)):
        yield f"operation\t{operation.id.value}"
        yield from (_target_line(operation.id, target) for target in operation.targets)
    for word, names in (("account", plan.accounts), ("home", plan.homes), ("unit", plan.units), ("mask", plan.mask)):
        yield from (f"{word}\t{_fit(name)}" for name in names)
    yield from (f"kept\t{_fit_path(each.path)}" for each in plan.kept)


def _target_line(operation: OperationId, target: SealTarget) -> str:
    name = _fit_account(target.name) if target.action in _OF_ACCOUNTS else _fit_path(target.name)
    if (target.action in _OF_LINES) != bool(target.lines):
        raise UsageError(f"The plan names lines of {name} where it should not, or does not name them.")
    if target.action is TargetAction.COMMENT and not target.must_read:
        raise UsageError(f"The plan does not say what the line of {name} must read.")
    numbers = ",".join(str(number) for number in target.lines) or _NOTHING
    must_read = _fit(target.must_read) if target.must_read else _NOTHING
    return f"target\t{operation.value}\t{target.action.value}\t{name}\t{numbers}\t{must_read}"


def _fit_path(path: str) -> str:
    fit = _fit(path)
    if not fit.startswith("/") or posixpath.normpath(fit) != fit or fit.startswith("//"):
        raise UsageError(f"The plan names {fit!r}, which is not an absolute path without detours.")
    if fit in _UNTOUCHABLE:
        raise UsageError(f"The plan names {fit}, which must stay.")
    return fit


def _fit_account(name: str) -> str:
    fit = _fit(name)
    if ":" in fit or "/" in fit or fit.startswith("-"):
        raise UsageError(f"The plan names the account {fit!r}, which is not a valid name.")
    return fit


def _fit(name: str) -> str:
    if (why := unfit_name(name)) is not None:
        raise UsageError(
            f"The seal cannot name {name!r}: {why}.",
            remedy="Rename or remove it on the instance, and inspect the instance again.",
        )
    return name
