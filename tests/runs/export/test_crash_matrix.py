"""Exports by the real engine on the demonstration cloud, killed at each call and at each change on the disk."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.files.part_file import PartFile
from imaging.guest.facts_cache import GuestStore
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.export.planning import plan_export
from imaging.runs.plan.export.wanted import WantedExport
from imaging.runs.receiving.export_files import ExportFiles
from imaging.runtime.paths import Paths
from models.cloud.image_bytes import NewImage
from models.image_file.image_format import ImageFormat
from models.run.record import RunRecord, RunState
from models.run.request import RunRequest, Waiver
from tests.files.image_files import raw_disk
from tests.runs.test_crash_matrix import PROFILE, DemoClock, KilledError, a_run_of, one_runner, to_its_end
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")
WHOLE = {"F", "F.json", "F.report.md", "F.sha256"}
_STEPS = "imaging.runs.steps"
PLACES = {
    "the image is read": "cloud.images.image",
    "the download": "cloud.image_bytes.download",
    "a part is opened": (ExportFiles, "open"),
    "a part is noted": (PartFile, "note"),
    "a part is finished": (PartFile, "finish"),
    "a part is removed": (ExportFiles, "remove_part"),
    "a result is noted": (PartFile, "note_result"),
    "a result is removed": (ExportFiles, "remove_result"),
    "the findings are kept": (f"{_STEPS}.inspect_download", "keep_findings"),
    "something is written beside": (f"{_STEPS}.write_sidecars", "write_beside"),
    "the file gets its name": (f"{_STEPS}.write_sidecars", "place"),
}


class _Source:
    def __init__(self, content: bytes) -> None:
        self._content, self.size_bytes = content, len(content)

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]


@asynccontextmanager
async def an_export(
    cloud: Cloud, clock: DemoClock, folder: Path, content: bytes, kind: ImageFormat | None
) -> AsyncIterator[tuple[Journal, RunRecord]]:
    """A journal of its own with a new export of an image with this content."""
    (folder / "target").mkdir()
    made = await cloud.image_bytes.make_record(NewImage(name="db-07-v1", disk_format="raw"))
    await cloud.image_bytes.upload(made.id, _Source(content), tell=lambda _done: None)
    plan = await plan_export(
        cloud,
        clock,
        made.id,
        RunRequest(profile=PROFILE.name, waivers=(Waiver(rule="EXPORT", reason="a test"),)),
        PROFILE,
        wanted=WantedExport(folder / "target" / "F", kind),
        guest=GuestStore(Paths.below(folder), clock).read(made.id),
    )
    async with a_run_of(plan, clock, folder) as begun:
        yield begun


class Deaths:
    """Lets a runner die at one place, before or after what is done there; how often is counted."""

    def __init__(self, *, after: bool, times: int = 2) -> None:
        self._after, self._left = after, times
        self.struck = 0

    def strike(self) -> None:
        if self._left:
            self._left -= 1
            self.struck += 1
            raise KilledError

    def at(self, place: str | tuple[Any, str], cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        """Arm it there."""
        if isinstance(place, tuple):
            owner, name = place
            owner = sys.modules[owner] if isinstance(owner, str) else owner
            monkeypatch.setattr(owner, name, self._deadly(getattr(owner, name)))
            return
        _, interface, name = place.split(".")
        served = getattr(cloud, interface)
        monkeypatch.setattr(served, name, self._deadly_call(getattr(served, name)))

    def _deadly(self, real: Any) -> Any:
        def deadly(*arguments: Any, **named: Any) -> Any:
            if not self._after:
                self.strike()
            came = real(*arguments, **named)
            if self._after and self._left and isinstance(came, PartFile):
                came.close()  # as the kernel does for a process that dies
            if self._after:
                self.strike()
            return came

        return deadly

    def _deadly_call(self, real: Any) -> Any:
        async def deadly(*arguments: Any, **named: Any) -> Any:
            if not self._after:
                self.strike()
            came = await real(*arguments, **named)
            if self._after:
                self.strike()
            return came

        return deadly


@pytest.fixture(name="disk", scope="module")
def _disk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return raw_disk(tmp_path_factory.mktemp("disk") / "disk.raw").read_bytes()


# Before a place little is other than after the one before it.
@pytest.mark.parametrize("after", [pytest.param(False, marks=pytest.mark.slow), True], ids=["before", "after"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_killed_anywhere_it_ends_whole(
    cloud: Cloud,
    clock: DemoClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    disk: bytes,
    *,
    place: Any,
    after: bool,
):
    deaths = Deaths(after=after)
    kind = ImageFormat.QCOW2 if place in {PLACES["a result is noted"], PLACES["a result is removed"]} else None
    async with an_export(cloud, clock, tmp_path, disk, kind) as (journal, new):
        deaths.at(place, cloud, monkeypatch)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert killed == deaths.struck
    assert {each.name for each in (tmp_path / "target").iterdir()} == WHOLE
    if kind is None:
        assert (tmp_path / "target" / "F").read_bytes() == disk


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
async def test_killed_anywhere_and_cancelled_then_nothing_is_left(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: bytes, *, place: Any
):
    async with an_export(cloud, clock, tmp_path, disk, ImageFormat.QCOW2) as (journal, new):
        Deaths(after=True, times=1).at(place, cloud, monkeypatch)
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        if not run.state.is_over:
            await journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
        while not run.state.is_over:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
    left = {each.name for each in (tmp_path / "target").iterdir()}
    assert left == (set() if run.state is RunState.CANCELLED else WHOLE)
    if place != PLACES["a part is noted"]:  # only a line that was cut notes it
        assert run.state is RunState.CANCELLED


async def test_what_was_made_is_in_the_report(cloud: Cloud, clock: DemoClock, tmp_path: Path, disk: bytes):
    async with an_export(cloud, clock, tmp_path, disk, None) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.exported is not None
    report = _text(run)
    assert run.exported.sha256 in report
    assert "waived EXPORT: a test" in report


def _text(run: RunRecord) -> str:
    return Path(run.report_path or "").read_text()
