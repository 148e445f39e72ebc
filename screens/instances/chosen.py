"""The chosen instance: the row under the cursor, and its facts, which are read when the cursor rests or a key asks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from models.cloud.instance import Instance
from models.guidelines.facts import InstanceFacts
from screens.guest_work.guest_work import GuestWork
from screens.instances.table.entry import InstanceEntry
from screens.instances.table.known import Known
from screens.listing import ListScreen


class ChosenInstance(ListScreen[InstanceEntry]):
    """The part of the instances' screen that knows which instance a key is about."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self._known = Known()
        self._watched: str | None = None
        """The instance whose checklist is open: for a moment after a move that is not the one under the cursor."""
        self._guest = GuestWork(self, self.action_refresh)
        self._early: Callable[[], None] | None = None
        """What a key asked for before the facts of the instance under the cursor were read."""

    @abstractmethod
    def action_refresh(self) -> None:
        """Ask the cloud again now."""

    @abstractmethod
    def _watch_selected(self) -> None:
        """Let the checklist follow the cursor now."""

    @property
    def _chosen(self) -> Instance | None:
        entry = self._rows.selected
        return entry.instance if entry is not None else None

    @property
    def chosen_facts(self) -> InstanceFacts | None:
        """The facts of the instance whose checklist is open."""
        known = self._known.facts.get(self._watched or "")
        return known[0] if known else None

    @property
    def _instance(self) -> Instance | None:
        """The instance whose checklist is open, as it was read for that."""
        facts = self.chosen_facts
        return facts.instance.value if facts is not None else None

    @property
    def _writes(self) -> bool:
        return not self.console.read_only

    @property
    def _can_enter(self) -> bool:
        """Whether the inside of the instance under the cursor can be reached now, by its facts or else by the list."""
        known = self._known.facts.get(self._rows.selected_key or "")
        instance = (known[0].instance.value if known is not None else None) or self._chosen
        return not self._guest.busy and instance is not None and instance.is_running

    def _facts_for(self, action: Callable[[], None]) -> InstanceFacts | None:
        """The facts of the instance under the cursor, never of the one before; until they are read the action waits."""
        self._watch_selected()
        facts = self.chosen_facts
        self._early = action if facts is None else None
        return facts

    def _do_early(self) -> None:
        """Carry out what was asked for before the facts were there."""
        action, self._early = self._early, None
        if action is not None:
            action()
