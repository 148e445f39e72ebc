"""What the console has come to know of the instances in this session, from which the rows are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.login import Login
from models.fact import Fact
from models.findings import Checklist
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.run.record import RunRecord
from screens.instances.table.entry import Activity, InstanceEntry, Judgement, LastImage, SavedInspection
from screens.instances.table.history import activities, last_images
from screens.instances.table.rows import is_anothers


class Known:
    """Facts, inspections and runs by instance: a plain object, without Textual."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.facts: dict[str, tuple[InstanceFacts, Checklist]] = {}
        self.guests: dict[str, Fact[GuestFacts]] = {}
        self._judgements: dict[str, Judgement] = {}
        self._saved: dict[str, SavedInspection] = {}
        self._looked_up: set[str] = set()
        self._runs: Sequence[RunRecord] = ()
        self._images: tuple[Image, ...] | None = None
        self._login: Login | None = None
        self._activities: Mapping[str, Activity] = {}
        self._last_images: Mapping[str, LastImage] = {}

    def entry(self, instance: Instance, login: Login | None) -> InstanceEntry:
        """The row of an instance."""
        return InstanceEntry(
            instance,
            is_anothers(instance, login),
            self._judgements.get(instance.id),
            self._activities.get(instance.id),
            self._last_images.get(instance.id),
            self._saved.get(instance.id),
        )

    def with_own(self, instance_id: str, facts: InstanceFacts) -> InstanceFacts:
        """The facts with what was found inside, and with the run in progress; the cloud knows nothing of either."""
        activity = self._activities.get(instance_id)
        run = activity.run_id if activity is not None and not activity.waits else None
        return facts.model_copy(update={"guest": self.guests.get(instance_id, facts.guest), "active_run": run})

    def outdated_facts(self, instance_id: str) -> InstanceFacts | None:
        """The facts to judge again, with what is known by now; None where they were judged with it, or are unread."""
        if (known := self.facts.get(instance_id)) is None:
            return None
        facts = self.with_own(instance_id, known[0])
        return facts if (facts.guest, facts.active_run) != (known[0].guest, known[0].active_run) else None

    def take_guest(self, instance_id: str, guest: Fact[GuestFacts]) -> bool:
        """Keep what an inspection found; False where a newer one is known."""
        before = self.guests.get(instance_id)
        if before is not None and before.read_at and guest.read_at and guest.read_at < before.read_at:
            return False
        self.guests[instance_id] = guest
        return True

    def take_saved(self, saved: Mapping[str, SavedInspection]) -> bool:
        """Keep what inspections of earlier sessions found; whether the rows look different now."""
        self._saved.update(saved)
        return any(each not in self._judgements for each in saved)

    def without_saved(self, instances: Iterable[Instance]) -> tuple[Instance, ...]:
        """Those of which it was not looked up yet what an earlier session found."""
        new = tuple(one for one in instances if one.id not in self._looked_up)
        self._looked_up.update(one.id for one in new)
        return new

    def take_facts(self, instance_id: str, facts: InstanceFacts, checklist: Checklist) -> bool:
        """Keep the facts of an instance; whether the rows look different now."""
        self.facts[instance_id] = (facts, checklist)
        judgement = Judgement.of(checklist)
        differs = self._judgements.get(instance_id) != judgement
        self._judgements[instance_id] = judgement
        if facts.images.value is not None and facts.images.value != self._images:
            self._images, self._login = facts.images.value, facts.login.value
            differs = self._look_up_images() or differs
        return differs

    def take_runs(self, runs: Sequence[RunRecord]) -> bool:
        """Keep what the journal holds; whether the rows look different now."""
        self._runs = runs
        before = self._activities
        self._activities = activities(runs)
        return self._look_up_images() or before != self._activities

    def run_on(self, instance_id: str) -> str | None:
        """The run of this machine that works on an instance."""
        activity = self._activities.get(instance_id)
        return activity.run_id if activity is not None else None

    def _look_up_images(self) -> bool:
        before, self._last_images = self._last_images, last_images(self._runs, self._images, self._login)
        return before != self._last_images
