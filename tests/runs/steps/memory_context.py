"""A `StepContext` in memory: what a step writes can be looked at, what it awaits takes no time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar, Unpack

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.runs.core.step_context import CancelRequested, RecordFields
from imaging.runs.ownership.made_things import MadeImage, image_of_source
from imaging.runs.source.claim_keys import decode_claims, is_same_claim
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.errors import ClaimLostError, RateLimitedError, RunError, ServerFaultError, UnreachableError
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.intent import Intent, IntentAction, intent_sentence
from models.run.record import LeftBehind, Owned, Phase, RunRecord
from models.steps import StepName
from models.verdict import Verdict

T = TypeVar("T")


class TooLongError(RunError):
    """What an unattended run meets when something does not come."""


class MemoryContext:
    """Steps are written against this in tests; the engine's own context is tested with the engine."""

    def __init__(self, cloud: Cloud, clock: Clock, run: RunRecord, profile: Profile, folder: Path) -> None:
        self.cloud, self.clock, self.profile, self.folder = cloud, clock, profile, folder
        self.guests = GuestStore(Paths.below(folder), clock)
        self._run = run
        self.step = run.steps[0].step
        self.cancelled = False
        self.asked_whether_ours = 0
        self.unwatched: tuple[datetime, datetime] | None = None
        self.claimed: frozenset[str] = frozenset()

    @property
    def run(self) -> RunRecord:
        return self._run

    @property
    def image_id(self) -> str:
        """The run's image, which is there by now."""
        assert self._run.image_id is not None
        return self._run.image_id

    @property
    def claim(self) -> Claim:
        """The run's claim, which is there by now."""
        assert self._run.claim is not None
        return self._run.claim

    @property
    def verdict(self) -> Verdict:
        """The run's verdict, which is there by now."""
        assert self._run.verdict is not None
        return self._run.verdict

    def change(self, **fields: object) -> None:
        self._run = self._run.model_copy(update=fields)

    def at(self, step: StepName) -> MemoryContext:
        """What is written from now on belongs to this step."""
        self.step = step
        return self

    @property
    def intents(self) -> list[str]:
        return [
            intent_sentence(intent.action, intent.target) for record in self._run.steps for intent in record.intents
        ]

    @property
    def phases(self) -> list[str]:
        return [phase.text for record in self._run.steps for phase in record.phases]

    async def phase(self, text: str) -> None:
        self._write("phases", Phase(at=self.clock.now(), text=text))

    async def intend(self, action: IntentAction, target: str = "") -> None:
        self._write("intents", Intent(at=self.clock.now(), action=action, target=target))

    def _write(self, field: str, moment: Phase | Intent) -> None:
        self.change(
            steps=tuple(
                record.model_copy(update={field: (*getattr(record, field), moment)})
                if record.step is self.step
                else record
                for record in self._run.steps
            )
        )

    async def record(self, **fields: Unpack[RecordFields]) -> None:
        self.change(**fields)

    async def own(self, owned: Owned) -> None:
        others = (each for each in self._run.owned if (each.kind, each.id) != (owned.kind, owned.id))
        kept = [each for each in self._run.left_behind if not owned.removed or each.id != owned.id]
        self.change(owned=(*others, owned), left_behind=tuple(kept))

    async def leave(self, thing: LeftBehind) -> None:
        others = (each for each in self._run.left_behind if (each.kind, each.id) != (thing.kind, thing.id))
        self.change(left_behind=(*others, thing))

    async def claimed_ids(self) -> frozenset[str]:
        return self.claimed

    async def wait_until(
        self,
        observe: Callable[[], Awaitable[T | None]],
        *,
        what: str,
        limit_seconds: float,
        cancellable: bool = True,
    ) -> T:
        started = self.clock.monotonic()
        while True:
            if self.cancelled and cancellable:
                raise CancelRequested
            try:
                seen = await observe()
            except (UnreachableError, ServerFaultError, RateLimitedError):
                seen = None
            if seen is not None:
                return seen
            if self.clock.monotonic() - started > limit_seconds:
                raise TooLongError(what)
            await self.clock.sleep(0.5)

    async def verify_claim(self) -> None:
        self.asked_whether_ours += 1
        claim = self._run.claim
        if claim is None:
            raise ClaimLostError("no claim")
        instance = await self.cloud.compute.instance(claim.instance_id)
        claims = decode_claims(instance.metadata, instance.id)
        if not claims or not is_same_claim(claims[0], claim):
            raise ClaimLostError("another's claim, or none")


def made_of_source(ctx: MemoryContext) -> MadeImage:
    """The image that the run makes of its source."""
    made = image_of_source(ctx.run)
    assert made is not None
    return made
