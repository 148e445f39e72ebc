"""The style sheets of the program, each parsed once."""

from __future__ import annotations

from typing import Final

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_parsed: Final[dict[tuple[object, ...], list[RuleSet]]] = {}
"""By the colours of the theme and the text of the sheet. Both come with the program, so there are not many."""


class StylesheetParsedOnce(Stylesheet):
    """The rules of all screens and widgets that were shown so far.

    Textual parses all of them again for each screen that brings a sheet of its own, when it is first opened.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._colours = frozenset(self._variables.items())

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
