"""One instance as the list knows it: what the cloud says, what is known of its readiness, its last image, its run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.cloud.instance import Instance
from models.findings import Checklist, FindingClass, Readiness, class_of
from models.verdict import VerdictWord


@dataclass(frozen=True)
class Judgement:
    """What the rules said about an instance when its checklist was read."""

    readiness: Readiness
    blockers: int

    @staticmethod
    def of(checklist: Checklist) -> Judgement:
        """What a checklist comes to."""
        blockers = sum(class_of(finding) is FindingClass.BLOCKER for finding in checklist.findings)
        return Judgement(checklist.readiness, blockers)


@dataclass(frozen=True)
class SavedInspection:
    """What an inspection of an earlier session found, as far as it can be told without asking the cloud."""

    inspected_at: datetime
    blockers: int
    """What was found inside that keeps a run from starting."""
    is_outdated: bool = False
    """Whether the guest's own facts say that it counts no longer."""

    def counts_for(self, instance: Instance) -> bool:
        """Whether nothing has happened to the instance since, as far as the list tells."""
        times = (instance.updated_at, instance.launched_at)
        return not self.is_outdated and all(at is None or at <= self.inspected_at for at in times)


@dataclass(frozen=True)
class Activity:
    """A run of this machine that is not over."""

    run_id: str
    step: str
    """The step that it has come to, in words; empty before the first."""
    waits: bool = False
    """Whether nothing continues until the user does something."""


@dataclass(frozen=True)
class LastImage:
    """The newest image that was made of an instance."""

    id: str
    name: str
    made_at: datetime | None
    verdict: str | None = None
    """The word of its test launch; None where none is known."""
    seal: str | None = None
    """The verdict on its seal; None of an image that nobody has sealed."""
    works: str | None = None
    """Whether it works beyond its boot; None where nobody knows."""

    @property
    def boots(self) -> bool | None:
        """Whether it was seen to boot; None where nobody knows."""
        return {VerdictWord.BOOTED.value: True, VerdictWord.FAILED.value: False}.get(self.verdict or "")


@dataclass(frozen=True)
class InstanceEntry:
    """A row of the list; it is drawn again when any of this differs."""

    instance: Instance
    is_anothers: bool = False
    """Whether another member of the project launched it, as far as that is known."""
    judgement: Judgement | None = None
    """None before its checklist was read in this session."""
    activity: Activity | None = None
    image: LastImage | None = None
    saved: SavedInspection | None = None
    """Of an earlier session; it counts only until the checklist was read in this one."""

    @property
    def id(self) -> str:
        """The instance's id: the key of the row."""
        return self.instance.id

    @property
    def name(self) -> str:
        """The instance's name."""
        return self.instance.name
