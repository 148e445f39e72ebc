"""What a guest answers to a command: recognised by its text, never executed."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.democloud.records import Server
from imaging.democloud.world import World

_NOT_FOUND = 127


@dataclass(frozen=True)
class Reply:
    """How a command ends."""

    output: bytes = b""
    errors: str = ""
    status: int = 0
    seconds: float = 0.0
    """How many of the cloud's seconds it takes."""


def reply_to(_world: World, server: Server, command: str, given: bytes) -> Reply:
    """Answer one command.

    Args:
        server: the instance, whose state the answer depends on, and which a remedy changes.
        command: what is to be executed.
        given: its standard input.
    """
    del server, command, given
    return Reply(
        errors="sh: not found: this machine of the demonstration cloud answers the console alone\n", status=_NOT_FOUND
    )
