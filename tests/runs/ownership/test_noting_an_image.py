"""An image that was made gets into the journal at once, as what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.guidelines.profiles import load_profile
from imaging.runs.ownership.image import note_image
from imaging.runs.ownership.made_things import image_of_source
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole, RunRecord, StepRecord
from models.steps import StepName
from tests.runs.ownership.things import run_of
from tests.runs.steps.memory_context import MemoryContext
from tests.support.clock import ManualClock
from tests.support.known import present


@pytest.mark.parametrize(
    "kind, name, role, ids",
    [
        (RunKind.CREATE, "lidar tools", OwnedRole.MAIN, (None, "image-7")),
        (RunKind.DEEP_CHECK, "imaging-deep-r1", OwnedRole.MAIN, (None, "image-7")),
        (RunKind.SEALED, "imaging-interim-r1", OwnedRole.INTERIM, ("image-7", None)),
    ],
)
async def test_it_is_the_runs_image_or_the_one_that_goes_again(
    tmp_path: Path, kind: RunKind, name: str, role: OwnedRole, ids: tuple[str | None, str | None]
) -> None:
    run = run_of(kind=kind, steps=(StepRecord(step=StepName.CREATE_IMAGE),))
    noted = await run_after_noting(run, tmp_path)
    assert noted.owned == (Owned(kind=OwnedKind.IMAGE, id="image-7", name=name, role=role),)
    assert (noted.interim_image_id, noted.image_id) == ids


async def run_after_noting(run: RunRecord, folder: Path) -> RunRecord:
    """The run once its image has the id `image-7`."""
    ctx = MemoryContext(None, ManualClock(), run, load_profile("openstack"), folder)  # type: ignore[arg-type]  # no cloud is asked
    await note_image(ctx, present(image_of_source(run)), "image-7")
    return ctx.run
