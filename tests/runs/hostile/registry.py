"""Which scenario shows what: the table of kinds is walked with this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from imaging.runs.ownership.table import ActedOn, Pointer
from tests.runs.hostile.stage import Stage

Scenario = Callable[[Stage], Awaitable[None]]
SCENARIOS: list[tuple[ActedOn, Pointer, Scenario]] = []


def points_at_ours(kind: ActedOn, *pointers: Pointer) -> Callable[[Scenario], Scenario]:
    """Say what a scenario has: somebody else's thing of this kind that points at the run in these ways."""

    def register(scenario: Scenario) -> Scenario:
        SCENARIOS.extend((kind, pointer, scenario) for pointer in pointers)
        return scenario

    return register
