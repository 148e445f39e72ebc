"""Remove clone: the clone and its security group are gone, however the run ends."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import CLONE, INSPECTION
from imaging.runs.steps.remove_test import remove_launched


async def remove_clone(ctx: StepContext) -> StepResult:
    """Goal: no clone that this run launched is left, nor the security group that it stood in."""
    return await remove_launched(ctx, CLONE, None)


async def remove_inspection(ctx: StepContext) -> StepResult:
    """Goal: no second test instance is left, nor its security group."""
    return await remove_launched(ctx, INSPECTION, None)
