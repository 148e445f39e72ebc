"""The rules that only a look inside the instance can answer: a table of what they ask, and a judge for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources

from imaging.guidelines.guest_facts import not_read
from imaging.guidelines.rule import Answer, Chapter, Judge, Rule, UnreadError
from imaging.guidelines.rules.inside import JUDGES
from models.base import Frozen
from models.facts import InstanceFacts
from models.findings import Severity, Source
from models.profile import Profile


class GuestRow(Frozen):
    """One row of `data/guest.toml`."""

    id: str
    chapter: Chapter
    title: str
    sentences: tuple[str, ...]
    severity: Severity
    look: str
    """A command that answers it by hand and changes nothing."""


def rows() -> tuple[GuestRow, ...]:
    """The table, in its order."""
    text = (resources.files("imaging.guidelines") / "data" / "guest.toml").read_text("utf-8")
    return tuple(GuestRow.model_validate(row) for row in tomllib.loads(text)["rule"])


def _rule(row: GuestRow, judges: Mapping[str, Judge]) -> Rule:
    judge = judges[row.id]

    def looked(facts: InstanceFacts, profile: Profile) -> Answer:
        try:
            return judge(facts, profile)
        except UnreadError as unread:
            if unread.fact is facts.guest or unread.fact.source is Source.GUEST:
                return not_read(facts, unread.fact, row.look)
            raise

    return Rule(row.id, row.chapter, row.title, row.sentences, row.severity, looked, answered_by=Source.GUEST)


RULES = tuple(_rule(row, JUDGES) for row in rows())
