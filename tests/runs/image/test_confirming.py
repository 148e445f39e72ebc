"""At the end of a run the image is seen once more: what was tested must be what others will launch."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.steps.confirm_image import confirm_image
from models.cloud.image import ImageData
from models.errors import RunError
from tests.runs.image.things import add_image
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext

KNOWN = ImageData(image_id="image-1", size_bytes=1000, content_hash="abc")


def knowing(ctx: MemoryContext, known: ImageData | None = KNOWN) -> MemoryContext:
    ctx.change(image_data=known)
    return ctx


async def test_an_image_that_is_as_it_was_is_confirmed(ctx: MemoryContext, world: HeldWorld) -> None:
    add_image(world, size=1000, os_hash_value="abc")
    result = await confirm_image(knowing(ctx))
    assert (result.note, result.skipped) == ("active, and unchanged", False)


async def test_an_image_that_somebody_deleted_fails_the_run(ctx: MemoryContext, world: HeldWorld) -> None:
    with pytest.raises(RunError, match="image-1 is gone"):
        await confirm_image(knowing(ctx))


@pytest.mark.parametrize("status, said", [("deactivated", "is deactivated"), ("pending_delete", "is gone")])
async def test_an_image_that_nobody_can_launch_any_more_fails_the_run(
    ctx: MemoryContext, world: HeldWorld, status: str, said: str
) -> None:
    add_image(world, status=status, size=1000, os_hash_value="abc")
    with pytest.raises(RunError, match=said):
        await confirm_image(knowing(ctx))


@pytest.mark.parametrize(
    "now, said",
    [
        ({"size": 999, "os_hash_value": "abc"}, "its size"),
        ({"size": 1000, "os_hash_value": "xyz"}, "its hash"),
        ({"size": 1, "os_hash_value": "xyz"}, "its size and its hash"),
    ],
)
async def test_an_image_that_holds_something_else_now_fails_the_run(
    ctx: MemoryContext, world: HeldWorld, now: dict[str, Any], said: str
) -> None:
    add_image(world, **now)
    with pytest.raises(RunError, match=said):
        await confirm_image(knowing(ctx))


async def test_a_value_that_came_later_is_no_change(ctx: MemoryContext, world: HeldWorld) -> None:
    add_image(world, size=1000, os_hash_value="abc")
    result = await confirm_image(knowing(ctx, ImageData(image_id="image-1")))
    assert result.note == "active, and unchanged"


async def test_without_an_image_there_is_nothing_to_confirm(ctx: MemoryContext) -> None:
    assert (await confirm_image(knowing(ctx, None))).skipped


def test_hashes_that_were_computed_in_different_ways_are_not_compared() -> None:
    assert (
        ImageData(image_id="i", content_hash="a" * 32).changes_to(ImageData(image_id="i", content_hash="b" * 128)) == ()
    )
    assert KNOWN.changes_to(ImageData(image_id="image-1", size_bytes=1000)) == ("its hash",)
