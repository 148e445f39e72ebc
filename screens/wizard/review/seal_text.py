"""What the review says about the seal: what goes and what is kept, or that a plain image holds all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.formatting import counted
from models.run.plan import Plan
from models.run.request import Mode
from models.seal.plan import SealPlan
from models.words.seal_table import INCLUDED, LOST, free_space_line, seal_table
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.wizard.pages.content_rows import SAVED_ELSEWHERE
from screens.wizard.review.rows import Item, heading
from screens.wizard.state import WizardState
from screens.wizard.targets import PageName, Target

_DIGEST_SHOWN = 16
_CONTENT = Target(PageName.CONTENT)


def seal_items(state: WizardState, plan: Plan, glyphs: Glyphs) -> Sequence[Item]:
    """The section; every line leads to the page of the content."""
    if plan.request.mode is Mode.SEALED:
        return [heading("The seal, in a temporary clone"), *_sealed(state, plan.seal, glyphs)]
    if plan.seal is None or not plan.seal.operations:
        return ()
    titles = [row.title for row in seal_table(plan.seal, lost=False)]
    if not titles:
        return ()
    return [heading(INCLUDED), Item(", ".join(titles), glyphs.warn, Tone.WARN, leads_to=_CONTENT)]


def _sealed(state: WizardState, seal: SealPlan | None, glyphs: Glyphs) -> Iterator[Item]:
    if seal is None or not seal.operations:
        yield Item("What it takes away is not known", glyphs.bad, Tone.BAD, leads_to=_CONTENT)
        return
    operations = counted(len(seal.operations), "operation")
    yield Item(f"{LOST}: {operations}", glyphs.folded, Tone.QUIET, leads_to=_CONTENT)
    for kept in seal.kept:
        whose = f" of {kept.owner}, without keys and histories" if kept.owner else ""
        yield Item(f"Kept: {kept.path}{whose}", glyphs.waived, Tone.WARN, leads_to=_CONTENT)
    for text in seal.impossible:
        yield Item(text, glyphs.warn, Tone.WARN, leads_to=_CONTENT)
    yield Item(free_space_line(seal), glyphs.note, Tone.QUIET, leads_to=_CONTENT)
    if not state.request.attests(SAVED_ELSEWHERE):
        yield Item("Save what you need of the homes before: s in the list", glyphs.note, Tone.QUIET, leads_to=_CONTENT)
    yield Item(f"Agreed to: {seal.digest[:_DIGEST_SHOWN]} (another plan stops the clone)", tone=Tone.QUIET)
