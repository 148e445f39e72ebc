"""A deep check whose runners are killed around every call that changes the cloud, or that is cancelled.

The real steps on the demonstration cloud, as in the matrix of a run that makes an image: nothing is ever left behind.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.deep_check.planning import plan_deep_check
from imaging.runtime.paths import Paths
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState
from models.run.request import RunRequest
from models.verdict import VerdictWord
from tests.runs.rewording import WORDINGS
from tests.runs.test_crash_matrix import (
    CHANGES,
    MOMENTS,
    PROFILE,
    Death,
    DemoClock,
    a_run_of,
    clock,
    cloud,
    demo_cloud,
    everything,
    one_runner,
    to_its_end,
    words,
)
from tests.support.demo_here import DemoCloudHere

__all__ = ["clock", "cloud", "demo_cloud", "words"]


@pytest.fixture(autouse=True)
def volumes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the calls by which volumes and their snapshots go are deadly, too."""
    for call in ("delete_volume", "delete_snapshot"):
        monkeypatch.setitem(CHANGES, call, "volumes")


@asynccontextmanager
async def a_deep_check(
    cloud: Cloud, clock: DemoClock, folder: Path, source_id: str
) -> AsyncIterator[tuple[Journal, RunRecord]]:
    plan = await plan_deep_check(cloud, clock, source_id, RunRequest(profile="openstack"), PROFILE)
    async with a_run_of(plan, clock, folder) as made:
        yield made


async def all_there_is(cloud: Cloud, source_id: str) -> dict[str, Any]:
    return {
        **await everything(cloud, source_id),
        "all volumes": {each.id: each.status for each in await cloud.volumes.volumes()},
        "volume snapshots": {each.id for each in await cloud.volumes.snapshots()},
    }


def found(folder: Path, clock: DemoClock, source_id: str) -> GuestFacts | None:
    return GuestStore(Paths.below(folder), clock).read(source_id).value


@pytest.mark.parametrize("name,word", [("db-07", VerdictWord.BOOTED), ("gis-lab", VerdictWord.FAILED)])
async def test_unkilled_it_finds_what_the_disk_holds_and_leaves_nothing(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, name: str, word: VerdictWord
):
    source_id = demo_cloud.server_id(name)
    before = await all_there_is(cloud, source_id)
    async with a_deep_check(cloud, clock, tmp_path, source_id) as (journal, new):
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.kind, run.state, run.trouble, killed) == (RunKind.DEEP_CHECK, RunState.DONE, None, 0)
    assert await all_there_is(cloud, source_id) == before
    facts = found(tmp_path, clock, source_id)
    assert facts is not None
    assert (facts.method, facts.as_root) == (InspectionMethod.DEEP_CHECK, True)
    assert facts.boot_verdict == run.verdict
    assert run.verdict is not None
    assert run.verdict.word is word
    assert facts.boot_mounts.known
    assert "needs SSH" in (facts.mounts.unknown_because or "")
    assert all(owned.removed for owned in run.owned)


@pytest.mark.parametrize(
    "name,moment,words",
    [
        pytest.param(name, moment, words, marks=pytest.mark.slow if name == "bfv-01" and moment != "after" else ())
        for name in ("db-07", "bfv-01")
        for moment, words in zip(MOMENTS, WORDINGS, strict=True)
    ],
    indirect=["words"],
)
@pytest.mark.usefixtures("words")
async def test_killed_at_every_call_in_whatever_words_it_is_written_down(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, name: str, moment: str
):
    source_id = demo_cloud.server_id(name)
    before = await all_there_is(cloud, source_id)
    async with a_deep_check(cloud, clock, tmp_path, source_id) as (journal, new):
        Death(moment, clock).wrap(cloud)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert killed >= 3
    assert await all_there_is(cloud, source_id) == before
    assert found(tmp_path, clock, source_id) is not None


@pytest.mark.parametrize(
    "name,call",
    [
        pytest.param(name, call, marks=pytest.mark.slow if name == "bfv-01" and call != "launch" else ())
        for name in ("db-07", "bfv-01")
        for call in ("create_image", "create_security_group", "launch", "delete_instance")
    ],
)
async def test_cancelled_at_a_call_and_killed_in_the_clearing_up(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, name: str, call: str
):
    source_id = demo_cloud.server_id(name)
    before = await all_there_is(cloud, source_id)
    async with a_deep_check(cloud, clock, tmp_path, source_id) as (journal, new):
        Death("after", clock, only=call).wrap(cloud)
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        await journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
        Death("after", clock).wrap(cloud)
        run, _ = await to_its_end(journal, run, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.CANCELLED, None)
    assert await all_there_is(cloud, source_id) == before


async def test_a_temporary_instance_that_says_nothing_fails_the_check_and_nothing_is_left(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    source_id = demo_cloud.server_id("quiet-box")
    before = await all_there_is(cloud, source_id)
    async with a_deep_check(cloud, clock, tmp_path, source_id) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "printed no report" in run.trouble.what
    assert await all_there_is(cloud, source_id) == before
    assert found(tmp_path, clock, source_id) is None
