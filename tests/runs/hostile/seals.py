"""Clones and images of others that look like those of a sealed run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from imaging.runs.ownership.table import ActedOn, Pointer
from imaging.runs.steps.compensation import remove_unfinished_image, remove_unfinished_sealed
from models.errors import RunError
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind, OwnedRole
from models.seal.report import SealReport, SealState
from models.steps import StepName
from tests.runs.hostile.registry import points_at_ours
from tests.runs.hostile.stage import NAME, Stage

HOUR = timedelta(hours=1)
CREATE, REMOVE_INTERIM = StepName.CREATE_IMAGE, StepName.REMOVE_INTERIM
LAUNCH, REMOVE = StepName.LAUNCH_CLONE, StepName.REMOVE_CLONE
SEALED = SealReport(nonce="n", state=SealState.SEALED)


def _interim_properties(stage: Stage) -> dict[str, str]:
    return {**stage.copied_properties(), "imaging.role": "interim"}


async def _remove_interim(stage: Stage, name: str) -> None:
    await stage.intend(CREATE, IntentAction.CREATE_IMAGE, name)
    await remove_unfinished_image(stage.ctx)
    await stage.do(REMOVE_INTERIM)


@points_at_ours(ActedOn.INTERIM_IMAGE, Pointer.PROPERTY)
async def a_colleagues_image_with_all_that_an_interim_one_has(stage: Stage) -> None:
    await stage.begin("web-01", sealed=True)
    name = f"imaging-interim-{stage.run.id}"
    theirs = stage.snapshot_of(stage.grace, stage.demo.server_id("web-01"), name, _interim_properties(stage))
    await _remove_interim(stage, name)
    assert stage.grace.image(theirs)["name"] == name


@points_at_ours(ActedOn.INTERIM_IMAGE, Pointer.PROPERTY)
async def an_image_of_the_same_instance_without_the_role_of_an_interim_one(stage: Stage) -> None:
    """A sealed image carries the same run id and, once it is described, the same source."""
    await stage.begin("web-01", sealed=True)
    name = f"imaging-interim-{stage.run.id}"
    sealed = {**stage.copied_properties(), "imaging.role": "sealed"}
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), name, sealed)
    await _remove_interim(stage, name)
    assert stage.ada.image(theirs)["name"] == name


@points_at_ours(ActedOn.INTERIM_IMAGE, Pointer.NAME)
async def an_image_that_only_has_the_name_of_an_interim_one(stage: Stage) -> None:
    await stage.begin("web-01", sealed=True)
    name = f"imaging-interim-{stage.run.id}"
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), name, {})
    await _remove_interim(stage, name)
    assert stage.ada.image(theirs)["name"] == name


@points_at_ours(ActedOn.INTERIM_IMAGE, Pointer.AGE)
async def an_interim_image_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin("web-01", sealed=True)
    name = f"imaging-interim-{stage.run.id}"
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), name, _interim_properties(stage))
    stage.ctx.change(began_at=stage.clock.now().replace(microsecond=0) + HOUR)
    await _remove_interim(stage, name)
    assert stage.ada.image(theirs)["name"] == name


async def _with_a_clone(stage: Stage, *, powered: bool = True) -> str:
    """A clone that the journal names."""
    await stage.begin("web-01", sealed=True)
    clone = stage.launched_by(stage.ada, f"imaging-clone-{stage.run.id}", _clone_metadata(stage))
    if powered:
        await stage.is_up(clone)
    stage.ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id=clone, role=OwnedRole.CLONE),))
    return clone


def _clone_metadata(stage: Stage) -> dict[str, str]:
    return {"imaging.role": "clone", "imaging.run": stage.run.id, "imaging.marker": "n"}


async def _remove_unfinished(stage: Stage) -> None:
    await stage.intend(StepName.IMAGE_CLONE, IntentAction.IMAGE_CLONE, NAME)
    await remove_unfinished_sealed(stage.ctx)
    assert stage.run.image_id is None


@points_at_ours(ActedOn.SEALED_IMAGE, Pointer.PROPERTY)
async def an_image_of_another_instance_with_all_that_the_sealed_one_has(stage: Stage) -> None:
    """Somebody makes an image of the source, with our role, our run id and our clone in its properties."""
    clone = await _with_a_clone(stage)
    told = {"imaging.run": stage.run.id, "imaging.source": clone, "imaging.role": "sealed"}
    theirs = stage.snapshot_of(stage.ada, stage.demo.server_id("web-01"), NAME, told)
    await _remove_unfinished(stage)
    assert stage.ada.image(theirs)["name"] == NAME


@points_at_ours(ActedOn.SEALED_IMAGE, Pointer.NAME)
async def an_image_of_our_clone_that_somebody_made_under_our_name(stage: Stage) -> None:
    clone = await _with_a_clone(stage)
    theirs = stage.snapshot_of(stage.grace, clone, NAME, {})
    await _remove_unfinished(stage)
    assert stage.grace.image(theirs)["name"] == NAME


async def _remove(stage: Stage) -> None:
    await stage.intend(LAUNCH, IntentAction.LAUNCH_CLONE, f"imaging-clone-{stage.run.id}")
    await stage.do(REMOVE)


@points_at_ours(ActedOn.CLONE, Pointer.METADATA)
async def a_colleagues_instance_with_the_name_and_metadata_of_our_clone(stage: Stage) -> None:
    await stage.begin("web-01", sealed=True)
    theirs = stage.launched_by(stage.grace, f"imaging-clone-{stage.run.id}", _clone_metadata(stage))
    await stage.is_up(theirs)
    await _remove(stage)
    assert stage.grace.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.CLONE, Pointer.NAME)
async def an_instance_that_only_has_the_name_of_our_clone(stage: Stage) -> None:
    await stage.begin("web-01", sealed=True)
    theirs = stage.launched_by(stage.ada, f"imaging-clone-{stage.run.id}", {})
    await stage.is_up(theirs)
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"


@points_at_ours(ActedOn.CLONE, Pointer.NAME)
async def a_test_instance_with_the_name_of_our_clone(stage: Stage) -> None:
    """Its role is another one, so it is not what is removed as a clone."""
    await stage.begin("web-01", sealed=True)
    told = _clone_metadata(stage) | {"imaging.role": "test"}
    theirs = stage.launched_by(stage.ada, f"imaging-clone-{stage.run.id}", told)
    await stage.is_up(theirs)
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"


@points_at_ours(ActedOn.CLONE, Pointer.AGE)
async def a_clone_of_an_hour_before_the_run(stage: Stage) -> None:
    await stage.begin("web-01", sealed=True)
    theirs = stage.launched_by(stage.ada, f"imaging-clone-{stage.run.id}", _clone_metadata(stage))
    await stage.is_up(theirs)
    stage.ctx.change(began_at=stage.clock.now() + HOUR)
    await _remove(stage)
    assert stage.ada.server(theirs)["status"] == "ACTIVE"
    assert stage.left() == {theirs}


@points_at_ours(ActedOn.CLONE, Pointer.COPIED_CLAIM)
async def a_clone_that_another_run_is_about_by_now_is_neither_stopped_nor_removed(stage: Stage) -> None:
    clone = await _with_a_clone(stage)
    stage.ctx.claimed = frozenset({clone})
    stage.ctx.change(seal_report=SEALED)
    with pytest.raises(RunError, match="is not stopped"):
        await stage.do(StepName.STOP_CLONE)
    await _remove(stage)
    assert stage.ada.server(clone)["status"] == "ACTIVE"
    assert stage.left() == {clone}
