"""Questions to the user: on standard error, and only where there is somebody at a terminal to answer them."""

from __future__ import annotations

import getpass
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from imaging.commands.output.streams import say
from models.text import one_line


def is_interactive() -> bool:
    """Whether questions can be asked: standard input and standard error are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str) -> bool:
    """Ask a question that is answered with yes or no; anything but yes means no."""
    return answered(f"{question} [y/N] ").lower() in {"y", "yes"}


def typed(question: str, word: str) -> bool:
    """Ask for a word to be typed, for what must not be agreed to by habit."""
    return answered(f"{question}\nType {one_line(word)} to confirm: ") == word


def answered(question: str) -> str:
    """Ask for a line; its last line stands before the answer. Gives what was typed, without blanks around it."""
    with _ctrl_c_ends_program():
        say(question.rpartition("\n")[0]) if "\n" in question else None
        sys.stderr.write(question.rpartition("\n")[2])
        sys.stderr.flush()
        return sys.stdin.readline().strip()


def hidden(prompt: str) -> str:
    """Ask for a secret, without echo."""
    with _ctrl_c_ends_program():
        return getpass.getpass(prompt, stream=sys.stderr)


def secret_prompt() -> Callable[[str], Awaitable[str]] | None:
    """What asks for a missing secret; None where nobody is there."""
    return _ask_secret if is_interactive() else None


async def _ask_secret(prompt: str) -> str:
    """Ask without echo. Nothing else runs yet, so that blocking the loop harms nobody."""
    return hidden(f"{one_line(prompt).rstrip(': ')}: ")


@contextmanager
def _ctrl_c_ends_program() -> Iterator[None]:
    """While a question is open ctrl+c ends the program: asyncio alone would only note it and let the question stand."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
