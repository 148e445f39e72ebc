"""The fixed lines of every screen: where you are, how things stand, which keys help; and the notice of a small one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from models.text import one_line
from screens.glyphs import UNICODE, Glyphs
from screens.tones import Tone, joined, toned

if TYPE_CHECKING:
    from textual.binding import Binding

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
_LEAST_RIGHT = 12
"""Cells below which the right end of a line is left out."""


class _Line(Widget):
    """One line whose two ends are set apart; the right end gives way where both do not fit."""

    DEFAULT_CSS = "_Line { height: 1; width: 1fr; padding: 0 1; }"

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._left = Content("")
        self._right = Content("")

    def put(self, left: Content, right: Content | None = None) -> None:
        """Show these; nothing is drawn when they are the same as before."""
        right = right or Content("")
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Content:
        """Left end, blanks, right end."""
        width = self.content_size.width
        ellipsis = not self._glyphs.ascii
        left = self._left.truncate(width, ellipsis=ellipsis)
        rest = width - left.cell_length
        right = self._right.truncate(max(0, rest - 2), ellipsis=ellipsis) if rest > _LEAST_RIGHT else Content("")
        return joined(left, " " * (rest - right.cell_length), right)


class TitleLine(_Line):
    """On top: the modes, or the way to a screen that was opened, and who is logged in where."""

    DEFAULT_CSS = "TitleLine { background: $panel; color: $foreground; }"


class StatusLine(_Line):
    """Above the keys: what is shown, from when it is, and what went wrong."""

    DEFAULT_CSS = "StatusLine { color: $text-muted; }"

    def say(self, text: str, tone: Tone = Tone.QUIET, *, right: str = "") -> None:
        """Say how things stand; texts are taken literally."""
        plain = self._glyphs.plain
        self.put(toned(plain(one_line(text)), tone), toned(plain(one_line(right)), Tone.QUIET))


class KeyLine(Widget):
    """At the bottom: the keys that make sense now, from the bindings; what does not fit is left to the help."""

    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; padding: 0 1; background: $panel; color: $foreground; }"

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self._shown: tuple[tuple[str, str], ...] = ()
        self.call_after_refresh(self._changed, self.screen)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        keys = _keys(screen, self.app.get_key_display)
        if keys != self._shown:
            self._shown = keys
            self.refresh()

    def render(self) -> Content:
        """As many keys as fit, the last one (help) always among them."""
        shown = list(getattr(self, "_shown", ()))
        while len(shown) > 1 and _length(shown) > self.content_size.width:
            shown.pop(-2)
        parts: list[Content | str] = []
        for key, description in shown:
            parts += [toned(key, Tone.ACCENT).stylize("bold"), f" {description}", "  "]
        return joined(*parts[:-1])


def _keys(screen: Screen[object], display: object) -> tuple[tuple[str, str], ...]:
    """The bindings to be shown: those of the focus first, those of the application last."""
    found: dict[str, tuple[str, str]] = {}
    for _node, binding, enabled, _tooltip in screen.active_bindings.values():
        if binding.show and enabled and binding.action not in found:
            found[binding.action] = (_display(binding, display), binding.description)
    ordered = sorted(found.items(), key=lambda item: item[0].endswith("help"))
    return tuple(pair for _action, pair in ordered)


def _display(binding: Binding, display: object) -> str:
    return binding.key_display or str(display(binding) if callable(display) else binding.key)


def _length(shown: list[tuple[str, str]]) -> int:
    return sum(cell_len(key) + 1 + cell_len(description) for key, description in shown) + 2 * (len(shown) - 1)


class TooSmall(Widget):
    """Covers everything where the terminal is too small to be of use."""

    DEFAULT_CSS = """
    TooSmall { display: none; layer: notice; width: 100%; height: 100%; padding: 1 2; background: $background; }
    """

    def render(self) -> Content:
        """How much is needed and how much there is."""
        have = self.app.size
        return Content(
            f"This terminal has {have.width} x {have.height} characters.\n"
            f"The Imaging Console needs at least {LEAST_WIDTH} x {LEAST_HEIGHT}."
        )
