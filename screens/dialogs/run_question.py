"""Asks whether a run may start; where none can, says why instead: there is nothing to agree to then."""

from __future__ import annotations

from typing import Any

from models.run.plan import Plan
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.dialog import Dialog
from screens.dialogs.notice import NoticeScreen


def run_question(plan: Plan, question: Question) -> Dialog[Any]:
    """The question, or the notice that keeps it from being asked; only a yes gives True.

    Args:
        plan: what would be run.
        question: what is asked where it can start.
    """
    from imaging.runs.plan.start_gate import obstacles, refusal  # noqa: PLC0415  # not for the first paint

    error = refusal(obstacles(plan))
    if error is None:
        return ConfirmScreen(question)
    return NoticeScreen(question.title, error.what, ("What this means", error.meaning), ("What to do", error.remedy))
