"""The rules that only a look inside the instance can answer: a table, and *unknown* until the console looks."""

from __future__ import annotations

import tomllib
from importlib import resources

from imaging.guidelines.rule import Answer, Chapter, Rule, unknown
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


def _rule(row: GuestRow) -> Rule:
    def judge(_facts: InstanceFacts, _profile: Profile) -> Answer:
        return unknown(
            "Not looked at: only the guest can tell.", "In the guest:", command=row.look, source=Source.GUEST
        )

    return Rule(row.id, row.chapter, row.title, row.sentences, row.severity, judge, answered_by=Source.GUEST)


def _rows() -> tuple[GuestRow, ...]:
    text = (resources.files("imaging.guidelines") / "data" / "guest.toml").read_text("utf-8")
    return tuple(GuestRow.model_validate(row) for row in tomllib.loads(text)["rule"])


RULES = tuple(_rule(row) for row in _rows())
