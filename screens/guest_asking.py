"""Asks the user, by dialogs, what the way into a guest needs: a user's name, trust in a host key, a passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

from imaging.guest.interface import HostKeyQuestion
from models.text import one_line
from screens.ask_text import AskTextScreen
from screens.confirm import ConfirmScreen, Question
from screens.secret import SecretScreen
from screens.widgets.columns import shortened

_NAME_CELLS = 24
"""What the instance's name takes of a dialog's frame at most, in cells."""


def _host_key_file(algorithm: str) -> str:
    """Where OpenSSH keeps the public half of a host key: by its kind, whatever the signature."""
    kind = next((kind for kind in ("ed25519", "ecdsa", "dsa") if kind in algorithm), "rsa")
    return f"/etc/ssh/ssh_host_{kind}_key.pub"


class AskingByDialogs:
    """`imaging.guest.interface.Asking` for the screen; to be used in a worker, for it waits for the user."""

    def __init__(self, app: App[Any], instance_name: str) -> None:
        """Ask on this application's screen, about the way into this instance."""
        self._app = app
        self._name = shortened(one_line(instance_name), _NAME_CELLS, cut="…")
        self.refused = False
        """Whether the user did not accept a host key: nobody needs to be told of that as of an error."""

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        """As whom to log in, when no guess was let in."""
        tried = ", ".join(one_line(guess) for guess in guesses) or "nobody"
        sentence = f"{one_line(address)} let none of these in: {tried}. As whom shall the console log in?"
        return await self._app.push_screen_wait(AskTextScreen(f"Log in to {self._name}", sentence)) or None

    async def host_key(self, question: HostKeyQuestion) -> bool:
        """Whether a host key is the right one."""
        asked = Question(
            title=f"Unknown host key on the way to {self._name}",
            sentence=f"{one_line(question.address)} shows a host key that is not known here yet. Is it the right one?",
            details="\n\n".join(
                (
                    f"{question.algorithm} {question.fingerprint}",
                    question.console,
                    f"The machine itself shows it with:\nssh-keygen -lf {_host_key_file(question.algorithm)}",
                    "With yes it is added to known_hosts, and not asked for again.",
                )
            ),
        )
        answer: bool | None = await self._app.push_screen_wait(ConfirmScreen(asked))
        self.refused = answer is not True
        return answer is True

    async def passphrase(self, key_file: Path) -> str | None:
        """The passphrase of a private key."""
        prompt = f"Passphrase of {one_line(str(key_file))}"
        return await self._app.push_screen_wait(
            SecretScreen(prompt, title="Private key", note="Kept in memory until this look is over. Escape: without.")
        )
