"""Asks for a secret that is neither configured nor in the keyring. It stays in memory and is never shown."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from models.text import many_lines
from screens.dialogs.dialog import Dialog
from screens.style.tones import Tone, joined, toned
from screens.widgets.entry import Entry


class SecretScreen(Dialog[str]):
    """Gives the secret, or None when the user does not want to log in."""

    def __init__(
        self,
        prompt: str,
        *,
        title: str = "Login",
        note: str = "Kept in memory only, until the console ends.",
    ) -> None:
        """Ask with this sentence; the note says what becomes of the secret."""
        super().__init__()
        self._prompt, self._title, self._note = prompt, title, note

    @property
    def heading(self) -> str:
        """What the secret is for."""
        return self._title

    def compose_body(self) -> ComposeResult:
        """The sentence and a field that shows no letters."""
        yield Static(joined(many_lines(self._prompt)), markup=False)
        yield Entry(password=True, enter="Continue", id="secret")
        yield Static(toned(self._note, Tone.QUIET), markup=False)

    @on(Entry.Submitted, "#secret")
    def _given(self, event: Entry.Submitted) -> None:
        event.stop()
        if event.value:
            self.dismiss(event.value)
