"""What can be done about the cause of a failed boot test before the image is made again: pure, from what is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imaging.remedies.table import Agreement, Remedy, RemedyKind, command, offered
from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.cloud.instance import Instance
from models.findings import Checklist, Finding, Outcome
from models.remedy_action import RemedyAction
from models.run.claim import run_on
from models.run.record import RunRecord
from screens.style.shown_command import shown_command

_FOUND = frozenset({Outcome.FAIL, Outcome.WAIVED})
_FINE = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})
_POWER = (RemedyKind.START, RemedyKind.RESUME, RemedyKind.UNPAUSE, RemedyKind.UNSHELVE)
"""What brings an instance back to where it can be inspected."""


@dataclass(frozen=True)
class Repair:
    """What a yes would do about a failed run, and what the user knows before it."""

    cause: str
    """Why the boot test failed, in one sentence."""
    rule: str
    """The rule that is likely to name what has to be fixed; empty where none is."""
    instance: Instance
    finding: Finding | None = None
    """What that rule found, where it found something."""
    actions: tuple[RemedyAction, ...] = ()
    """What is done about it, in this order; empty where the program has no fix, or does not know it yet."""
    power: Remedy | None = None
    """What the cloud is asked first, where the instance is off."""
    obstacle: str = ""
    """Why the instance cannot be inspected from here; empty where it can."""
    is_fresh: bool = False
    """Whether an inspection was just made for this, so that nothing more is to be found out."""
    passes: bool = False
    """Whether the rule has nothing to say any more: what it found before was fixed by somebody."""

    @property
    def is_unknown(self) -> bool:
        """Whether only an inspection can tell what has to be fixed."""
        return self.finding is None and bool(self.rule) and not self.is_fresh


def repair_of(run: RunRecord, instance: Instance, checklist: Checklist | None, *, is_fresh: bool = False) -> Repair:
    """What can be done about a run whose boot test did not prove its image.

    Args:
        run: the run, which is over.
        instance: its instance as it is now.
        checklist: what the rules say about the instance now; None where nobody has asked them.
        is_fresh: whether the checklist rests on an inspection that was made for this.
    """
    failure = boot_failure(run.verdict)
    rule = failure.rule if failure is not None else ""
    lists = (checklist,) if is_fresh else (checklist, run.plan.checklist)
    finding = _finding(rule, lists)
    power = None if instance.is_running else _power(instance)
    return Repair(
        cause=failure.sentence if failure is not None else "",
        rule=rule,
        instance=instance,
        finding=finding,
        actions=_actions(finding),
        power=power,
        obstacle=_obstacle(instance, power),
        is_fresh=is_fresh,
        passes=any(one.rule == rule and one.outcome in _FINE for one in _findings(checklist)),
    )


def _finding(rule: str, lists: Iterable[Checklist | None]) -> Finding | None:
    """What a rule found: the newest answer counts, and a pass is an answer; unknown is not."""
    for checklist in lists:
        for finding in _findings(checklist):
            if finding.rule == rule and finding.outcome in {*_FOUND, Outcome.PASS}:
                return finding if finding.outcome in _FOUND else None
    return None


def _findings(checklist: Checklist | None) -> tuple[Finding, ...]:
    return checklist.findings if checklist is not None else ()


def _actions(finding: Finding | None) -> tuple[RemedyAction, ...]:
    """Of several ways to fix one line the mildest, which stands first; every line has to be fixed."""
    chosen: dict[tuple[str, int | None], RemedyAction] = {}
    for action in finding.remedy.actions if finding is not None and finding.remedy is not None else ():
        chosen.setdefault((action.file, action.line), action)
    return tuple(chosen.values())


def _power(instance: Instance) -> Remedy | None:
    if run_on(instance) is not None:
        return None
    return next((each for each in offered(instance) if each.kind in _POWER and _is_free(each)), None)


def _is_free(remedy: Remedy) -> bool:
    return remedy.agreement is Agreement.YES


def _obstacle(instance: Instance, power: Remedy | None) -> str:
    if (run_id := run_on(instance)) is not None:
        return f"The run {run_id} works on {instance.name}: wait until it is over."
    if instance.is_running or power is not None:
        return ""
    if instance.task_state:
        return f"{instance.name} is busy: {instance.task_state.replace('_', ' ')}. Wait, then press the key again."
    if instance.locked:
        return (
            f"{instance.name} is {instance.status} and locked: unlock it in the list of instances (u), then come back."
        )
    return f"{instance.name} is {instance.status}: it cannot be inspected by SSH."


def question_parts(repair: Repair) -> tuple[tuple[str, str], ...]:
    """Titled paragraphs for the dialog: what was found, what a yes does, and what is left to be done by hand."""
    found = repair.finding
    by_hand = found.remedy if found is not None and not repair.actions else None
    return (
        (f"{found.rule}: {found.title}" if found is not None else "", found.evidence if found is not None else ""),
        ("To be done by hand", "\n".join(part for part in (by_hand.text, by_hand.command) if part) if by_hand else ""),
        ("Not possible now", repair.obstacle),
        ("What a yes does", "" if repair.obstacle else "\n".join(_numbered(_deeds(repair)))),
    )


def _numbered(deeds: Iterable[tuple[str, str]]) -> Iterator[str]:
    for number, (words, shown) in enumerate(deeds, 1):
        yield f"{number}  {words}"
        yield from (f"   $ {line}" for line in shown.splitlines())


def _deeds(repair: Repair) -> Iterator[tuple[str, str]]:
    """What a yes does, each with its commands."""
    name, instance = repair.instance.name, repair.instance
    if repair.power is not None:
        yield f"{repair.power.label} {name}: it is {instance.status}.", command(repair.power.kind, instance.id)
    if not repair.is_fresh:
        yield "Inspect it by SSH; that changes nothing.", ""
    if repair.is_unknown:
        yield f"Show what {repair.rule} finds, and ask before it is fixed.", ""
    for action in repair.actions:
        yield action.summary, shown_command(action, instance.id)
    yield "Open the wizard as for this run, with a free name; nothing starts.", ""
