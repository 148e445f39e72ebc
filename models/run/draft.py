"""A draft: what the user has entered in the wizard, kept until the run starts or the user discards it."""

from __future__ import annotations

from typing import Literal

from models.base import Frozen
from models.foreign import Moment
from models.run.request import RunRequest, Waiver
from models.text import CleanText


class DraftKey(Frozen):
    """Whose draft it is: there is one for each instance of a project of a cloud."""

    cloud: CleanText
    """The name in clouds.yaml."""
    project_id: CleanText
    instance_id: CleanText


class SeenEvidence(Frozen):
    """What a finding said when the user waived it: a waiver holds for that, and for nothing else."""

    rule: CleanText
    evidence: CleanText


class Draft(Frozen):
    """All that the user has entered for one instance."""

    version: Literal[1] = 1
    """A file of another version is not guessed at."""
    key: DraftKey
    saved_at: Moment
    request: RunRequest
    seen: tuple[SeenEvidence, ...] = ()
    """By rule, for the waivers of the request."""
    mode_by_hand: bool = False
    """Whether the user has chosen the mode, so that it does not follow the visibility any more."""
    lapsed: tuple[Waiver, ...] = ()
    """Waivers whose evidence has changed since: they count no more, but what was typed is proposed again."""
