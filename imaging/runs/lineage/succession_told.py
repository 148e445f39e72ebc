"""What changed between the image of a run and the older one that it follows, read when the run ends."""

from __future__ import annotations

import logging
from typing import Final

from imaging.guidelines.lineage.succession import image_side
from imaging.runs.core.step_context import StepContext
from imaging.runs.lineage.installed import InstalledReader
from models.errors import ImagingError
from models.works.lineage import Succession

SECONDS: Final = 60.0
"""How long a run that is else at its end reads what is installed on one of the two."""
_log = logging.getLogger(__name__)


async def succession_of(ctx: StepContext) -> Succession | None:
    """The two, compared; None where it follows none, or one of them cannot be read.

    Nothing depends on it any more, so what keeps it from being told is in the log alone.
    """
    older_id, newer_id = ctx.run.plan.request.succeeds, ctx.run.image_id
    if older_id is None or newer_id is None:
        return None
    try:
        older, newer = await ctx.cloud.images.image(older_id), await ctx.cloud.images.image(newer_id)
    except ImagingError as error:
        _log.warning("what changed since the older image is not told: %s", error)
        return None
    await ctx.phase(f"comparing with {older.name}, which it follows")
    reader = InstalledReader(ctx.cloud, ctx.guests.inventories, ctx.clock, seconds=SECONDS)
    change = await reader.change(older_id, newer_id)
    return Succession(older=image_side(older), newer=image_side(newer), change=change)
