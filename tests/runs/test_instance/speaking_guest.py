"""An instance whose console says what a test wants; each test gives it the watch that it is about."""

from __future__ import annotations

from models.cloud.instance import Instance
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext


class SpeakingGuest:
    """`db-07` stands for it."""

    def __init__(self, ctx: MemoryContext, world: HeldWorld) -> None:
        self.ctx, self.world, self.text = ctx, world, ""

    async def marked(self, marker: str | None) -> Instance:
        """It, as the cloud tells about it, with the marker of its boot."""
        server = await self.world.cloud.compute.instance(DB)
        return server.model_copy(update={"metadata": {"imaging.marker": marker} if marker else {}})

    def print(self, text: str, after: float) -> None:
        """Print something more, so many seconds later."""
        self.text += text
        self.world.here.front.faults.clear()
        self.world.answer("POST", "/action$", {"output": self.text})
        self.world.clock.turn(after)

    @property
    def told(self) -> list[str]:
        """The phases of the step but those about the boot itself."""
        return [phase for phase in self.ctx.phases if not phase.startswith("console: ")]
