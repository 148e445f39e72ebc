"""What can be done about a run in its present state: a predicate for each action of the run screen."""

from __future__ import annotations

from collections.abc import Callable

from imaging.runs.ownership.image_deletion import deletable_image
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState
from models.steps import StepName, StepState
from screens.runs.texts.run_text import can_be_cancelled
from screens.style.wording import is_interrupted


def is_offered(action: str, run: RunRecord, *, read_only: bool) -> bool:
    """Whether an action makes sense now; one that is not about the run's state always does."""
    if read_only and action in _CHANGES:
        return False
    applies = _OFFERS.get(action)
    return applies is None or applies(run)


def can_be_undone(run: RunRecord) -> bool:
    """Whether a run has changed its source, has not restored it, and does not do so by itself."""
    changed = run.kind is not RunKind.VERIFY and run.claim is not None and not run.instance_restored
    return changed and (run.state.is_over or _is_halted(run))


def image_id_of(run: RunRecord) -> str | None:
    """The image that a run made or tests and that outlives it; None where it has none, or it was deleted."""
    if run.spec.image_is_temporary or any(each.id == run.image_id and each.removed for each in run.owned):
        return None
    return run.image_id or (run.plan.image.id if run.plan.image else None)


def _is_halted(run: RunRecord) -> bool:
    """Whether nothing more happens by itself although it is not over."""
    return run.state is RunState.WAITING or is_interrupted(run)


def _can_be_repeated(run: RunRecord) -> bool:
    has_source = run.instance_id is not None  # a sealed image of an image is made again in the list of images
    return run.state.is_over and run.spec.makes_image and has_source and run.instance_restored is not False


def _had_test_instance(run: RunRecord) -> bool:
    """Whether the console of a test instance was read."""
    return _was_begun(run, StepName.VERIFY) or _was_begun(run, StepName.READ_FACTS)


def shows_clone(run: RunRecord) -> bool:
    """Whether the console that can be read is that of the clone: a seal that failed came to no test instance."""
    return _was_begun(run, StepName.SEAL) and not _had_test_instance(run)


def _was_begun(run: RunRecord, wanted: StepName) -> bool:
    reading = [step for step in run.steps if step.step is wanted]
    return any(step.state not in {StepState.PENDING, StepState.SKIPPED} for step in reading)


_OFFERS: dict[str, Callable[[RunRecord], bool]] = {
    "cancel": can_be_cancelled,
    "remove_kept": lambda run: run.keeps_instance and not run.is_worked_on,
    "resume": _is_halted,
    "undo": can_be_undone,
    "again": _can_be_repeated,
    "image": lambda run: image_id_of(run) is not None,
    "console": lambda run: _had_test_instance(run) or shows_clone(run),
    "report": lambda run: run.report_path is not None,
    "delete_image": lambda run: deletable_image(run) is not None,
}
_CHANGES = frozenset({"cancel", "remove_kept", "resume", "undo", "again", "delete_image"})
"""What a console that only reads does not offer."""
