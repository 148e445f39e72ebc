"""Imports whose runners are killed before, after and between the calls that change the cloud: the end is the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.files.convert import qemu_img
from imaging.runs.engine.engine import Engine
from imaging.runs.sending import preparing
from models.run.intent import IntentAction
from models.run.record import RunState
from models.steps import StepName
from tests.runs.imports.importing import FORMATS, an_import, left_in, sha512, standing
from tests.runs.test_crash_matrix import (
    MOMENTS,
    Death,
    DemoClock,
    KilledError,
    one_runner,
    to_its_end,
)
from tests.support.demo_here import DemoCloudHere
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")


@pytest.mark.parametrize(
    "kind,moment",
    [
        *(pytest.param("raw", moment, marks=pytest.mark.slow if moment == "after" else ()) for moment in MOMENTS),
        *(pytest.param("vmdk", moment, marks=() if moment == "after" else pytest.mark.slow) for moment in MOMENTS),
    ],
)
async def test_killed_at_every_call(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, moment: str, kind: str
):
    path, before = FORMATS[kind](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        Death(moment, clock).wrap(cloud)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert killed >= (2 if moment == MOMENTS[2] else 5)
    image = demo_cloud.here.world.images[run.image_id or ""]
    if kind == "raw":
        assert image.os_hash_value == sha512(path.read_bytes())
    after = await standing(cloud)
    assert after.pop("images") - before.pop("images") == {run.image_id}
    assert after == before
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize(
    "moment,call",
    [
        *(("after", call) for call in ("make_record", "upload", "delete_image")),
        ("before", "upload"),
        *(pytest.param("before", call, marks=pytest.mark.slow) for call in ("make_record", "delete_image")),
    ],
)
async def test_killed_at_one_call_and_cancelled_then(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, moment: str, call: str
):
    path, before = FORMATS["qcow2"](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        Death(moment, clock, only=call).wrap(cloud)
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        if not run.state.is_over:
            await journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
        while not run.state.is_over:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
    assert run.state is (RunState.CANCELLED if call != "delete_image" else RunState.DONE)
    if run.state is RunState.CANCELLED:
        assert await standing(cloud) == before
    assert left_in(tmp_path) == set()


def _dies_in(monkeypatch: pytest.MonkeyPatch, place: str, *, after: bool) -> None:
    """Have a runner die once where a module calls a function, before or after that has done its work."""
    module, _, name = place.rpartition(".")
    real, struck = getattr(sys.modules[f"imaging.runs.{module}"], name), False

    def deadly(*arguments: Any) -> Any:
        nonlocal struck
        if struck:
            return real(*arguments)
        struck = True
        if after:
            real(*arguments)
        raise KilledError

    monkeypatch.setattr(sys.modules[f"imaging.runs.{module}"], name, deadly)


@pytest.mark.parametrize(
    "place,after",
    [
        ("steps.inspect_file.refuse_changed", False),
        ("steps.convert_file.kept_path", True),
        pytest.param("sending.preparing.new_part", False, marks=pytest.mark.slow),
        ("sending.preparing.finish_part", False),
        ("sending.preparing.finish_part", True),
        pytest.param("sending.preparing.part_path", True, marks=pytest.mark.slow),
        pytest.param("sending.kept.kept_path", True, marks=pytest.mark.slow),
    ],
)
async def test_killed_while_the_file_is_prepared(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, place: str, after: bool
):
    path, before = FORMATS["vhdx"](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        _dies_in(monkeypatch, place, after=after)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble, killed) == (RunState.DONE, None, 1)
    after_all = await standing(cloud)
    assert after_all["images"] - before["images"] == {run.image_id}
    assert left_in(tmp_path) == set()


async def test_a_conversion_that_is_whole_is_not_made_again(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made: list[Path] = []
    convert = qemu_img.convert

    async def counted(conversion: Any, **options: Any) -> None:
        made.append(conversion.target)
        await convert(conversion, **options)

    monkeypatch.setattr(preparing, "convert", counted)
    path = FORMATS["vmdk"](tmp_path)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        Death("after", clock, only="upload").wrap(cloud)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, killed, len(made)) == (RunState.DONE, 1, 1)


async def test_an_upload_that_nobody_lived_to_see_is_not_sent_again(cloud: Cloud, clock: DemoClock, tmp_path: Path):
    path = FORMATS["raw"](tmp_path)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        Death("after", clock, only="upload").wrap(cloud)
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.times_intended(IntentAction.UPLOAD_IMAGE) == 1
    assert run.step(StepName.COMPARE).note.startswith("size, hash and format agree")


CANCELLED_IN = [
    StepName.INSPECT_FILE,
    StepName.CONVERT,
    StepName.UPLOAD,
    StepName.WAIT_FOR_ACTIVE,
    StepName.COMPARE,
    StepName.DESCRIBE,
    StepName.TEST_LAUNCH,
    StepName.VERIFY,
    StepName.REMOVE_TEST,
    StepName.PUBLISH,
]


WITH_ONE_THING_MORE = {
    StepName.INSPECT_FILE,
    StepName.CONVERT,
    StepName.UPLOAD,
    StepName.TEST_LAUNCH,
    StepName.REMOVE_TEST,
    StepName.PUBLISH,
}
"""The others leave what the step before them leaves."""
UNDONE_IN = {StepName.UPLOAD, StepName.PUBLISH}
"""The others clear up in the same way as when it is cancelled."""


@pytest.mark.parametrize(
    "step,undone",
    [
        *(
            pytest.param(step, False, marks=() if step in WITH_ONE_THING_MORE else pytest.mark.slow)
            for step in CANCELLED_IN
        ),
        *(pytest.param(step, True, marks=() if step in UNDONE_IN else pytest.mark.slow) for step in CANCELLED_IN),
    ],
)
async def test_cancelled_in_any_step_it_leaves_nothing(
    cloud: Cloud,
    clock: DemoClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: StepName,
    *,
    undone: bool,
):
    path, before = FORMATS["qcow2"](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run = new
        with monkeypatch.context() as patch:
            _stops_after(patch, step)
            run = await one_runner(journal, run, cloud, clock, tmp_path)
        wanted = {"undo_requested": True} if undone else {"cancel_requested": True}
        await journal.request_change(run.id, lambda changes: changes.run(**wanted))
        while not run.state.is_over:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.UNDONE if undone else RunState.CANCELLED, None)
    assert await standing(cloud) == before
    assert left_in(tmp_path) == set()
    assert path.exists()


def _stops_after(patch: pytest.MonkeyPatch, step: StepName) -> None:
    """Have a runner die when a step has done its work, before that is written down."""
    result_of: Callable[..., Any] = Engine._result_of  # where the engine does any step

    async def deadly(engine: Engine, name: StepName) -> Any:
        result = await result_of(engine, name)
        if name is step:
            raise KilledError
        return result

    patch.setattr(Engine, "_result_of", deadly)
