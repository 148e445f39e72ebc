"""The terminal's clipboard, and the answer to the key that sends something there."""

from __future__ import annotations

from typing import Any

from textual.app import App

from screens.widgets.lines import StatusLine


def copy_text(app: App[Any], text: str) -> None:
    """Send a text to the terminal's clipboard (OSC 52), and say so in the status line that is in sight.

    No terminal answers, so that nobody knows if it took it. Under a dialog the line of the screen below it is in sight.
    """
    app.copy_to_clipboard(text)
    first, _, more = text.partition("\n")
    for screen in reversed(app.screen_stack):
        for status in screen.query(StatusLine).results():
            status.notice(f"Sent to the terminal's clipboard: {first}{' …' if more else ''}")
            return
