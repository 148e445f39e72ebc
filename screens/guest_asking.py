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


class AskingByDialogs:
    """`imaging.guest.interface.Asking` for the screen; to be used in a worker, for it waits for the user."""

    def __init__(self, app: App[Any]) -> None:
        """Ask on this application's screen."""
        self._app = app

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        """As whom to log in, when no guess was let in."""
        tried = ", ".join(one_line(guess) for guess in guesses) or "nobody"
        sentence = f"{one_line(address)} let none of these in: {tried}. As whom shall the console log in?"
        return await self._app.push_screen_wait(AskTextScreen("Log in to the instance", sentence)) or None

    async def host_key(self, question: HostKeyQuestion) -> bool:
        """Whether a host key is the right one."""
        asked = Question(
            title="Unknown host key",
            sentence=f"{one_line(question.address)} shows a host key that is not known here yet. Is it the right one?",
            details=f"{question.algorithm} {question.fingerprint}\n\n{question.console}",
        )
        answer: bool | None = await self._app.push_screen_wait(ConfirmScreen(asked))
        return answer is True

    async def passphrase(self, key_file: Path) -> str | None:
        """The passphrase of a private key."""
        prompt = f"Passphrase of {one_line(str(key_file))}"
        return await self._app.push_screen_wait(
            SecretScreen(prompt, title="Private key", note="Kept in memory until this look is over. Escape: without.")
        )
