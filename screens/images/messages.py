"""What the workers of the list of images tell it, and how the longest of it is read."""

from __future__ import annotations

from textual.message import Message

from models.cloud.flavor import Flavor
from models.cloud.quota import Quota
from models.errors import ImagingError
from models.run.plan import Plan
from models.run.record import RunRecord
from screens.context import Console
from screens.images.history import ImageHistory


class SizesRead(Message):
    """Flavors and quota are known."""

    def __init__(self, flavors: tuple[Flavor, ...], quota: Quota | None) -> None:
        super().__init__()
        self.flavors = flavors
        self.quota = quota


async def sizes_of(console: Console) -> SizesRead:
    """Read them; where the cloud tells no quota, the matrix leaves it out.

    Raises:
        ImagingError: the flavors cannot be read.
    """
    cloud = await console.cloud()
    flavors = await cloud.compute.flavors()
    try:
        return SizesRead(flavors, await cloud.quota())
    except ImagingError:
        return SizesRead(flavors, None)


class HistoryRead(Message):
    """The journal was read."""

    def __init__(self, history: ImageHistory) -> None:
        super().__init__()
        self.history = history


class Planned(Message):
    """A run was planned."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


class Started(Message):
    """A run was started."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__()
        self.run = run
