"""One instance as the list knows it: what the cloud says, what is known of its readiness, its last image, its run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.cloud.instance import Instance
from models.findings import Checklist, FindingClass, Readiness, class_of
from models.verdict import VerdictWord


@dataclass(frozen=True)
class Judgement:
    """What the rules said of an instance when its checklist was read."""

    readiness: Readiness
    blockers: int

    @staticmethod
    def of(checklist: Checklist) -> Judgement:
        """What a checklist comes to."""
        blockers = sum(class_of(finding) is FindingClass.BLOCKER for finding in checklist.findings)
        return Judgement(checklist.readiness, blockers)


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

    @property
    def id(self) -> str:
        """The instance's id: the key of the row."""
        return self.instance.id

    @property
    def name(self) -> str:
        """The instance's name."""
        return self.instance.name
