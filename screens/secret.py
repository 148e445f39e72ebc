"""Asks for a secret that is neither configured nor in the keyring. It stays in memory and is never shown."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from models.text import many_lines
from screens.dialog import Dialog
from screens.tones import Tone, joined, toned
from screens.widgets.entry import Entry


class SecretScreen(Dialog[str]):
    """Gives the secret, or None when the user does not want to log in."""

    TITLE = "Login"

    def __init__(self, prompt: str) -> None:
        """Ask with this sentence."""
        super().__init__()
        self._prompt = prompt

    def compose_body(self) -> ComposeResult:
        """The sentence and a field that shows no letters."""
        yield Static(joined(many_lines(self._prompt)), markup=False)
        yield Entry(password=True, id="secret")
        yield Static(
            toned("Kept in memory only, until the console ends. `imaging login` keeps it in the keyring.", Tone.QUIET),
            markup=False,
        )

    @on(Entry.Submitted, "#secret")
    def _given(self, event: Entry.Submitted) -> None:
        event.stop()
        if event.value:
            self.dismiss(event.value)
