"""The last line of every screen and dialog: the keys that work now, made from the bindings; a click is as good."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from screens.offered_keys import OfferedKey, offered_keys
from screens.style.tones import Tone, joined, toned

_BETWEEN = 2
"""Blanks between two keys."""


class KeyLine(Widget):
    """The keys of the screen that is in front; what does not fit is left to the help. Under a dialog it is empty."""

    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; padding: 0 1; background: $panel; color: $foreground; }"

    _offered: tuple[OfferedKey, ...] = ()

    def on_mount(self) -> None:
        """Follow the bindings of the screen, and what is in front of it."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.app.screen_change_signal.subscribe(self, lambda _screen: self._changed(self.screen))
        self.call_after_refresh(self._changed, self.screen)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        in_front = self.app.screen is screen
        before, self._offered = self._offered, tuple(_footer(offered_keys(screen))) if in_front else ()
        if [_label(one) for one in before] != [_label(one) for one in self._offered]:
            self.refresh()

    def render(self) -> Content:
        """As many keys as fit, the ways on and back and the help always among them."""
        parts: list[Content | str] = []
        for each in self._fitting():
            key, name = _label(each)
            parts += [toned(key, Tone.ACCENT).stylize("bold"), f" {name}", " " * _BETWEEN]
        return joined(*parts[:-1])

    async def on_click(self, event: Click) -> None:
        """A click on a key does what the key does."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        end = 0
        for each in self._fitting():
            start, end = end, end + _width(each)
            if start <= offset.x < end:
                await each.run()
                return
            end += _BETWEEN

    def _fitting(self) -> list[OfferedKey]:
        """The keys that always stand there, and of the others each for which those before it have left room."""
        shown = [one for one in self._offered if _stays(one)]
        for each in self._offered:
            if not _stays(each) and _length([*shown, each]) <= self.content_size.width:
                shown.append(each)
        return [one for one in self._offered if one in shown]


def _footer(offered: tuple[OfferedKey, ...]) -> list[OfferedKey]:
    """What the last line names: the actions, then the way back, then the help."""
    wanted = [one for one in offered if one.in_footer]
    return sorted(wanted, key=lambda one: (one.is_help, one.leads_back))


def _stays(one: OfferedKey) -> bool:
    return one.is_help or one.leads_back or one.leads_on


def _label(offered: OfferedKey) -> tuple[str, str]:
    return offered.keys[0], offered.name


def _width(offered: OfferedKey) -> int:
    key, name = _label(offered)
    return cell_len(key) + 1 + cell_len(name)


def _length(shown: list[OfferedKey]) -> int:
    return sum(_width(one) for one in shown) + _BETWEEN * max(0, len(shown) - 1)
