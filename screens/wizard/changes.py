"""What a change of the request brings with it: pure functions from one state of the wizard to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.run.request import Mode, RunRequest, usual_mode
from screens.wizard.beginning import Beginning
from screens.wizard.state import WizardState

_FOLLOWED = {
    Mode.SEALED: "Sealed now, because others will see the image. To change that: Name page.",
    Mode.PLAIN: "Plain again, because the image stays private. To change that: Name page.",
}


def begun(state: WizardState, begin: Beginning) -> WizardState:
    """The state with what the wizard was opened for; a mode that is not the usual one was chosen by somebody."""
    request = begin.request
    by_hand = request.mode is not usual_mode(request.visibility)
    return replace(state, request=request, seen=begin.seen, mode_by_hand=by_hand)


def changed(state: WizardState, update: Mapping[str, object]) -> WizardState:
    """The state after the user has changed these fields of the request."""
    before = state.request
    request = before.model_copy(update=dict(update))
    if request.name != before.name:
        request = request.model_copy(update={"publish_unverified": False})  # agreed to by typing the former name
    by_hand = state.mode_by_hand or "mode" in update
    request, note = (request, "") if by_hand else _following(request)
    return replace(state, request=request, mode_by_hand=by_hand, mode_note=note, plan_trouble="")


def _following(request: RunRequest) -> tuple[RunRequest, str]:
    """The request with the usual mode of its visibility, and what is to be said where that is another one."""
    mode = usual_mode(request.visibility)
    if mode is request.mode:
        return request, ""
    return request.model_copy(update={"mode": mode}), _FOLLOWED[mode]
