"""What a style sheet says of a widget, remembered by all that it depends on.

Textual matches every rule that could be meant against a widget each time it opens, and against all widgets below it
each time one gets the focus; for each kind of line of a list or a field it does so once more. That was a third of the
time in which a screen opens. The result depends on the rules, and on the widget and those around it by their kinds,
ids, classes and states alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget

_MOST = 20_000
"""So much is remembered; a session has some thousands of it."""


class Numbers:
    """A number for each thing; a thing that was forgotten gets a new one."""

    def __init__(self) -> None:
        self._known: dict[object, int] = {}
        self._last = 0

    def of(self, thing: object) -> int:
        """The number of this thing, never that of another."""
        found = self._known.get(thing)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._last += 1
            found = self._known[thing] = self._last
        return found


@dataclass(frozen=True)
class Candidates:
    """The rules that a widget of some kind, id and classes could be meant by."""

    rules: list[RuleSet]
    """In the order of the sheets."""
    pseudo_classes: frozenset[str]

    @classmethod
    def among(cls, rules: Sequence[RuleSet], wanted: set[RuleSet]) -> Candidates:
        """Those of the rules that are wanted."""
        found = [rule for rule in rules if rule in wanted]
        return cls(found, frozenset().union(*(rule.pseudo_classes for rule in found)))

    @property
    def depend_on_place(self) -> bool:
        """Whether they ask for what nothing is remembered by."""
        return not self.pseudo_classes.isdisjoint(Stylesheet._EXCLUDE_PSEUDO_CLASSES_FROM_CACHE)

    def mark(self, node: DOMNode) -> None:
        """Note at the widget which of its changes the rules ask for, as Textual does; none of its place."""
        node._has_hover_style = "hover" in self.pseudo_classes
        node._has_focus_within = node._has_order_style = node._has_odd_or_even = False


@dataclass(eq=False)
class KnownStyles:
    """The results of the rules of one set of sheets; every application with these sheets shares them."""

    rules: list[RuleSet]
    """Kept, so that no other rules can be taken for these."""
    candidates: dict[frozenset[str], Candidates] = field(default_factory=dict)
    by_path: dict[int, RulesMap] = field(default_factory=dict)

    def remember(self, path: int, found: RulesMap) -> None:
        """Keep the result for a path."""
        if len(self.by_path) >= _MOST:
            self.by_path.clear()
        self.by_path[path] = found


ROOT: Final = 0
"""The path in which an application stands."""
_MOST_SHEETS = 64
_known: Final[dict[tuple[int, ...], KnownStyles]] = {}
_numbers: Final = Numbers()


def known_styles(rules: list[RuleSet]) -> KnownStyles:
    """What is known of these rules, in this order."""
    key = tuple(map(id, rules))
    found = _known.get(key)
    if found is None:
        if len(_known) >= _MOST_SHEETS:
            _known.clear()
        found = _known[key] = KnownStyles(rules)
    return found


def step(parent: int, node: DOMNode) -> int:
    """The path to a widget below one of this path; equal wherever the same rules match."""
    states: object = None
    if isinstance(node, Widget):
        states = (node.mouse_hover, node.has_focus, node.disabled, node.allow_focus())
    elif parent == ROOT:
        states = node.pseudo_classes
    return _numbers.of((parent, type(node), node._id, frozenset(node._classes), states))
