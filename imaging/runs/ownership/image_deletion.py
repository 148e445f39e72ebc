"""Deletes the image that a run made, when the user wants it gone after the run is over: by its id, and only that."""

from __future__ import annotations

from contextlib import suppress

from imaging.cloud.interface import Cloud
from models.errors import NotFoundError, UsageError
from models.run.record import Owned, OwnedKind, RunRecord


def deletable_image(run: RunRecord) -> Owned | None:
    """The image that a run made and that can be deleted now; None while the run is not over or where there is none.

    The id in the journal decides: what a run was only asked to test, or what merely has its name, is not its own.
    """
    if not run.state.is_over or run.image_id is None:
        return None
    mine = (each for each in run.owned if each.kind is OwnedKind.IMAGE and each.id == run.image_id)
    return next((each for each in mine if not each.removed), None)


async def delete_image_of(run: RunRecord, cloud: Cloud) -> Owned:
    """Delete it; one that is gone already counts as deleted.

    Raises:
        UsageError: the run is not over, or has no image of its own any more.
        NotOwnedError: the image is protected or published.
        CloudError: the cloud refuses.
    """
    image = deletable_image(run)
    if image is None:
        raise UsageError(f"Run {run.id} has no image that could be deleted.", meaning="Nothing was changed.")
    with suppress(NotFoundError):  # somebody was quicker
        await cloud.images.delete_image(image.id)
    return image.model_copy(update={"removed": True})
