"""Before a run starts: what stands against it, and whether the user agrees to the plan."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.commands.output import say
from imaging.commands.plan_text import plan_lines
from imaging.commands.prompting import agreed, somebody_is_there
from models.errors import ImagingError, RunError, UsageError
from models.findings import AskedFor, Checklist, Finding
from models.plan import Plan


def refuse_unasked(*, yes: bool, instead: str = "") -> None:
    """Refuse at once, before anything is asked of the cloud, where nobody can be asked and nobody agreed.

    Args:
        yes: the user agreed beforehand.
        instead: what else could be done, as the end of a sentence.

    Raises:
        UsageError: that is so.
    """
    if not yes and not somebody_is_there():
        raise UsageError(
            "Nobody is at a terminal to agree to what would be done.",
            meaning="Nothing was changed.",
            remedy=f"Add --yes to go without being asked{instead}.",
        )


def refusal(plan: Plan) -> ImagingError | None:
    """Why a run by this plan cannot start; None if it can."""
    if (missing := _missing_network(plan)) is not None:
        return missing
    if plan.checklist is None:
        return None
    return _blocked(plan.checklist) or _words_missing(plan.checklist)


def _missing_network(plan: Plan) -> UsageError | None:
    test = plan.test
    if test is None or test.refused_because or test.network is not None or not test.networks:
        return None
    choices = ", ".join(f"{network.name} ({network.id})" for network in test.networks)
    return UsageError(
        "It is not clear on which network the test instance is to be launched.",
        meaning="Nothing was changed.",
        remedy=f"Name one with --network: {choices}.",
    )


def _blocked(checklist: Checklist) -> RunError | None:
    blocking = [finding for finding in checklist.findings if finding.blocks]
    if not blocking:
        return None
    return RunError(
        f"The guidelines ({checklist.profile}) do not allow it: "
        + _sentences(f"{finding.rule}: {finding.evidence}" for finding in blocking),
        meaning="Nothing was changed.",
        remedy=" ".join(_remedy(finding) for finding in blocking),
    )


def _remedy(finding: Finding) -> str:
    remedy = finding.remedy
    words = f"{remedy.text}{f' ({remedy.command})' if remedy.command else ''}" if remedy else "put it right"
    return f"{finding.rule}: {_sentences([words])} Or go on in spite of it: --waive {finding.rule}=WHY."


def _sentences(parts: Iterator[str] | list[str]) -> str:
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)


def _words_missing(checklist: Checklist) -> RunError | None:
    missing = [
        finding for finding in checklist.findings if finding.awaits_word and finding.asked_for is AskedFor.BEFORE_RUN
    ]
    if not missing:
        return None
    return RunError(
        "Your word is needed before the run: "
        + _sentences(f"{finding.rule}: {finding.evidence}" for finding in missing),
        meaning="Nothing was changed.",
        remedy="If that is so, add " + " ".join(f"--attest {finding.rule}" for finding in missing) + ".",
    )


def tell_plan(plan: Plan) -> None:
    """Say on standard error what would be done, and which words will be missed later."""
    for line in plan_lines(plan, commands=False):
        say(line)
    for finding in plan.checklist.findings if plan.checklist else ():
        if finding.awaits_word and finding.asked_for is AskedFor.BEFORE_PUBLISHING:
            say(f"Note: the image stays private unless you give your word: --attest {finding.rule} ({finding.title}).")


def agree(*, yes: bool) -> bool:
    """Whether the user agrees to the plan that was shown."""
    if yes:
        return True
    if agreed("Go?"):
        return True
    say("Nothing was changed.")
    return False
