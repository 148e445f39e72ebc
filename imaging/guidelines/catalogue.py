"""All rules, in the order of the page and then beyond it."""

from __future__ import annotations

from itertools import chain

from imaging.guidelines.rule import Chapter, Rule
from imaging.guidelines.rules import (
    description,
    directories,
    export,
    guest,
    image_format,
    keeping,
    login,
    name,
    operating_system,
    owner,
    properties,
    quota,
    size,
    software,
    status,
    volumes,
)

_MODULES = (
    operating_system,
    image_format,
    software,
    name,
    description,
    status,
    keeping,
    volumes,
    owner,
    directories,
    size,
    export,
    properties,
    quota,
    login,
    guest,
)
_CHAPTERS = tuple(Chapter)

RULES: tuple[Rule, ...] = tuple(
    sorted(chain.from_iterable(module.RULES for module in _MODULES), key=lambda rule: _CHAPTERS.index(rule.chapter))
)
"""By chapter; within a chapter those that the cloud can answer before those that need a look inside the guest."""

_BY_ID = {rule.id: rule for rule in RULES}


def rule_named(rule_id: str) -> Rule:
    """The rule with this id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[rule_id]
