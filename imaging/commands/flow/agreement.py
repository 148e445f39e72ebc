"""Before a run starts: whether the user agrees to the plan."""

from __future__ import annotations

import sys

from imaging.commands.output.checklist_text import Page
from imaging.commands.output.plan_text import plan_lines
from imaging.commands.output.prompts import agreed, is_interactive
from imaging.commands.output.streams import message_width, say
from models.errors import UsageError
from models.findings import AskedFor
from models.run.obstacle import Obstacle
from models.run.plan import Plan
from screens.style.glyphs import glyphs_for


def require_confirmation(*, yes: bool, instead: str = "") -> None:
    """Refuse at once, before anything is asked of the cloud, where nobody can be asked and nobody agreed.

    Args:
        yes: the user agreed beforehand.
        instead: what else could be done, as the end of a sentence.

    Raises:
        UsageError: that is so.
    """
    if not yes and not is_interactive():
        raise UsageError(
            "Confirmation needed, but standard input is not a terminal.",
            meaning="Nothing was changed.",
            remedy=f"Add --yes to agree beforehand{instead}.",
        )


def show_plan(plan: Plan, blocked: tuple[Obstacle, ...] = ()) -> None:
    """Say on standard error what keeps it from starting, what would be done, and which words will be missed later."""
    for line in plan_lines(plan, commands=False, blocked=blocked, page=_page()):
        say(line.text, hanging=line.hanging)
    for finding in plan.checklist.findings if plan.checklist else ():
        if finding.awaits_confirmation and finding.asked_for is AskedFor.BEFORE_PUBLISHING:
            say(f"Note: the image stays private unless you confirm: --attest {finding.rule} ({finding.title}).")


def _page() -> Page:
    return Page(glyphs_for(sys.stderr.encoding), message_width())


def agree(*, yes: bool) -> bool:
    """Whether the user agrees to the plan that was shown."""
    if yes:
        return True
    if agreed("Start?"):
        return True
    say("Nothing was changed.")
    return False
