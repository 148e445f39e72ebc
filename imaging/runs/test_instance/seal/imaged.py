"""The instance of which an image is made: the source, or the temporary clone of a sealed run."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.made_things import MadeImage
from imaging.runs.source.instance import SourceGoneError, read_source, refuse_half_known
from models.cloud.instance import Instance
from models.errors import NotFoundError

_GONE = frozenset({"DELETED", "SOFT_DELETED"})


async def read_imaged(ctx: StepContext, made: MadeImage) -> Instance:
    """The instance as it is now.

    Raises:
        SourceGoneError: somebody deleted it.
    """
    if not made.is_of_clone:
        return await read_source(ctx)
    try:
        clone = await ctx.cloud.compute.instance(made.source_id)
    except NotFoundError as error:
        raise _gone(error.request_id) from error
    if clone.status in _GONE:
        raise _gone(None)
    refuse_half_known(clone)
    return clone


def _gone(request_id: str | None) -> SourceGoneError:
    return SourceGoneError(
        "The temporary clone was deleted by somebody else.",
        meaning="It was to be sealed and imaged; the instance itself is restored.",
        remedy="Ask in your project who deleted it, and make the image again.",
        request_id=request_id,
    )
