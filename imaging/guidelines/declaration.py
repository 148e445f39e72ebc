"""How a rule is declared: by `@rule(…)` at the function that judges it, for cloud and guest alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType

from imaging.guidelines.guest.facts import is_not_running, not_read
from imaging.guidelines.rule import Answer, Chapter, Judge, Rule, UnreadError, not_applicable
from models.findings import AskedFor, Severity, Source
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.steps import StepName

_CHAPTERS = tuple(Chapter)


def rule(
    rule_id: str,
    chapter: Chapter,
    title: str,
    severity: Severity,
    *,
    sentences: tuple[str, ...] = (),
    asked_for: AskedFor | None = None,
    by_hand: str | None = None,
    of_what_runs: bool = False,
    settled_by: StepName | None = None,
    waivable: bool = True,
) -> Callable[[Judge], Rule]:
    """Make a rule of the function that judges it; it counts once the list of modules has its module.

    Nothing is registered here: a rule that nobody imports would be missing from the checklist without a word.

    Args:
        rule_id: such as `VOL-DETACHED`; the function is called the same, in small letters (`vol_detached`).
        chapter: where it stands in the checklist.
        title: what it is about, in a few words that say nothing of the outcome; of an ASK rule the statement that
            the user confirms.
        severity: the worst that it can come to.
        sentences: the numbers of the page's sentences that it answers; none for a rule beyond the page.
        asked_for: set on ASK rules: by when the user has to confirm.
        by_hand: for a rule that only the guest can answer: the command that answers it by hand and changes nothing.
        of_what_runs: whether it asks what a stop would lose: it does not apply to an image file, of which nothing runs.
        settled_by: the step after which it no longer matters that nobody could answer it.
        waivable: False of a state in which no run can begin, not even with a reason.
    """

    def declared(judge: Judge) -> Rule:
        asked = judge if by_hand is None else _told_by_hand(judge, by_hand, of_what_runs=of_what_runs)
        return Rule(rule_id, chapter, title, sentences, severity, asked, asked_for, settled_by, by_hand, waivable)

    return declared


def rules_of(modules: Iterable[ModuleType]) -> tuple[Rule, ...]:
    """The rules that modules declare, in the order of the page: by chapter, then by module, then as declared.

    The page's chapter *System files* is itself a list, a sentence for each file: there its order counts, because the
    judges of neighbours in it lie in different modules.
    """
    found = (each for module in modules for each in vars(module).values() if isinstance(each, Rule))
    return tuple(sorted(found, key=_place))


def _place(each: Rule) -> tuple[int, int]:
    listed = each.chapter is Chapter.SYSTEM_FILES
    return _CHAPTERS.index(each.chapter), int(each.sentences[-1].removeprefix("S")) if listed else 0


def _told_by_hand(judge: Judge, by_hand: str, *, of_what_runs: bool) -> Judge:
    """A judge that names the command where the guest was not read; what the cloud did not say is said as everywhere."""

    def judge_by_hand(facts: InstanceFacts, profile: Profile) -> Answer:
        try:
            return judge(facts, profile)
        except UnreadError as unread:
            if of_what_runs and is_not_running(facts, unread.fact):
                return not_applicable("It is an image file: nothing of it runs that could be lost.")
            if unread.fact is facts.guest or unread.fact.source is Source.GUEST:
                return not_read(facts, unread.fact, by_hand)
            raise

    return judge_by_hand
