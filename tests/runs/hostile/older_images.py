"""Images of others that look like the one that a new image follows: none is linked, hidden or deleted in its place."""

from __future__ import annotations

from imaging.guidelines.lineage.succession import Hindrance, links
from imaging.runs.lineage.following import follow
from imaging.runs.lineage.older_image import delete_older
from imaging.runs.ownership.table import ActedOn, Pointer
from models.cloud.image import WORKS, WORKS_ABOUT
from models.steps import StepName
from tests.runs.hostile.registry import points_at_ours
from tests.runs.hostile.stage import Stage

OLDER = "astro-base-2024"


async def _followed(stage: Stage) -> tuple[str, str]:
    """An older image, and one that follows it, works, and was linked by a run; their ids."""
    await stage.begin("web-01")
    source = stage.demo.server_id("web-01")
    older = stage.snapshot_of(stage.ada, source, OLDER, {})
    await stage.until(lambda: _is_active(stage, older))
    await stage.is_up(source)
    newer = stage.snapshot_of(stage.ada, source, "astro-base-2026", {})
    await stage.until(lambda: _is_active(stage, newer))
    await stage.is_up(source)
    await stage.cloud.images.update_image(newer, properties={WORKS: "yes", WORKS_ABOUT: newer})
    request = stage.run.plan.request.model_copy(update={"succeeds": older, "hide_older": True})
    stage.ctx.change(plan=stage.run.plan.model_copy(update={"request": request}), image_id=newer)
    return older, newer


@points_at_ours(ActedOn.IMAGE_NOTES, Pointer.NAME)
@points_at_ours(ActedOn.OLDER_IMAGE, Pointer.NAME)
async def an_image_with_the_name_of_the_older_one_is_neither_linked_nor_hidden_nor_deleted(stage: Stage) -> None:
    older, _newer = await _followed(stage)
    theirs = stage.snapshot_of(stage.grace, stage.demo.server_id("web-01"), OLDER, {})
    await stage.until(lambda: _is_active(stage, theirs))
    before = stage.grace.image(theirs)
    assert "hidden from lists" in await follow(stage.ctx.at(StepName.PUBLISH))
    assert stage.ada.image(older)["os_hidden"]
    found = await delete_older(stage.cloud, theirs, OLDER, ())
    assert Hindrance.NO_SUCCESSOR in {each.code for each in found}
    assert stage.grace.image(theirs) == before


@points_at_ours(ActedOn.OLDER_IMAGE, Pointer.PROPERTY)
async def an_image_that_inherited_the_links_of_the_older_one_is_not_deleted(stage: Stage) -> None:
    older, newer = await _followed(stage)
    await follow(stage.ctx.at(StepName.PUBLISH))
    inherited = {key: value for each in links(older, newer) for key, value in each.items()}
    theirs = stage.snapshot_of(stage.grace, stage.demo.server_id("web-01"), OLDER, inherited)
    await stage.until(lambda: _is_active(stage, theirs))
    found = await delete_older(stage.cloud, theirs, OLDER, ())
    assert Hindrance.NO_SUCCESSOR in {each.code for each in found}
    assert stage.grace.image(theirs)["status"] == "active"


async def _is_active(stage: Stage, image_id: str) -> bool:
    return (await stage.cloud.images.image(image_id)).status == "active"
