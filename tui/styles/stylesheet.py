"""The style sheets of the program, each parsed once, and each rule matched once against widgets that are alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

from textual.app import App
from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.dom import DOMNode

from tui.styles.known import ROOT, Candidates, KnownStyles, known_styles, step

_parsed: Final[dict[tuple[object, ...], list[RuleSet]]] = {}
"""By the colours of the theme and the text of the sheet. Both come with the program, so there are not many."""


class StylesheetParsedOnce(Stylesheet):
    """The rules of all screens and widgets that were shown so far.

    Textual parses all of them again for each screen that brings a sheet of its own, when it is first opened.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._colours = frozenset(self._variables.items())
        self._known = known_styles([])
        self._meant: Candidates | None = None
        """The rules that Textual is shown instead of all, while it matches them against one widget."""
        self._paths: dict[DOMNode, int] = {}
        self._keeps_paths = False
        """The paths of widgets, for as long as nothing of them can change."""
        self._parts_of: WeakKeyDictionary[DOMNode, tuple[KnownStyles, int | None]] = WeakKeyDictionary()
        """For which rules and path the parts of a widget have their styles."""
        self._depends_on_place = False

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of another theme."""
        super().set_variables(variables)
        self._colours = frozenset(variables.items())

    def reparse(self) -> None:
        """Parse what was not yet parsed with the present colours."""
        self.parse()

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,  # as Textual calls it
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (self._colours, css, read_from, is_default_rules, tie_breaker, scope)
        found = _parsed.get(key)
        if found is None:
            found = _parsed[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return found

    @property
    def rules(self) -> list[RuleSet]:
        """All rules, or those that could be meant."""
        return super().rules if self._meant is None else self._meant.rules

    @property
    def rules_map(self) -> dict[str, list[RuleSet]]:
        """The rules by what they are about."""
        return super().rules_map if self._meant is None else {"*": self._meant.rules}

    def parse(self) -> None:
        """Parse what was not yet parsed."""
        super().parse()
        self._known = known_styles(self._rules)

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        """Style these widgets, whose paths do not change meanwhile."""
        self._keeps_paths = True
        try:
            super().update_nodes(nodes, animate)
        finally:
            self._keeps_paths = False
            self._paths.clear()

    def apply(
        self,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[Any, ...], RulesMap] | None = None,  # noqa: ARG002  # Textual's, for one batch of widgets
    ) -> None:
        """Style a widget: as another one of the same path was styled, or as Textual does."""
        meant = self._candidates(node)
        path = None if meant.depend_on_place else self._path(node)
        self._depends_on_place |= path is None
        found = None if path is None else self._known.by_path.get(path)
        if found is None:
            found = self._match(node, meant, animate)
            if path is not None and found is not None:
                self._known.remember(path, found)
            return
        meant.mark(node)
        self.replace_rules(node, found, animate=animate)
        self._process_component_classes(node)

    def _candidates(self, node: DOMNode) -> Candidates:
        rules, by_name = super().rules, super().rules_map
        names = frozenset(by_name.keys() & node._selector_names)
        found = self._known.candidates.get(names)
        if found is None:
            wanted = {rule for name in names for rule in by_name[name]}
            found = self._known.candidates[names] = Candidates.among(rules, wanted)
        return found

    def _path(self, node: DOMNode) -> int | None:
        """What the rules that match depend on, as a number; None outside of an application."""
        found = self._paths.get(node)
        if found is None:
            parent = node._parent
            above = self._path(parent) if isinstance(parent, DOMNode) else ROOT if isinstance(node, App) else None
            found = None if above is None else step(above, node)
            if self._keeps_paths and found is not None:
                self._paths[node] = found
        return found

    def _match(self, node: DOMNode, meant: Candidates, animate: bool) -> RulesMap | None:
        """Let Textual match these rules, and tell what it found unless that depends on the place."""
        found: dict[tuple[Any, ...], RulesMap] = {}
        self._meant = meant
        try:
            super().apply(node, animate=animate, cache=found)
        finally:
            self._meant = None
        return next(iter(found.values()), None)

    def _process_component_classes(self, node: DOMNode) -> None:
        """Style the parts of a widget, such as its cursor, unless they are styled so already."""
        self._meant = None
        if not node._get_component_classes():
            return
        styled = (self._known, self._path(node))
        if node._component_styles and self._parts_of.get(node) == styled:
            return
        kept, self._paths = self._paths, {} if styled[1] is None else {node: styled[1]}
        outer, self._depends_on_place = self._depends_on_place, False
        super()._process_component_classes(node)
        if self._depends_on_place:
            self._parts_of.pop(node, None)
        else:
            self._parts_of[node] = styled
        self._paths, self._depends_on_place = kept, outer
