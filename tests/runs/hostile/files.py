"""Images of others that look like the one that an import makes of its file."""

from __future__ import annotations

from imaging.runs.ownership.table import ActedOn, Pointer
from imaging.runs.steps.compensation import clear_import
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind
from models.steps import StepName
from tests.acceptance.plain import PlainApi
from tests.runs.hostile.registry import points_at_ours
from tests.runs.hostile.stage import IMAGES, NAME, Stage

OURS = "3f0e0d0c-0b0a-4a09-8807-0605040302ff"
"""The id that the run has chosen, and that the cloud never heard of."""


def _made_by(stage: Stage, api: PlainApi, properties: dict[str, str]) -> str:
    body = {"name": NAME, "disk_format": "raw", "container_format": "bare", "visibility": "private", **properties}
    return str(api.post(f"{IMAGES}/images", body)["id"])


async def _cleared_up(stage: Stage) -> None:
    """The runner was killed when it had written down an id, and was cancelled then."""
    stage.ctx.change(image_id=OURS, owned=(Owned(kind=OwnedKind.IMAGE, id=OURS, name=NAME),))
    await stage.intend(StepName.UPLOAD, IntentAction.MAKE_RECORD, OURS)
    await clear_import(stage.ctx)


@points_at_ours(ActedOn.IMPORTED_IMAGE, Pointer.PROPERTY)
async def a_colleagues_import_with_our_run_id_in_its_properties(stage: Stage) -> None:
    await stage.begin("web-01", imports=True)
    theirs = _made_by(stage, stage.grace, {"imaging.run": stage.run.id})
    await _cleared_up(stage)
    assert stage.grace.image(theirs)["name"] == NAME
    assert stage.run.image_id is None


@points_at_ours(ActedOn.IMPORTED_IMAGE, Pointer.NAME)
async def an_image_of_the_project_with_the_same_name(stage: Stage) -> None:
    await stage.begin("web-01", imports=True)
    theirs = _made_by(stage, stage.ada, {})
    await _cleared_up(stage)
    assert stage.ada.image(theirs)["name"] == NAME
