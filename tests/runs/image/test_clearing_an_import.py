"""What an import that is over leaves: its image once that was compared, its conversion only where it may be needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.runs.sending.kept import kept_path, part_path
from imaging.runs.steps.compensation import clear_import
from models.image_file.identity import FileIdentity, FileStamp
from models.image_file.image_format import ImageFormat
from models.run.file_plan import FilePlan, KeptFile
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, RunState, StepRecord
from models.steps import StepName, StepState
from tests.runs.image.things import add_image, intended
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext

IMAGE = Owned(kind=OwnedKind.IMAGE, id="image-1", name="postgres")


@pytest.fixture
def importing(new_context: NewContext, world: HeldWorld, tmp_path: Path) -> MemoryContext:
    """A run that has sent a converted file, and whose image is there."""
    file = FilePlan(
        path=str(tmp_path / "disk.vmdk"),
        name="disk.vmdk",
        work_dir=str(tmp_path),
        identity=FileIdentity(stamp=FileStamp(size_bytes=7, modified_ns=1), digest="d" * 64),
        target=ImageFormat.RAW,
        converts=True,
    )
    ctx = new_context(kind=RunKind.IMPORT, image_id="image-1", owned=(IMAGE,))
    ctx.change(plan=ctx.run.plan.model_copy(update={"source": None, "file": file}))
    add_image(world)
    return ctx


def ended(ctx: MemoryContext, outcome: RunState, *, compared: bool = True) -> MemoryContext:
    state = StepState.DONE if compared else StepState.FAILED
    compare = StepRecord(step=StepName.COMPARE, state=state, ended_at=ctx.clock.now())
    ctx.change(outcome=outcome, steps=(compare, *(each for each in ctx.run.steps if each.step is not compare.step)))
    return ctx


def converted(ctx: MemoryContext, size: int, *, whole: bool = True) -> Path:
    """The conversion lies there, whole or as it is being written."""
    plan = ctx.run.plan.file
    assert plan is not None
    path = kept_path(plan) if whole else part_path(plan, ctx.run.id)
    path.write_bytes(b"x" * size)
    ctx.change(kept_file=KeptFile(path=str(path), size_bytes=size if whole else 0))
    return path


class TestItsImage:
    @pytest.mark.parametrize("outcome", [RunState.DONE, RunState.FAILED])
    async def test_one_that_was_compared_stays(
        self, importing: MemoryContext, world: HeldWorld, outcome: RunState
    ) -> None:
        await clear_import(ended(importing, outcome))
        assert "image-1" in world.records.images
        assert importing.run.owned == (IMAGE,)

    async def test_one_that_was_not_found_to_be_what_was_sent_goes(
        self, importing: MemoryContext, world: HeldWorld
    ) -> None:
        await clear_import(ended(importing, RunState.FAILED, compared=False))
        assert "image-1" not in world.records.images
        assert importing.run.owned == (IMAGE.model_copy(update={"removed": True}),)

    @pytest.mark.parametrize("outcome", [RunState.CANCELLED, RunState.UNDONE])
    async def test_of_a_run_that_is_not_wanted_any_more_even_a_compared_one_goes(
        self, importing: MemoryContext, world: HeldWorld, outcome: RunState
    ) -> None:
        await clear_import(ended(importing, outcome))
        assert "image-1" not in world.records.images


class TestItsConversion:
    @pytest.mark.parametrize("outcome", [RunState.DONE, RunState.CANCELLED, RunState.UNDONE])
    async def test_it_goes_where_nothing_begins_from_it(self, importing: MemoryContext, outcome: RunState) -> None:
        path = converted(importing, 7)
        kept = importing.run.kept_file
        assert kept is not None
        await clear_import(ended(importing, outcome))
        assert not path.exists()
        assert importing.run.kept_file == KeptFile(path=kept.path, size_bytes=7, removed=True)

    @pytest.mark.parametrize("size", [1, 7])
    async def test_after_a_failure_it_stays_for_the_next_run(self, importing: MemoryContext, size: int) -> None:
        path = converted(importing, size)
        before = importing.run.kept_file
        await clear_import(ended(importing, RunState.FAILED))
        assert path.exists()
        assert importing.run.kept_file is before

    async def test_one_that_was_never_whole_goes_all_the_same(self, importing: MemoryContext) -> None:
        path = converted(importing, 7, whole=False)
        await clear_import(ended(importing, RunState.FAILED))
        assert not path.exists()
        assert importing.run.kept_file == KeptFile(path=str(path), removed=True)

    async def test_one_that_another_run_has_made_since_is_left_alone(self, importing: MemoryContext) -> None:
        path = converted(importing, 7)
        importing.change(kept_file=KeptFile(path=str(path), size_bytes=7, removed=True))
        await clear_import(ended(importing, RunState.DONE))
        assert path.exists()

    async def test_a_file_that_was_sent_as_it_lies_has_none(self, importing: MemoryContext) -> None:
        await clear_import(ended(importing, RunState.DONE))
        assert (importing.run.kept_file, intended(importing)) == (None, [])
