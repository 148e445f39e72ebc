"""All rules, in the order of the page and then beyond it."""

from __future__ import annotations

from imaging.guidelines.rule import Chapter, Rule
from imaging.guidelines.rules import description, name, operating_system, status, volumes

_CHAPTERS = tuple(Chapter)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (*operating_system.RULES, *name.RULES, *description.RULES, *status.RULES, *volumes.RULES),
        key=lambda rule: _CHAPTERS.index(rule.chapter),
    )
)
"""By chapter; within a chapter in the order in which its module names them."""

_BY_ID = {rule.id: rule for rule in RULES}


def rule_named(rule_id: str) -> Rule:
    """The rule with this id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[rule_id]
