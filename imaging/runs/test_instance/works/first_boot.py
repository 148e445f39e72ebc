"""The verdict on the first boot, where only what the test instance repeats of it is still on its console.

A runner that comes back late finds the console of the second boot, and nothing of the marker. What the test instance
tells about its boots bears the same word as the marker, and says about the first one what the marker says.
"""

from __future__ import annotations

from imaging.guest.confined_reading.client import read_works_confined
from imaging.runs.core.step_context import StepContext
from models.errors import BadProbeError
from models.verdict import Stage, Strength, Verdict, VerdictWord

_REASON = "The test instance told what it found after its first boot, with a default route."


async def verdict_with_report(ctx: StepContext, verdict: Verdict, text: str, nonce: str) -> Verdict:
    """The verdict, as strong as the test instance's own report of its first boot makes it.

    Args:
        ctx: the step's context.
        verdict: by the console alone.
        text: the console's raw text, untrusted.
        nonce: that of the test instance's user data.
    """
    if verdict.word is not VerdictWord.BOOTED or verdict.strength is Strength.STRONG or not nonce:
        return verdict
    try:
        report = await read_works_confined(text, nonce=nonce, now=ctx.clock.now())
    except BadProbeError:
        return verdict
    first = report.boot(1)
    if first is None or not first.has_default_route:
        return verdict
    told = {
        "strength": Strength.STRONG,
        "stage": Stage.MARKER,
        "reason": _REASON,
        "has_address": True,  # there is no default route without one
        "has_default_route": True,
        "has_own_machine_id": first.machine_id_own,
    }
    return verdict.model_copy(update=told)
