"""The temporary clone of a sealed run: found, and told from one that somebody deleted or that went off."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import owned_ids
from imaging.runs.ownership.made_things import CLONE
from imaging.runs.test_instance.launching import repeated
from imaging.runs.test_instance.server import may_have_lost_one, standing_server
from models.cloud.instance import Instance
from models.errors import RunError
from models.run.record import OwnedKind
from models.words.seal_remedies import HOW_TO_MAKE_PLAIN

MOST_REPEATS = 2
"""How often a clone that went off without a result is launched again."""


async def standing_clone(ctx: StepContext) -> Instance | None:
    """The clone; None where none was launched yet, or the last one was removed by the run itself.

    Raises:
        RunError: somebody deleted it.
    """
    clone = await standing_server(ctx, CLONE)
    if clone is None and owned_ids(ctx.run, OwnedKind.SERVER, removed=False, role=CLONE.owned):
        if may_have_lost_one(ctx, CLONE):
            return None
        raise deleted_clone()
    return clone


def deleted_clone() -> RunError:
    """That somebody deleted the clone."""
    return RunError(
        "The temporary clone was deleted by somebody else.",
        meaning="No image is made of it. The instance itself was not changed by that.",
        remedy="Ask in your project who deleted it, and make the image again.",
    )


def has_been_up(clone: Instance) -> bool:
    """Whether it has come up once; then what it is now is not a matter of the launch."""
    return clone.launched_at is not None and clone.status != "BUILD"


def refuse_more_repeats(ctx: StepContext, clone: Instance) -> None:
    """Refuse to launch another clone in place of one that went off without a result, where that happened too often.

    Raises:
        RunError: it did; a clone that was given up before, by a runner that died since, is not counted twice.
    """
    before = repeated(ctx)
    if clone.id in before:
        return
    if len(before) >= MOST_REPEATS:
        raise RunError(
            f"The temporary clone went off without a result {len(before) + 1} times.",
            meaning=f"It is {clone.status}. {clone.fault or ''}".strip(),
            remedy=f"Make a plain image ({HOW_TO_MAKE_PLAIN}), or ask the cloud's support why instances go off. What "
            "the clone showed is in the run's folder (clone-console.log).",
        )
