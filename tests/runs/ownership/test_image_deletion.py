"""After a run its image can be deleted: that one, by its id, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from imaging.runs.ownership.image_deletion import deletable_image, delete_image_of
from models.errors import NotFoundError, NotOwnedError, UsageError
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, RunRecord, RunState
from tests.screens.samples import run

MINE = Owned(kind=OwnedKind.IMAGE, id="mine", name="db-07-20261102")


class Images:
    def __init__(self, error: Exception | None = None) -> None:
        self.deleted: list[str] = []
        self._error = error

    async def delete_image(self, image_id: str) -> None:
        if self._error is not None:
            raise self._error
        self.deleted.append(image_id)


def cloud(images: Images) -> Any:
    return SimpleNamespace(images=images)


def ended(**fields: Any) -> RunRecord:
    return run(**{"state": RunState.FAILED, "image_id": "mine", "owned": (MINE,), **fields})


@pytest.mark.parametrize(
    "record",
    [
        ended(owned=()),
        ended(state=RunState.RUNNING),
        ended(image_id=None),
        ended(image_id="anothers"),
        ended(owned=(MINE.model_copy(update={"removed": True}),)),
        ended(owned=(MINE.model_copy(update={"kind": OwnedKind.SERVER}),)),
        ended(kind=RunKind.VERIFY, owned=(), image_id="tested"),
    ],
)
async def test_what_the_journal_does_not_call_its_image_is_never_deleted(record):
    images = Images()
    with pytest.raises(UsageError):
        await delete_image_of(record, cloud(images))
    assert deletable_image(record) is None
    assert images.deleted == []


async def test_a_published_image_stays_and_the_refusal_is_told():
    with pytest.raises(NotOwnedError):
        await delete_image_of(ended(), cloud(Images(NotOwnedError("It is public."))))


async def test_an_image_that_somebody_deleted_before_counts_as_deleted():
    assert (await delete_image_of(ended(), cloud(Images(NotFoundError("gone"))))).removed


async def test_the_image_of_the_run_is_deleted_by_its_id():
    images = Images()
    removed = await delete_image_of(ended(), cloud(images))
    assert images.deleted == ["mine"]
    assert removed == MINE.model_copy(update={"removed": True})
