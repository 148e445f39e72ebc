"""What keeps a run from starting, decided in one place for the command line, the wizard, the service and the runner."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.guidelines.wording import fitting, how_to_answer
from imaging.runs.plan.export.refusals import gate_alone, impossible
from models.cloud.instance import Instance
from models.errors import ImagingError, RunError, UsageError
from models.findings import AskedFor, Checklist, Finding, Remedy
from models.formatting import counted
from models.run.kind import RunKind
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan, TestLaunchPlan
from models.run.request import RunRequest
from models.text import sentence
from models.words.seal_remedies import HOW_TO_KEEP, HOW_TO_MAKE_PLAIN

_IMAGEABLE = frozenset({"ACTIVE", "SHUTOFF"})
"""The statuses from which the run can bring an instance to SHUTOFF; Nova refuses to stop any other."""
_NOTHING_CHANGED = "Nothing was changed."
_OR_PLAIN = f"Or make a plain image, which holds everything ({HOW_TO_MAKE_PLAIN})."
_NOTHING_BUT_A_LAUNCH = {
    RunKind.DEEP_CHECK: "deep check",
    RunKind.IMAGE_CHECK: "inspection of the image",
    RunKind.VERIFY: "test launch",
}
"""The runs that come to nothing without their launch; `create` makes an image all the same."""


_UNREAD_GUEST = (
    "The guest has to be inspected first",
    "Inspect it with --probe, or with imaging check --deep where SSH does not reach it.",
)
_UNREAD_FILE = (
    "The system in the file could not be inspected",
    "Take a file of a disk whose root file system can be read: ext4 or XFS, not encrypted.",
)
"""What is said of a machine that nobody has inspected, and what to do then."""


def obstacles(plan: Plan) -> tuple[Obstacle, ...]:
    """All that keeps a run by this plan from starting; empty if it may start."""
    if plan.kind.spec.writes_file:
        return _against_the_export(plan)
    found = _unfit_source(plan)
    if plan.kind in _NOTHING_BUT_A_LAUNCH and plan.test is not None and plan.test.refused_because:
        what = _NOTHING_BUT_A_LAUNCH[plan.kind]
        text = f"No {what} is possible: {sentence(plan.test.refused_because)}"
        found.append(Obstacle(kind=ObstacleKind.IMPOSSIBLE, text=text))
    if plan.file is not None:
        found += [Obstacle(kind=ObstacleKind.IMPOSSIBLE, text=each) for each in plan.file.refusals]
    if plan.kind.spec.seals:
        found += _against_the_seal(plan)
    if plan.test is not None:
        found += _missing_network(plan.test)
    if plan.checklist is not None:
        found += checklist_obstacles(plan.checklist, plan.request, of_file=plan.file is not None)
    return tuple(found)


def _against_the_export(plan: Plan) -> tuple[Obstacle, ...]:
    gate = gate_alone(plan.checklist) if plan.checklist is not None else None
    return (*impossible(plan), *(checklist_obstacles(gate, plan.request) if gate is not None else ()))


def unfit_state(instance: Instance) -> str:
    """Why no run that changes the instance can begin in its state; empty if one can."""
    # N1 allows paused and suspended too, but V13 does not allow stopping them.
    if instance.status in _IMAGEABLE and instance.task_state is None:
        return ""
    doing = f" ({instance.task_state})" if instance.task_state else ""
    return f"The instance is {instance.status}{doing}: a run begins with ACTIVE or SHUTOFF, and nothing under way."


def _unfit_source(plan: Plan) -> list[Obstacle]:
    """The state, where no finding says it already: a profile may take it lightly, Nova does not."""
    findings = plan.checklist.findings if plan.checklist is not None else ()
    if (
        plan.source is None
        or not plan.kind.spec.changes_source
        or any(one.blocks and not one.waivable for one in findings)
    ):
        return []
    text = unfit_state(plan.source)
    return [Obstacle(kind=ObstacleKind.IMPOSSIBLE, text=text)] if text else []


def _against_the_seal(plan: Plan) -> list[Obstacle]:
    """Why no clone can be sealed: what the plan of the seal refuses, and where the clone would not be launched."""
    reasons = list(plan.seal.refusals) if plan.seal is not None else ["there is no plan of what is to be removed."]
    if plan.clone is not None and plan.clone.refused_because:
        reasons.append(sentence(plan.clone.refused_because))
    odd = plan.seal.unfit_names if plan.seal is not None else ()
    if odd:
        reasons.append(
            f"{counted(len(odd), 'name')} in it cannot be handed to a clone as they are: {fitting(odd)}. "
            f"Rename or remove them in the instance, or keep the directory ({HOW_TO_KEEP})."
        )
    made = [
        Obstacle(kind=ObstacleKind.UNSEALABLE, text=f"No sealed image can be made: {why}", remedy=_OR_PLAIN)
        for why in reasons
    ]
    missing = _missing_network(plan.clone) if plan.clone is not None and plan.test is None else []
    return [*made, *missing]


def checklist_obstacles(checklist: Checklist, request: RunRequest, *, of_file: bool = False) -> tuple[Obstacle, ...]:
    """What a checklist alone says against a run: blockers, a missing inspection, what has to be confirmed before it.

    `of_file`: it is about an image file, which nobody can log in to.
    """
    blocking = (_blocker(finding) for finding in checklist.findings if finding.blocks)
    missing = (
        _confirmation(finding)
        for finding in checklist.findings
        if finding.awaits_confirmation and finding.asked_for is AskedFor.BEFORE_RUN
    )
    return (*blocking, *_not_inspected(checklist, request, of_file=of_file), *missing)


def refusal(found: Iterable[Obstacle]) -> ImagingError | None:
    """The error that says these obstacles and what to do about them; None if there is none.

    A network that has to be named is wrong use (exit status 2); everything else is the state of things (1).
    """
    by_kind: dict[ObstacleKind, list[Obstacle]] = {kind: [] for kind in ObstacleKind}
    for one in found:
        by_kind[one.kind].append(one)
    if impossible := [*by_kind[ObstacleKind.IMPOSSIBLE], *by_kind[ObstacleKind.UNSEALABLE]]:
        remedy = " ".join(dict.fromkeys(one.remedy for one in impossible if one.remedy))
        return RunError(" ".join(one.text for one in impossible), meaning=_NOTHING_CHANGED, remedy=remedy)
    for network in by_kind[ObstacleKind.NETWORK]:
        return UsageError(network.text, meaning=_NOTHING_CHANGED, remedy=network.remedy)
    blocking, missing = by_kind[ObstacleKind.BLOCKER], by_kind[ObstacleKind.CONFIRMATION]
    uninspected = by_kind[ObstacleKind.UNINSPECTED]
    if not (blocking or uninspected or missing):
        return None
    what = [f"The guidelines block this run: {_named(blocking)}"] if blocking else []
    what += [one.text for one in uninspected]
    what += [f"Please confirm before the run: {_named(missing)}"] if missing else []
    remedies = [one.remedy for one in (*blocking, *uninspected)]
    remedies += [f"If this is true, add {' '.join(f'--attest {one.rule}' for one in missing)}."] if missing else []
    return RunError(" ".join(what), meaning=_NOTHING_CHANGED, remedy=" ".join(remedies))


def refuse(found: Iterable[Obstacle]) -> None:
    """Let a run pass that nothing keeps from starting.

    Raises:
        RunError: something blocks, or has to be confirmed first.
        UsageError: the network of the test instance has to be named.
    """
    error = refusal(found)
    if error is not None:
        raise error


def _named(found: Iterable[Obstacle]) -> str:
    return " ".join(f"{one.rule}: {one.text}" for one in found)


def _missing_network(test: TestLaunchPlan) -> list[Obstacle]:
    # Also where no test launch is possible now: by then it may be, and would not know on which network.
    if test.network is not None or not test.networks:
        return []
    choices = ", ".join(f"{network.name} ({network.id})" for network in test.networks)
    text = "Several networks are possible for the test instance."
    return [Obstacle(kind=ObstacleKind.NETWORK, text=text, remedy=f"Choose one with --network: {choices}.")]


def _blocker(finding: Finding) -> Obstacle:
    fix = _words(finding.remedy) if finding.remedy else "Fix this."
    anyway = f" Or continue anyway: --waive {finding.rule}=WHY." if finding.waivable else ""
    return Obstacle(
        kind=ObstacleKind.BLOCKER,
        rule=finding.rule,
        title=finding.title,
        text=sentence(finding.evidence),
        remedy=f"{finding.rule}: {fix}{anyway}",
    )


def _not_inspected(checklist: Checklist, request: RunRequest, *, of_file: bool) -> tuple[Obstacle, ...]:
    """What is not known of the guest, unless the user has decided to continue without."""
    if request.uninspected.strip():
        return ()
    if checklist.not_inspected_because is not None:
        what, inspect = _UNREAD_FILE if of_file else _UNREAD_GUEST
        text = f"{what}: {sentence(checklist.not_inspected_because)}"
    elif checklist.unanswered:
        unread = ", ".join(finding.rule for finding in checklist.unanswered)
        text = f"The inspection is incomplete: it could not answer {unread}."
        inspect = how_to_answer(checklist)
    else:
        return ()
    remedy = f"{inspect} Or continue anyway: --uninspected WHY."
    return (Obstacle(kind=ObstacleKind.UNINSPECTED, text=text, remedy=remedy),)


def _words(remedy: Remedy) -> str:
    return sentence(f"{remedy.text} ({remedy.command})" if remedy.command else remedy.text)


def _confirmation(finding: Finding) -> Obstacle:
    return Obstacle(
        kind=ObstacleKind.CONFIRMATION, rule=finding.rule, title=finding.title, text=sentence(finding.evidence)
    )
