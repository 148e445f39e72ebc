"""Things of the cloud that the user names: by id, or by a name that only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from models.errors import UsageError


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


def choose(kind: str, wanted: str, things: Sequence[N]) -> N:
    """The thing that the user means.

    Args:
        kind: what it is, for the message, such as `network`.
        wanted: an id or a name.
        things: those that there are.

    Raises:
        UsageError: there is none, or several have that name.
    """
    found = [thing for thing in things if thing.id == wanted] or [thing for thing in things if thing.name == wanted]
    if len(found) == 1:
        return found[0]
    if not found:
        names = ", ".join(sorted({thing.name for thing in things})) or "none"
        raise UsageError(f"There is no {kind} named {wanted}.", remedy=f"There are: {names}.")
    ids = ", ".join(thing.id for thing in found)
    raise UsageError(f"{len(found)} {kind}s are named {wanted}.", remedy=f"Name one by its id: {ids}.")
