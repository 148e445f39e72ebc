"""Reads the place of an image among those that follow each other."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.cloud.interface import Cloud
from imaging.guidelines.lineage.succession import deletion_hindrances, image_side
from imaging.guidelines.lineage.succession_place import SuccessionPlace
from imaging.runs.lineage.installed import InstalledReader
from imaging.runs.lineage.older_image import deletion_facts, noted_image
from models.run.record import RunRecord


async def links_of(cloud: Cloud, image_id: str, runs: Iterable[RunRecord] | None) -> SuccessionPlace:
    """The place of an image without what changed, which takes longer.

    Args:
        cloud: where it is.
        image_id: the image.
        runs: all runs of this machine; None where its journal cannot be read.

    Raises:
        NotFoundError: it is gone.
        CloudError: it cannot be read.
    """
    login, facts = await cloud.login(), await deletion_facts(cloud, image_id, runs)
    older = await noted_image(cloud, facts.image.noted_older)
    return SuccessionPlace(
        image=facts.image,
        older=image_side(older) if older is not None else None,
        newer=image_side(facts.newer) if facts.newer is not None else None,
        hindrances=deletion_hindrances(facts, login.identity.project_id),
    )


async def with_change(place: SuccessionPlace, reader: InstalledReader) -> SuccessionPlace:
    """The same with what is installed beyond the older image; whatever keeps that from being known is told in it."""
    if place.older is None:
        return place
    return place.model_copy(update={"change": await reader.change(place.older.id, place.image.id)})
