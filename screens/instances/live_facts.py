"""The facts of one instance, kept fresh: a plain async object, without Textual and without knowing who listens."""

from __future__ import annotations

from collections.abc import AsyncIterator

from imaging.cloud.instance_facts import gather_facts, refresh_facts
from imaging.cloud.interface import Cloud
from imaging.runtime.clock import Clock
from models.errors import ImagingError, NotFoundError
from models.guidelines.facts import InstanceFacts

POLL_SECONDS = 5.0
"""How often the instance whose checklist is open is polled: two calls each time."""
FULL_EVERY = 60
"""After so many reads everything is read again, for quotas and images change too: every five minutes."""


class FactsWatch:
    """The facts of one instance: read whole, then polled; news comes only when something differs."""

    def __init__(self, cloud: Cloud, clock: Clock, instance_id: str) -> None:
        """Watch this instance."""
        self._cloud = cloud
        self._clock = clock
        self._instance_id = instance_id
        self._facts: InstanceFacts | None = None
        self._reads = 0
        self._trouble: str | None = None

    async def news(self) -> AsyncIterator[InstanceFacts | ImagingError]:
        """Facts when there are new ones; an error when a read failed; then it continues. Ends when it is gone."""
        while True:
            try:
                facts = await self._read()
            except ImagingError as error:
                if error.what != self._trouble:
                    self._trouble = error.what
                    yield error
                if isinstance(error, NotFoundError):
                    return
            else:
                if (
                    self._trouble is not None
                    or self._facts is None
                    or _without_times(facts) != _without_times(self._facts)
                    or self._reads % FULL_EVERY == 0  # an inspection grows too old by itself
                ):
                    yield facts
                self._facts, self._trouble = facts, None
            await self._clock.sleep(POLL_SECONDS)

    async def _read(self) -> InstanceFacts:
        self._reads += 1
        if self._facts is None or self._reads % FULL_EVERY == 0:
            return await gather_facts(self._cloud, self._instance_id, self._clock)
        return await refresh_facts(self._cloud, self._facts, self._clock)


def _without_times(facts: InstanceFacts) -> tuple[object, ...]:
    """Everything but the times at which it was read."""
    read = (
        facts.instance, facts.attachments, facts.volumes, facts.base_image, facts.images, facts.flavors, facts.quota,
        facts.login, facts.history,
    )  # fmt: skip
    return tuple((fact.value, fact.unknown_because) for fact in read)
