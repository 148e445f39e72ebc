"""What the user asks a run to do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from models.base import Frozen


class Mode(StrEnum):
    """How the image is made."""

    PLAIN = "plain"
    """The root disk as it is: what lies in /home and /root is published to whoever may launch it."""


class OnFailure(StrEnum):
    """What a run does with the source when it fails and nobody is there to answer."""

    PUT_BACK = "put-back"
    LEAVE = "leave"


class Visibility(StrEnum):
    """Who can see and launch the image."""

    PRIVATE = "private"
    SHARED = "shared"
    COMMUNITY = "community"
    PUBLIC = "public"


class Attestation(Frozen):
    """The user's word on something that no program can check."""

    rule: str
    given_by: str = ""
    given_at: datetime | None = None


class Waiver(Frozen):
    """The user's decision to go on in spite of a finding, with the reason."""

    rule: str
    reason: str


class RunRequest(Frozen):
    """What a run is to make, with every answer that was given beforehand."""

    name: str = ""
    """Of the image."""
    description: str = ""
    mode: Mode = Mode.PLAIN
    profile: str = "jetstream"
    visibility: Visibility = Visibility.PRIVATE
    members: tuple[str, ...] = ()
    """Project ids that a shared image is shared with."""
    network_id: str | None = None
    flavor_id: str | None = None
    test: bool = True
    keep_test: bool = False
    timeout_seconds: int = 7200
    on_failure: OnFailure = OnFailure.PUT_BACK
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    min_ram_mib: int | None = None
    attended: bool = False
    """Whether a console is there to answer: without it a time-out ends the run by `on_failure`."""
    publish_unverified: bool = False
    """A typed confirmation was given: publish also without the verdict *booted*."""

    def attests(self, rule: str) -> bool:
        """Whether the user gave their word on a rule."""
        return any(attestation.rule == rule for attestation in self.attestations)

    def waiver(self, rule: str) -> Waiver | None:
        """The waiver of a rule, if there is one."""
        return next((waiver for waiver in self.waivers if waiver.rule == rule), None)
