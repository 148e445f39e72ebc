"""The one keymap: what can be done now and by which keys, from the bindings alone.

The last line of a screen, its help and the palette are all made from this list, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, partial
from typing import Any, Protocol, cast, runtime_checkable

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_DISPLAY_ALIASES, format_key, key_to_character
from textual.screen import Screen

_WAYS_FORWARD = ("wizard.next", "wizard.start")
"""The ids of the keys by which the main job continues."""
_FIRST = ("open", "fix", "waive", "attest", "confirm", "inspect", "uninspected", "instances.image")
"""Ids, or the last parts of ids, of keys that do something about what is selected: these stand first, in this order."""
_MOVING_IDS = ("rows.", "reading.", "text.")
"""How the ids of keys that only move something begin; *open* is no such key."""


class KeyGroup(IntEnum):
    """The parts of the help, in its order."""

    ACTIONS = 0
    MOVING = 1
    EVERYWHERE = 2


@runtime_checkable
class NamesItsKeys(Protocol):
    """A widget or screen in which a key means something more exact than its binding can say."""

    def key_name(self, action: str) -> str | None:
        """What a key of this action does now; None: what its binding says."""


@dataclass(frozen=True)
class OfferedKey:
    """One thing that can be done now."""

    id: str
    name: str
    tooltip: str
    keys: tuple[str, ...]
    """As they are displayed; the first one stands in the last line of the screen."""
    group: KeyGroup
    in_footer: bool
    leads_back: bool
    """Whether escape does it."""
    leads_on: bool
    """Whether it is the way forward, which the last line names however narrow it is."""
    run: Callable[[], Awaitable[object]]
    """Does what the key does."""

    @property
    def is_help(self) -> bool:
        """Whether it opens the help, which the last line always names."""
        return self.id.endswith(".help")


def offered_keys(screen: Screen[Any]) -> tuple[OfferedKey, ...]:
    """What works on a screen now: its actions first, then moving, then what works everywhere.

    Within the actions Enter stands first, then what can be done about the finding under the cursor. In a field only
    keys that the field does not take for letters are offered.
    """
    found: dict[tuple[str, str], OfferedKey] = {}
    for node, binding in _working(screen):
        key, place = screen.app.get_key_display(binding), (str(node.css_identifier), binding.action)
        known = found.get(place)
        if known is None:
            found[place] = _offered(screen.app, node, binding, key)
        elif key not in known.keys:
            leads_back = known.leads_back or binding.key == "escape"
            found[place] = replace(known, keys=(*known.keys, key), leads_back=leads_back)
    return tuple(sorted(found.values(), key=lambda one: (one.group, _rank(one.id))))


def _rank(binding_id: str) -> int:
    names = (binding_id, binding_id.rpartition(".")[2])
    return next((place for place, name in enumerate(_FIRST) if name in names), len(_FIRST))


def _working(screen: Screen[Any]) -> Iterator[tuple[DOMNode, Binding]]:
    """The program's bindings whose keys arrive and do something, the focused widget's first."""
    focused = screen.focused
    for node, binding, enabled, _tooltip in screen.active_bindings.values():
        if binding.system or not enabled or not binding.id:
            continue
        written = focused is not None and focused.check_consume_key(binding.key, _character(binding.key))
        if binding.priority or not written:
            yield node, binding


def _character(key: str) -> str | None:
    """What a key writes; Textual itself does not know it of `slash`."""
    shown = format_key(key)
    plain = len(shown) == 1 and "+" not in key and key not in KEY_DISPLAY_ALIASES
    return key_to_character(key) or (shown if plain else None)


def _offered(app: App[Any], node: DOMNode, binding: Binding, key: str) -> OfferedKey:
    named = cast(NamesItsKeys, node).key_name(binding.action) if _names_its_keys(type(node)) else None
    return OfferedKey(
        id=binding.id or "",
        name=named or binding.description,
        tooltip=binding.tooltip or binding.description,
        keys=(key,),
        group=_group(node, binding),
        in_footer=binding.show,
        leads_back=binding.key == "escape",
        leads_on=binding.id in _WAYS_FORWARD,
        run=partial(app.run_action, binding.action, node),
    )


@cache
def _names_its_keys(kind: type[DOMNode]) -> bool:
    """Asked once of each class: Python looks a Protocol up name by name, and each change of the focus asks for it."""
    return issubclass(kind, NamesItsKeys)


def _group(node: DOMNode, binding: Binding) -> KeyGroup:
    if isinstance(node, App) or binding.action.startswith("app."):
        return KeyGroup.EVERYWHERE
    moves = (binding.id or "").startswith(_MOVING_IDS) and binding.id != "rows.open"
    return KeyGroup.MOVING if moves else KeyGroup.ACTIONS
