"""An older image that another one follows: shown or hidden in lists, and deleted where nothing forbids it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from imaging.cloud.interface import Cloud
from imaging.guidelines.lineage.succession import DeletionFacts, DeletionHindrance, deletion_hindrances
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import CloudError, ImagingError, NotFoundError, UnreadableRunError, UsageError
from models.run.record import RunRecord
from models.run.request import Visibility
from models.steps import StepName, StepState
from models.works.verdict import WorksWord

_NOT_BEGUN: Final = frozenset({StepState.PENDING, StepState.SKIPPED})
NOT_SEEN: Final = (
    "Instances of other projects cannot be seen, nor what was shared before this program noted it: an image that "
    "somebody else launches may be missed."
)


class KeptRuns(Protocol):
    """The runs of this machine."""

    async def runs(self) -> tuple[RunRecord, ...]:
        """All that can be read."""

    @property
    def unreadable_runs(self) -> tuple[UnreadableRunError, ...]:
        """Those that could not be read when `runs` was asked last."""


async def whole_journal(kept: KeptRuns) -> tuple[RunRecord, ...] | None:
    """All runs; None where one of them cannot be read, for nobody knows then what it has published."""
    try:
        runs = await kept.runs()
    except ImagingError:
        return None
    return None if kept.unreadable_runs else tuple(runs)


async def deletion_facts(cloud: Cloud, image_id: str, runs: Iterable[RunRecord] | None) -> DeletionFacts:
    """All that is asked before an older image is deleted, read now.

    Args:
        cloud: where it is.
        image_id: the image.
        runs: all runs of this machine; None where its journal cannot be read.

    Raises:
        NotFoundError: it is gone.
        CloudError: it cannot be read. What cannot be read beside it is None in the facts.
    """
    image = await cloud.images.image(image_id)
    return DeletionFacts(
        image=image,
        newer=await newer_of(cloud, image),
        members=await _members(cloud, image_id),
        instances=await _instances(cloud),
        published_by_run=None if runs is None else any(_has_published(run, image_id) for run in runs),
    )


async def newer_of(cloud: Cloud, image: Image) -> Image | None:
    """The image that follows another by its note; None where there is none, it is gone, or cannot be read."""
    return await noted_image(cloud, image.noted_newer)


async def noted_image(cloud: Cloud, image_id: str | None) -> Image | None:
    """An image that a note names; None where none is named, it is gone, or cannot be read."""
    if image_id is None:
        return None
    try:
        return await cloud.images.image(image_id)
    except ImagingError:
        return None


def refuse_to_delete(image: Image, hindrances: Iterable[DeletionHindrance]) -> None:
    """Say all that forbids it.

    Raises:
        UsageError: there is something.
    """
    if reasons := " ".join(each.reason for each in hindrances):
        raise UsageError(f"{image.name} is not deleted. {reasons}", meaning="Nothing was changed.")


async def delete_older(
    cloud: Cloud, image_id: str, typed_name: str, runs: Iterable[RunRecord] | None
) -> tuple[DeletionHindrance, ...]:
    """Delete an older image; everything is read again as the last thing before.

    Args:
        cloud: where it is.
        image_id: the image.
        typed_name: its name, as the user typed it.
        runs: as for `deletion_facts`.

    Returns:
        What forbids it by now; empty where it was deleted.

    Raises:
        NotFoundError: it is gone already.
        NotOwnedError: the adapter's own look at it forbids it.
        CloudError: the cloud refuses.
    """
    login = await cloud.login()
    found = deletion_hindrances(await deletion_facts(cloud, image_id, runs), login.identity.project_id)
    if not found:
        await _delete(cloud, image_id, typed_name)
    return found


async def _delete(cloud: Cloud, image_id: str, typed_name: str) -> None:
    """Where the call fails, the cloud is asked whether it was carried out all the same.

    Raises:
        NotOwnedError: the adapter's own look at it forbids it.
        CloudError: the cloud refuses; its meaning says what state the image is in.
    """
    try:
        await cloud.images.delete_older_image(image_id, typed_name)
    except NotFoundError:
        raise
    except CloudError as error:
        try:
            image = await cloud.images.image(image_id)
        except NotFoundError:
            return
        except ImagingError:
            _add_state(error, "Whether it was deleted could not be read.")
        else:
            _add_state(error, f"{image.name} is still there.")
        raise


async def refuse_to_hide(cloud: Cloud, image: Image) -> Image:
    """Say why an older image cannot be hidden.

    Returns:
        The image that follows it, where it can be hidden.

    Raises:
        UsageError: none follows it, or that one is not noted to work; or it is another project's.
        CloudError: who is logged in cannot be read.
    """
    await _refuse_others(cloud, image)
    newer = await newer_of(cloud, image)
    if newer is None or newer.noted_older != image.id:
        raise UsageError(f"No image follows {image.name}.", meaning="Nothing was changed.")
    if newer.status != "active" or newer.noted_works != WorksWord.YES.value:
        raise UsageError(
            f"{newer.name}, which follows {image.name}, is not noted to work.",
            meaning="Nothing was changed.",
            remedy=f"Test it first: imaging verify {newer.id}",
        )
    return newer


async def hide(cloud: Cloud, image: Image) -> Image:
    """Hide an older image from lists, once the one that follows it is noted to work by its own id.

    Raises:
        UsageError: as for `refuse_to_hide`.
        CloudError: the cloud refuses; its meaning says what state the image is in.
    """
    await refuse_to_hide(cloud, image)
    return image if image.hidden else await _set_hidden(cloud, image, hidden=True)


async def unhide(cloud: Cloud, image: Image) -> Image:
    """Show an image in lists again.

    Raises:
        UsageError: it is another project's.
        CloudError: as for `hide`.
    """
    await _refuse_others(cloud, image)
    return await _set_hidden(cloud, image, hidden=False) if image.hidden else image


async def _set_hidden(cloud: Cloud, image: Image, *, hidden: bool) -> Image:
    """Where the call fails, the cloud is asked whether it was carried out all the same."""
    try:
        return await cloud.images.update_image(image.id, hidden=hidden)
    except NotFoundError:
        raise
    except CloudError as error:
        try:
            now = await cloud.images.image(image.id)
        except ImagingError:
            _add_state(error, "Whether it is hidden now could not be read.")
            raise error from None
        if now.hidden is hidden:
            return now
        _add_state(error, f"{image.name} is still {'hidden from' if now.hidden else 'shown in'} lists.")
        raise


def _add_state(error: CloudError, state: str) -> None:
    error.meaning = f"{error.meaning} {state}".strip()


async def _refuse_others(cloud: Cloud, image: Image) -> None:
    login = await cloud.login()
    if image.owner != login.identity.project_id:
        raise UsageError(f"{image.name} belongs to another project.", meaning="Nothing was changed.")


async def _members(cloud: Cloud, image_id: str) -> dict[str, str] | None:
    try:
        return dict(await cloud.images.members(image_id))
    except NotFoundError:
        raise
    except ImagingError:
        return None


async def _instances(cloud: Cloud) -> tuple[Instance, ...] | None:
    try:
        return tuple([instance async for page in cloud.compute.instances() for instance in page])
    except ImagingError:
        return None


def _has_published(run: RunRecord, image_id: str) -> bool:
    """Whether a run has made an image visible beyond its project, or was about to."""
    if run.image_id != image_id or run.plan.request.visibility is Visibility.PRIVATE:
        return False
    return any(record.step is StepName.PUBLISH and record.state not in _NOT_BEGUN for record in run.steps)
