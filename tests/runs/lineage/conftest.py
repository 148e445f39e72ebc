"""Two images that follow each other in the small world, and a run that made the newer one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models.cloud.image import WORKS, WORKS_ABOUT, Image
from models.steps import StepName
from tests.runs.steps.conftest import PROFILE, make_run
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext


@dataclass
class Pair:
    """An older image and a newer one."""

    world: HeldWorld
    folder: Path
    older: str
    newer: str

    def context(self, **request: Any) -> MemoryContext:
        """Of the run that made the newer one."""
        wanted = {"succeeds": self.older, **request}
        ctx = MemoryContext(self.world.cloud, self.world.clock, make_run(self.world, **wanted), PROFILE, self.folder)
        ctx.change(image_id=self.newer)
        return ctx.at(StepName.PUBLISH)

    def works(self, word: str = "yes", about: str = "") -> None:
        """What the newer one is noted to be."""
        self.world.records.images[self.newer].properties |= {WORKS: word, WORKS_ABOUT: about or self.newer}

    def change(self, image_id: str, **fields: Any) -> None:
        """Somebody changes an image."""
        for name, value in fields.items():
            setattr(self.world.records.images[image_id], name, value)

    async def read(self, image_id: str) -> Image:
        return await self.world.cloud.images.image(image_id)

    @property
    def patches(self) -> int:
        return len(self.world.asked("update_image"))


@pytest.fixture
def pair(world: HeldWorld, tmp_path: Path) -> Pair:
    now = world.records.now()
    older = world.new_image("older", "astro-base-1", {}, created_at=now - 90 * 86_400)
    newer = world.new_image("newer", "astro-base-2", {})
    return Pair(world, tmp_path, older, newer)
