"""What the journal of this machine and the images of the project say about each instance: its last image, its run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from models.cloud.image import Image
from models.cloud.login import Login
from models.run.record import RunRecord, RunState
from screens.instances.table.entry import Activity, LastImage

_MADE_OF = "instance_uuid"
"""The property in which Nova names the instance that a snapshot was made of."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def activities(runs: Iterable[RunRecord]) -> Mapping[str, Activity]:
    """The runs that are not over, by the instance that they work on."""
    return {run.instance_id: _activity(run) for run in runs if run.instance_id and not run.state.is_over}


def _activity(run: RunRecord) -> Activity:
    step = run.current_step
    gone = run.runner is not None and not run.runner.alive
    return Activity(run.id, step.step.value if step else "", waits=gone or run.state is RunState.WAITING)


def last_images(
    runs: Iterable[RunRecord], images: Iterable[Image] | None, login: Login | None
) -> Mapping[str, LastImage]:
    """The newest image of each instance, with what a test launch of that very image came to.

    Args:
        runs: the journal, newest first.
        images: what the project can see; None where that was not read yet. An image that is not among them is gone.
        login: whose images count: anybody may write the id of an instance into the properties of an image.
    """
    journal = tuple(runs)
    verdicts = _verdicts(journal)
    works = _works(journal)
    noted = {each.id: each for each in images or ()}
    found: dict[str, LastImage] = {}
    known = None if images is None else {image.id: image for image in images}
    for instance_id, image in _of_journal(journal):
        if known is None or image.id in known:
            _keep_newest(found, instance_id, _with_notes(image, noted.get(image.id)))
    for each in (known or {}).values():
        instance_id = each.properties.get(_MADE_OF, "")
        is_own = login is not None and each.owner == login.identity.project_id
        if instance_id and each.is_snapshot and is_own and each.status == "active":
            verdict = verdicts.get(each.id) or each.noted_verdict
            image = LastImage(each.id, each.name, each.created_at, verdict, works=works.get(each.id))
            _keep_newest(found, instance_id, _with_notes(image, each))
    return found


def _with_notes(image: LastImage, noted: Image | None) -> LastImage:
    """What the journal does not know stands on the image itself."""
    if noted is None:
        return image
    return replace(image, seal=image.seal or noted.noted_seal, works=image.works or noted.noted_works)


def _works(runs: Iterable[RunRecord]) -> dict[str, str]:
    """By image; what was judged later counts before an earlier word."""
    found: dict[str, str] = {}
    for run in runs:
        if run.image_id and run.works is not None:
            found.setdefault(run.image_id, run.works.word.value)
    return found


def _verdicts(runs: Iterable[RunRecord]) -> dict[str, str]:
    """By image; a later test launch counts before an earlier one."""
    found: dict[str, str] = {}
    for run in runs:
        if run.image_id and run.verdict is not None:
            found.setdefault(run.image_id, run.verdict.word.value)
    return found


def _of_journal(runs: tuple[RunRecord, ...]) -> Iterable[tuple[str, LastImage]]:
    verdicts, works = _verdicts(runs), _works(runs)
    for run in runs:
        if run.spec.makes_image and run.instance_id and run.image_id and run.image_data is not None:
            name, seal = run.plan.request.name, run.seal_verdict.word.value if run.seal_verdict is not None else None
            verdict = verdicts.get(run.image_id)
            image = LastImage(run.image_id, name, run.created_at, verdict, seal, works.get(run.image_id))
            yield run.instance_id, image


def _keep_newest(found: dict[str, LastImage], instance_id: str, image: LastImage) -> None:
    known = found.get(instance_id)
    if known is None or (image.made_at or _LONG_AGO) > (known.made_at or _LONG_AGO):
        found[instance_id] = image
