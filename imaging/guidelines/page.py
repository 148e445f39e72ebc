"""The guidelines page, sentence by sentence, and `docs/guidelines.md` that shows which rules answer each.

`python -m imaging.guidelines.page > docs/guidelines.md` writes the document again after a rule has changed.
"""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from importlib import resources

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.rule import Chapter, Rule
from imaging.guidelines.tables import treatments
from models.base import Frozen
from models.findings import AskedFor, Source

_INTRODUCTION = """\
# The imaging guidelines, sentence by sentence

The page *Imaging Guidelines* of Jetstream, whole and in its own words, every sentence with a number. Below each
stand the rules that answer it, or the reason why it needs none. The rules beyond the page follow at the end.

How a rule is answered: **C** by what the cloud tells, **G** by an inspection of the guest (before that such a rule is
*unknown*, and says which command answers it by hand), **U** by the user's confirmation.
Severities: *block* keeps a run from starting unless a step of the run fixes it or `--waive RULE=WHY` covers it;
*warn* and *info* do not; *ask* wants the user's confirmation, `--attest RULE`. A profile may change a severity, or
leave a rule out (see [profiles](profiles.md)). The default profile, `jetstream`, is this page word for word.

Two of the page's sentences turn around on a cloud where the image is a plain snapshot, as on every cloud where users
make images themselves: S30 (*directories are deleted*) and S35 (*files are overwritten*). A plain image keeps all of
them and hands them to everybody who launches it, so their rules ask what will be in the image. A sealed one
(`--mode sealed`) keeps the page's promise, on a temporary clone. What happens in either mode stands at each sentence.

This file is written by `python -m imaging.guidelines.page`; a test holds it against the page and the rules.
"""

_BEYOND = """\
## Rules beyond the page

What the page does not say and practice asks for: the cloud's own limits, first boots, identities, secrets.

| rule | about | severity | answered by |
| --- | --- | --- | --- |
"""


class Sentence(Frozen):
    """One sentence of the page, in its own words and markup."""

    number: str
    """`S1`, `S2`, …, in the page's order."""
    text: str
    heading: str = ""
    """Set where a section of the document begins."""
    reason: str = ""
    """Why it needs no rule; empty where rules answer it."""


@cache
def sentences() -> tuple[Sentence, ...]:
    """The whole page, in its order."""
    text = (resources.files("imaging.guidelines") / "data" / "page.toml").read_text("utf-8")
    return tuple(Sentence.model_validate(row) for row in tomllib.loads(text)["sentence"])


def rules_for(number: str) -> tuple[Rule, ...]:
    """The rules that answer a sentence."""
    return tuple(rule for rule in RULES if number in rule.sentences)


def document() -> str:
    """`docs/guidelines.md`, whole."""
    parts = [_INTRODUCTION]
    for sentence in sentences():
        if sentence.heading:
            parts.append(f"## {sentence.heading}\n")
        parts.append(f"> **{sentence.number}** {sentence.text}\n\n{_answered_by(sentence)}\n{_treated(sentence)}")
    beyond = "".join(_row(rule) for rule in RULES if not rule.sentences)
    unwaivable = ", ".join(f"`{rule.id}`" for rule in RULES if not rule.waivable)
    asked, states = _ASKED.format(asked=_asked()), _UNWAIVABLE.format(rules=unwaivable)
    return "\n".join([*parts, asked, states, f"{_BEYOND}{beyond}"])


_ASKED = """\
## What is asked of the user

{asked}"""
_UNWAIVABLE = """\
## What cannot be waived

No run can begin in such a state, not even with a reason: {rules}.
"""


def _asked() -> str:
    """The ASK rules, and by when each is asked for."""
    rows = [(rule, rule.asked_for) for rule in RULES if rule.asked_for is not None]
    when = {
        AskedFor.BEFORE_RUN: "before a run, in sealed mode only; in plain mode it does not apply",
        AskedFor.BEFORE_PUBLISHING: "before the image is published; without it the publish step alone waits",
    }
    of_an_export = "before an image is exported to a file; nothing else asks for it"
    told = ((rule, of_an_export if rule.chapter is Chapter.EXPORT else when[asked]) for rule, asked in rows if asked)
    return "".join(f"- `{rule.id}` ({rule.title}): asked for {words}.\n" for rule, words in told)


def _treated(sentence: Sentence) -> str:
    """What becomes of what the sentence names, in either mode; empty for the others."""
    row = treatments().get(sentence.number)
    return f"\nIn a plain image: {row.plain}. In a sealed one: {row.sealed}.\n" if row is not None else ""


def _answered_by(sentence: Sentence) -> str:
    rules = rules_for(sentence.number)
    if not rules:
        return f"No rule: {sentence.reason}"
    return "\n".join(f"- `{rule.id}` {rule.title} ({rule.severity.value}, {_letter(rule)})" for rule in rules)


def _row(rule: Rule) -> str:
    return f"| `{rule.id}` | {rule.title} | {rule.severity.value} | {_letter(rule)} |\n"


def _letter(rule: Rule) -> str:
    """Who can answer a rule."""
    if rule.asked_for is not None:
        return "U"
    return "G" if rule.answered_by is Source.GUEST else "C"


if __name__ == "__main__":
    sys.stdout.write(document())
