"""The user's own tests over a form: the list of the wizard in a dialog, and what the test launch comes to with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from models.run.request import RunRequest
from screens.dialogs.dialog import Dialog
from screens.own_tests.listing import OwnTests


class OwnTestsScreen(Dialog[None]):
    """Tells the form at once of each change, so that its plan is made again while the dialog is open."""

    TITLE = "Your tests"
    DEFAULT_CSS = """
    OwnTestsScreen OwnTests { max-height: 10; }
    OwnTestsScreen #test-said { height: auto; margin-top: 1; }
    """

    def __init__(
        self, request: RunRequest, told: Content, changed: Callable[[Mapping[str, object]], None], *, asks_base: bool
    ) -> None:
        """Begin with what a request has.

        Args:
            request: names the tests.
            told: what the test launch comes to with them.
            changed: told which fields of the request the user wants to be changed.
            asks_base: whether the image may go back to another one.
        """
        super().__init__()
        self._request, self._told, self._changed = request, told, changed
        self._asks_base = asks_base

    def compose_body(self) -> ComposeResult:
        """The list, and what it comes to."""
        yield OwnTests(self._request, asks_base=self._asks_base, glyphs=self.glyphs, id="own-tests")
        yield Static(self._told, id="test-said", markup=False)

    def on_mount(self) -> None:
        """Begin in the list."""
        self.query_one(OwnTests).focus()

    def put(self, request: RunRequest, told: Content) -> None:
        """Show the request as it is now, and what it comes to."""
        if self.is_mounted:
            self.query_one(OwnTests).put(request)
            self.query_one("#test-said", Static).update(told)

    @on(OwnTests.Wanted)
    def _wanted(self, event: OwnTests.Wanted) -> None:
        event.stop()
        self._changed(event.update)
