"""Asks the user, by dialogs, what a login to a guest needs: a user's name, trust in a host key, a passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App

from imaging.guest.host_keys import names
from imaging.guest.interface import HostKeyQuestion, MachineQuestion
from models.text import one_line
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.secret import SecretScreen
from screens.widgets.columns import shortened

_NAME_CELLS = 24
"""What the instance's name takes of a dialog's frame at most, in cells."""


def _host_key_file(algorithm: str) -> str:
    """Where OpenSSH keeps the public half of a host key: by its kind, for any signature."""
    kind = next((kind for kind in ("ed25519", "ecdsa", "dsa") if kind in algorithm), "rsa")
    return f"/etc/ssh/ssh_host_{kind}_key.pub"


def _machine_question(question: MachineQuestion) -> Question:
    if question.is_other:
        return Question(
            title="Not the expected machine",
            sentence=f"{question.address} is not {question.instance}.",
            details="\n\n".join(
                (
                    f"{question.said} {question.instance} is {question.instance_id}.",
                    "Its address may now belong to another instance. Nothing else was read, and nothing was changed.",
                )
            ),
            typed=question.typed,
        )
    return Question(
        title="Which machine is this?",
        sentence=f"Cannot confirm that {question.address} is {question.instance}. Is it the right machine?",
        details="\n\n".join(
            (
                f"{question.said} {question.instance} is {question.instance_id}.",
                "If you answer yes, you are not asked again while its host key stays the same.",
            )
        ),
    )


class DialogQuestions:
    """`imaging.guest.interface.Asking` for the screen; to be used in a worker, for it waits for the user."""

    def __init__(self, app: App[Any], instance_name: str) -> None:
        """Ask on this application's screen, about the login to this instance."""
        self._app = app
        self._name = shortened(instance_name, _NAME_CELLS, cut="…")
        self.refused = False
        """Whether the user did not accept a host key or a machine: nobody needs to be told about it as an error."""
        self._machines: dict[MachineQuestion, bool] = {}

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        """As whom to log in, when no guess was let in."""
        tried = ", ".join(guesses)
        failed = f"{address} rejected every login: {tried}." if tried else "No user name is known."
        sentence = f"{failed} Which user should the console log in as?"
        details = ""
        while True:
            asked = AskTextScreen(f"Log in to {self._name}", sentence, details=details)
            named: str = await self._app.push_screen_wait(asked) or ""
            if not named or names.is_user(named):
                return named or None
            details = f"{one_line(named, 60)}: {names.USER_FORM}"

    async def host_key(self, question: HostKeyQuestion) -> bool:
        """Whether a host key is the right one."""
        asked = Question(
            title=f"Unknown host key for {self._name}",
            sentence=f"{question.address} has a host key that is not in known_hosts. Is it the right one?",
            details="\n\n".join(
                (
                    f"{question.algorithm} {question.fingerprint}",
                    question.console,
                    f"On the machine itself, this shows it:\nssh-keygen -lf {_host_key_file(question.algorithm)}",
                    "If you answer yes, it is added to known_hosts and you are not asked again.",
                )
            ),
        )
        answer: bool | None = await self._app.push_screen_wait(ConfirmScreen(asked))
        self.refused = answer is not True
        return answer is True

    async def machine(self, question: MachineQuestion) -> bool | None:
        """Whether a machine is the right one all the same; asked once on one way."""
        if question not in self._machines:
            self._machines[question] = (
                await self._app.push_screen_wait(ConfirmScreen(_machine_question(question))) is True
            )
        self.refused = not self._machines[question]
        return self._machines[question]

    async def passphrase(self, key_file: Path) -> str | None:
        """The passphrase of a private key."""
        prompt = f"Passphrase of {one_line(str(key_file))}"
        return await self._app.push_screen_wait(
            SecretScreen(
                prompt, title="Private key", note="Kept in memory for this inspection only. Escape skips the key."
            )
        )
