"""An image whose bytes come as a test wants them: cut off, from the wrong place, flipped, too many, too few."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.guidelines.profiles import load_profile
from imaging.runs.core.step_context import StepResult
from imaging.runs.plan.export.planning import plan_export
from imaging.runs.plan.export.wanted import WantedExport
from imaging.runs.plan.new_run import run_of_plan
from imaging.runs.steps import STEPS
from imaging.runtime.paths import Paths
from models.cloud.image import Image
from models.cloud.image_bytes import DownloadEnd
from models.cloud.login import CloudIdentity, Login
from models.errors import BadAnswerError, NotFoundError, RangeIgnoredError, UnreachableError
from models.image_file.image_format import ImageFormat
from models.run.plan import Plan
from models.run.request import RunRequest, Waiver
from models.steps import EXPORT_STEPS, StepName
from tests.runs.steps.memory_context import MemoryContext
from tests.support.clock import ManualClock

MIB = 2**20
_PIECE = 100_003
PROFILE = load_profile("openstack")


@dataclass
class Sending:
    """How one download goes."""

    until: int | None = None
    """It is cut off before this byte."""
    ignores_range: bool = False
    """Everything comes, said to come from 0."""
    lies_about_place: bool = False
    """Everything comes, said to come from where it was asked for."""
    refuses_range: bool = False
    flips: int | None = None
    """This byte is another one."""
    odd: bool = False
    """The answer is longer than the image: refused by its head."""
    then: Callable[[], None] = lambda: None
    """Done once it has begun."""


@dataclass
class ScriptedImages:
    image_now: Image

    async def image(self, image_id: str) -> Image:
        if self.image_now.status == "deleted" or image_id != self.image_now.id:
            raise NotFoundError("no such image")
        return self.image_now


@dataclass
class ScriptedBytes:
    content: bytes
    sendings: list[Sending] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    """From which byte on each download was asked for."""
    gone: bool = False

    async def download(
        self, image_id: str, offset: int, take: Callable[[int, bytes], None], *, whole_bytes: int | None
    ) -> DownloadEnd:
        self.asked.append(offset)
        if self.gone:
            raise NotFoundError(f"no image {image_id}")
        sending = self.sendings.pop(0) if self.sendings else Sending()
        sending.then()
        if sending.odd:
            raise BadAnswerError(f"The cloud sends more than {whole_bytes} bytes.")
        if sending.refuses_range and offset:
            raise RangeIgnoredError("The cloud did not send the part that was asked for.")
        first = 0 if sending.ignores_range or sending.lies_about_place else offset
        told = offset - first if sending.lies_about_place else 0
        content = self.content
        if sending.flips is not None:
            place = sending.flips
            content = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        end = len(content) if sending.until is None else sending.until
        for place in range(first, end, _PIECE):
            take(place + told, content[place : min(end, place + _PIECE)])
            await asyncio.sleep(0)
        if sending.until is not None:
            raise UnreachableError(f"The transfer broke off after {end}.")
        return DownloadEnd(first_byte=first, end_byte=end, ranges_ignored=sending.ignores_range and offset > 0)


@dataclass
class ScriptedCloud:
    images: ScriptedImages
    image_bytes: ScriptedBytes

    async def login(self) -> Login:
        identity = CloudIdentity(cloud="c", auth_url="https://c", project_id="p", user_id="u")
        return Login(identity=identity)


@dataclass
class Export:
    """An export in a folder of the test."""

    folder: Path
    cloud: ScriptedCloud
    plan: Plan
    ctx: MemoryContext

    @property
    def file(self) -> Path:
        return self.folder / "target" / "F"

    def names(self) -> list[str]:
        """What lies where the file is wanted."""
        return sorted(each.name for each in self.file.parent.iterdir())

    def again(self) -> Export:
        """What a new runner of the same run begins with."""
        return Export(self.folder, self.cloud, self.plan, self.ctx)

    async def step(self, name: StepName) -> StepResult:
        return await STEPS[name](self.ctx.at(name))

    async def steps(self, names: Sequence[StepName] = EXPORT_STEPS[:-1]) -> None:
        for name in names:
            await self.step(name)


def image_of(content: bytes, kind: ImageFormat = ImageFormat.RAW, **other: Any) -> Image:
    told = {
        "id": "image-1",
        "name": "db-07: v1",
        "status": "active",
        "size_bytes": len(content),
        "content_hash": hashlib.sha512(content).hexdigest(),
        "hash_algorithm": "sha512",
        "disk_format": kind.value,
        "container_format": "bare",
        "min_disk_gib": 2,
        "properties": {"hw_firmware_type": "uefi", "owner_user_name": "ada", "imaging.run": "r"},
        **other,
    }
    return Image(**told)


async def export_of(
    tmp_path: Path,
    content: bytes,
    *,
    image: Image | None = None,
    kind: ImageFormat | None = None,
    work_dir: Path | None = None,
    waive: bool = True,
) -> Export:
    """An export that is planned, of an image with this content."""
    (tmp_path / "target").mkdir(exist_ok=True)
    (tmp_path / "run").mkdir(exist_ok=True)
    known = image or image_of(content)
    cloud = ScriptedCloud(ScriptedImages(known), ScriptedBytes(content))
    clock = ManualClock()
    waivers = (Waiver(rule="EXPORT", reason="a test"),) if waive else ()
    plan = await plan_export(
        cast("Cloud", cloud),
        clock,
        known.id,
        RunRequest(waivers=waivers),
        PROFILE,
        wanted=WantedExport(tmp_path / "target" / "F", kind, work_dir),
        guest=GuestStore(Paths.below(tmp_path), clock).read(known.id),
    )
    run = run_of_plan(plan, clock.now())
    ctx = MemoryContext(cast("Cloud", cloud), clock, run, PROFILE, tmp_path / "run")
    return Export(tmp_path, cloud, plan, ctx)
