"""Faults of the program itself at each call of a run: the source is as before, or the run waits with a way back.

The real steps on the demonstration cloud, whose clock is turned by the engine's own sleeping.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from models.run.record import RunRecord, RunState
from tests.runs.test_crash_matrix import CHANGES, DemoClock, a_run, clock, cloud, demo_cloud, everything, one_runner
from tests.support.demo_here import DemoCloudHere
from tests.support.known import present

__all__ = ["clock", "cloud", "demo_cloud"]

FAULTS = itertools.cycle((OverflowError, KeyError, RecursionError, MemoryError, UnicodeError))
MOMENTS = itertools.cycle(("before", "after"))
CALLS = ("detach_volume", "create_image", "attach_volume", "start", "delete_metadata")
CASES = [(call, next(MOMENTS), next(FAULTS)) for call in CALLS]
FURTHER_CALLS = {"attach_volume", "start"}
"""They restore the source, as the removal of the claim does."""


class Fault:
    """Makes a call of the cloud fall over, before it is made or when its answer is read."""

    def __init__(self, cloud: Cloud, call: str, moment: str, kind: type[Exception], *, times: int) -> None:
        self.left = times
        self._moment, self._kind = moment, kind
        service = getattr(cloud, CHANGES[call])
        setattr(service, call, self._faulty(getattr(service, call)))

    def _faulty(self, call: Callable[..., Any]) -> Callable[..., Any]:
        async def faulty(*arguments: Any, **options: Any) -> Any:
            strikes = self.left > 0
            self.left -= strikes
            if strikes and self._moment == "before":
                raise self._kind
            answer = await call(*arguments, **options)
            if strikes:
                raise self._kind
            return answer

        return faulty


@pytest.mark.parametrize(
    "call, moment, kind",
    [pytest.param(*case, marks=pytest.mark.slow if case[0] in FURTHER_CALLS else ()) for case in CASES],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_a_fault_at_one_call_leaves_the_source_as_it_was(
    cloud: Cloud,
    clock: DemoClock,
    demo_cloud: DemoCloudHere,
    tmp_path: Path,
    *,
    call: str,
    moment: str,
    kind: type[Exception],
):
    source_id = demo_cloud.server_id("db-07")
    before = await everything(cloud, source_id)
    fault = Fault(cloud, call, moment, kind, times=1)
    async with a_run(cloud, clock, tmp_path, source_id) as (journal, new):
        run = await one_runner(journal, new, cloud, clock, tmp_path)
    assert fault.left == 0
    assert (run.state.is_over, run.instance_restored) == (True, True)
    assert await rest(cloud, source_id) == without_images(before)


async def test_a_fault_that_stays_leaves_a_run_that_waits_and_goes_on_later(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    source_id = demo_cloud.server_id("db-07")
    before = await everything(cloud, source_id)
    fault = Fault(cloud, "attach_volume", "before", OverflowError, times=10**6)
    async with a_run(cloud, clock, tmp_path, source_id) as (journal, new):
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        check_waits(run)
        assert f"imaging.claim.{run.id}" in (await cloud.compute.instance(source_id)).metadata
        fault.left = 0
        run = await one_runner(journal, run, cloud, clock, tmp_path)
    assert (run.state.is_over, run.instance_restored) == (True, True)
    assert await rest(cloud, source_id) == without_images(before)


async def test_a_claim_that_is_damaged_in_the_middle_stops_the_run_which_can_be_undone(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    source_id = demo_cloud.server_id("db-07")
    before = await everything(cloud, source_id)
    async with a_run(cloud, clock, tmp_path, source_id) as (journal, new):
        spoil_at_first_detach(cloud, source_id, f"imaging.claim.{new.id}", monkeypatch)
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        assert (run.state, run.instance_restored) == (RunState.FAILED, False)
        assert "damaged" in present(run.trouble).what
        assert f"imaging undo {run.id}" in present(run.trouble).remedy
        assert (await everything(cloud, source_id))["source"][0] == "SHUTOFF"
        await journal.request_change(
            run.id, lambda changes: changes.run(undo_requested=True, state=RunState.RUNNING, outcome=None, trouble=None)
        )
        run = await one_runner(journal, run, cloud, clock, tmp_path)
    assert run.instance_restored is True
    assert await rest(cloud, source_id) == without_images(before)


def spoil_at_first_detach(cloud: Cloud, source_id: str, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A colleague writes a number into the claim that no computer holds, just when a volume has been detached."""
    detach = cloud.compute.detach_volume
    spoilt: list[str] = []

    async def detaching(*arguments: Any, **options: Any) -> None:
        await detach(*arguments, **options)
        if spoilt:
            return
        spoilt.append(head)
        value = (await cloud.compute.instance(source_id)).metadata[head]
        await cloud.compute.set_metadata(source_id, {head: value.replace('"volumes":', '"volumes":1e999,"was":')})

    monkeypatch.setattr(cloud.compute, "detach_volume", detaching)


def check_waits(run: RunRecord) -> None:
    assert (run.state, run.instance_restored) == (RunState.WAITING, False)
    assert "OverflowError" in present(run.trouble).what
    assert f"imaging resume {run.id}" in present(run.trouble).remedy


async def rest(cloud: Cloud, source_id: str) -> dict[str, Any]:
    return without_images(await everything(cloud, source_id))


def without_images(seen: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in seen.items() if name != "images"}
