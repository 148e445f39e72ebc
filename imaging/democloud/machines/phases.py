"""A row of states that a server goes through, each after so many seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from imaging.democloud.records.server import Action, Event, Server
from imaging.democloud.world import World


class Phase(NamedTuple):
    """A step of the row: after `seconds` since the row began the server has these states."""

    seconds: float
    states: dict[str, Any]


def begin(server: Server) -> int:
    """Start a new row; what was left of an older row of this server is dropped."""
    server.job += 1
    return server.job


def play(
    world: World, server: Server, phases: Iterable[Phase], *, delay: float = 0.0, done: Callable[[], None] | None = None
) -> None:
    """Let a server go through these states; `done` is called right after the last one.

    The first phase may have no seconds: it holds at once. `delay` puts off all the others, as a hook may ask.
    """
    job = begin(server)
    row = list(phases)
    for place, phase in enumerate(row):
        is_last = place == len(row) - 1
        if phase.seconds == 0:
            world.turn_server(server, **phase.states)
            continue
        world.after(phase.seconds + delay, _turn(world, server, job, phase.states, done if is_last else None))


def _turn(
    world: World, server: Server, job: int, states: dict[str, Any], done: Callable[[], None] | None
) -> Callable[[], None]:
    def act() -> None:
        # A later row has begun: the rest of this one is void.
        if server.job != job:
            return
        world.turn_server(server, **states)
        if done is not None:
            done()

    return act


def note_action(world: World, server: Server, name: str, request_id: str, user_id: str, event: str) -> Action:  # noqa: PLR0917  # the columns of one line
    """Write a line into the server's list of actions."""
    now = world.now()
    action = Action(name, request_id, user_id, server.project_id, now, now)
    action.events.append(Event(event, now))
    # Nova lists the newest first.
    server.actions.insert(0, action)
    return action


def finish_action(world: World, action: Action, *, error: str | None = None) -> None:
    """Say how an action ended."""
    action.updated_at = world.now()
    # Nova tells a user no more than this word; the reason is for administrators.
    action.message = None if error is None else "Error"
    for event in action.events:
        event.finished_at = world.now()
        event.result = "Success" if error is None else "Error"
