"""What of the wizard is kept as a draft, and what needs none: it compares with what was suggested and noted before."""

from __future__ import annotations

from dataclasses import replace

from imaging.runtime.clock import Clock
from models.formatting import local_minute
from models.guidelines.facts import InstanceFacts
from models.run.draft import Draft, SeenEvidence
from models.run.request import RunRequest
from screens.wizard.drafts.keeper import DraftKeeper
from screens.wizard.state import WizardState
from screens.wizard.suggestions import suggested


class KeptAnswers:
    """The user's answers about one instance, between the fields and the file."""

    def __init__(self, keeper: DraftKeeper, clock: Clock, blank: RunRequest) -> None:
        """Begin with a request in which nothing was entered."""
        self.keeper, self._clock, self._blank = keeper, clock, blank
        self._untouched: RunRequest | None = None
        """The request with what was suggested and nothing else."""
        self._noted: WizardState | None = None
        self.restored_at = ""
        """When what was restored had been entered."""

    @property
    def untouched(self) -> RunRequest:
        """The request before the user has entered anything."""
        return self._untouched or self._blank

    def learn(self, facts: InstanceFacts, state: WizardState) -> None:
        """Know what is suggested for an instance, from the first facts on."""
        if self._untouched is None:
            self._untouched = suggested(self._blank, facts, state.profile)

    async def restored(self, state: WizardState) -> WizardState | None:
        """The state with what was entered the last time; None if nothing was.

        Raises:
            DraftError: it cannot be read.
        """
        draft = await self.keeper.read()
        if draft is None:
            return None
        request = draft.request.model_copy(update={"profile": self._blank.profile, "attended": self._blank.attended})
        self.restored_at = local_minute(draft.saved_at)
        seen = {one.rule: one.evidence for one in draft.seen}
        self._noted = replace(state, request=request, seen=seen, lapsed=draft.lapsed, mode_by_hand=draft.mode_by_hand)
        return self._noted

    def note(self, state: WizardState) -> bool:
        """Note what has changed; whether there is something to be written."""
        key, before = self.keeper.key, self._noted
        if key is None or (before is not None and _answers(before) == _answers(state)):
            return False
        self._noted = state
        if state.request in (self._blank, self.untouched) and not (state.lapsed or state.mode_by_hand):
            if self.keeper.exists:
                self.keeper.forget()
                return True
            return False
        seen = tuple(SeenEvidence(rule=rule, evidence=evidence) for rule, evidence in state.seen.items())
        draft = Draft(
            key=key,
            saved_at=self._clock.now(),
            request=state.request,
            seen=seen,
            mode_by_hand=state.mode_by_hand,
            lapsed=state.lapsed,
        )
        self.keeper.note(draft)
        return True

    def discarded(self, state: WizardState) -> WizardState:
        """The state as if nothing had been entered; the draft goes."""
        self.keeper.forget()
        self.restored_at = ""
        answers = {"request": self.untouched, "seen": {}, "lapsed": (), "mode_by_hand": False, "mode_note": ""}
        self._noted = replace(state, **answers, plan=None, plan_trouble="")  # type: ignore[arg-type]  # by field
        return self._noted


def _answers(state: WizardState) -> tuple[object, ...]:
    return state.request, state.seen, state.lapsed, state.mode_by_hand
