"""The status line of the wizard: the one thing that the user should know now."""

from __future__ import annotations

from screens.style.tones import Tone
from screens.wizard.review.text import obstacles_line
from screens.wizard.state import WizardState


def status_of(state: WizardState, *, not_kept: str, restored_at: str) -> tuple[str, Tone]:
    """What is said, and how.

    Args:
        state: what the wizard knows.
        not_kept: why what was entered is not kept; empty where it is.
        restored_at: when what was restored had been entered; empty once that has been read.
    """
    found = state.obstacles
    if not_kept:
        return f"Not kept: {not_kept}", Tone.WARN
    if state.lapsed:
        rules = ", ".join(waiver.rule for waiver in state.lapsed)
        return f"Waive again, what was found has changed: {rules}", Tone.WARN
    restored = f"Restored what you entered at {restored_at}; ctrl+r discards it." if restored_at else ""
    if news := state.mode_note or restored:
        return news, Tone.ACCENT
    if found:
        return obstacles_line(found), Tone.WARN
    if state.checklist is None:
        return "Reading the instance", Tone.QUIET
    return "Nothing has been changed yet.", Tone.QUIET
