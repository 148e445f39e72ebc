"""What is asked before a run is changed, or its image deleted."""

from __future__ import annotations

import platform

from imaging.runs.ownership.image_deletion import deletable_image
from models.run.record import OwnedKind, RunRecord
from models.words.export_words import AFTER_CANCELLING
from screens.dialogs.confirm import Question
from screens.runs.texts.heard import Change
from screens.runs.texts.run_text import is_watching_source


def question(change: Change, run: RunRecord) -> Question:
    """What to ask before this is asked of the run."""
    match change:
        case Change.CANCEL:
            return Question("Cancel this run?", f"The run on {run.title} ends.", _after_cancelling(run))
        case Change.REMOVE_KEPT:
            names = ", ".join(each.name or each.id for each in run.kept_instances)
            return Question(
                "Remove the test instance now?",
                f"The test instance {names} is removed, and its port 22 with it.",
                "It was kept because checks or tests had failed. What it told is in the report.",
            )
        case Change.RESUME:
            return Question(
                "Resume this run?",
                f"A new runner continues the run on {run.title}, with your current login.",
                "Every step first checks what is already done, so nothing is done twice.",
                other_host(run) or "",
            )
        case Change.UNDO:
            return Question(
                "Restore this instance?",
                f"The volumes, power state and lock of {run.title} are restored.",
                "The run ends with that. A complete image is kept.",
                other_host(run) or "",
            )


def deletion_question(run: RunRecord) -> Question:
    """What to ask before the image of a run is deleted."""
    image = deletable_image(run)
    name, image_id = (image.name or run.plan.request.name, image.id) if image else ("", "")
    snapshots = [each.id for each in run.owned if each.kind is OwnedKind.VOLUME_SNAPSHOT and not each.removed]
    details = [f"Id {image_id}. It cannot be recovered. Instances that were launched from it keep running."]
    if snapshots:
        details.append(f"The volume snapshots that it names are kept: {', '.join(snapshots)}")
    details.append(f"openstack image delete {image_id}")
    return Question("Delete this image?", f"The image {name}, which this run made, is deleted.", "\n\n".join(details))


def other_host(run: RunRecord) -> str | None:
    """The machine whose runner had the run, where it is not this one."""
    return run.runner.host if run.runner and run.runner.host != platform.node() else None


def _after_cancelling(run: RunRecord) -> str:
    """What is left when the run is cancelled."""
    if is_watching_source(run):
        return "The instance is restored. It is not watched coming up any longer."
    if run.spec.writes_file:
        return AFTER_CANCELLING
    if run.spec.inspects:
        image = " and the temporary image are" if run.spec.image_is_temporary else " is"
        return f"The call in flight is finished first. The temporary instance{image} removed."
    return (
        "The call in flight is finished first. The instance is restored. An incomplete image and the test instance "
        "are removed; a complete image is kept, private and unverified."
    )
