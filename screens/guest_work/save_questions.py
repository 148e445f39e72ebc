"""Asks which directories of an instance are saved, and to which folder of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

from imaging.runtime.threads import in_thread
from models.errors import UsageError
from models.formatting import counted, size_kib
from models.guest.directories import Directories
from models.guidelines.facts import InstanceFacts
from models.text import one_line
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice
from screens.dialogs.choose_several import ChooseSeveralScreen

_LONGEST_FOLDER = 60
_UNSEEN = (Choice("/home", "/home", "the homes of all users"), Choice("/root", "/root", "the home of root"))
"""What is offered where the instance was not inspected."""


async def ask_directories(app: App[Any], facts: InstanceFacts) -> tuple[str, ...]:
    """Directories of the guest: some that the last inspection found, and others that are written; none if left."""
    found = facts.guest.value.directories.value if facts.guest.value else None
    choices = _directories(found) if found is not None else _UNSEEN
    asked = ChooseSeveralScreen("Which directories?", choices, verb="Copy", another=_another)
    return await app.push_screen_wait(asked) or ()


def _another() -> AskTextScreen:
    def refusal(answer: str) -> str:
        return "" if answer.startswith("/") else "Name it from the root on, such as /srv/data."

    return AskTextScreen("Save files", "Which directory of the instance?", value="/", refuses=refusal)


async def ask_target(app: App[Any], name: str) -> Path | None:
    """The folder of this machine that an instance's files are copied to; None for none.

    Raises:
        UsageError: it names the home of an unknown user.
    """
    folder = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)[:_LONGEST_FOLDER]
    target = await app.push_screen_wait(
        AskTextScreen("Save files", "Copy to which folder on this machine?", value=f"~/saved-from-{folder}")
    )
    return await in_thread(_expanded, target) if target else None


def _expanded(target: str) -> Path:
    try:
        return Path(target).expanduser()
    except RuntimeError:
        raise UsageError(f"{one_line(target, 200)} names the home of an unknown user.") from None


def _directories(found: Directories) -> list[Choice]:
    """The homes and desktops that the last inspection found, and the home of root, with what is in them."""
    homes = [(each.path, f"{counted(each.files, 'file')}, {size_kib(each.size_kib)}") for each in found.homes]
    desktops = [(each.path, f"{counted(len(each.names), 'item')} on the desktop") for each in found.desktops]
    rest = [] if any(path == "/root" for path, _ in homes) else [("/root", "")]
    return [Choice(path, path, note) for path, note in (*homes, *desktops, *rest)]
