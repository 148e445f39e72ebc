"""What the screens and commands ask of guests: look inside, mend, save. Each connects, works, and lets go.

asyncssh is loaded with the first connection, not with this module: nobody waits for it to see a list of instances.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.guest.interface import GuestShell, Progress, WayIn
from imaging.guest.mending import MendingResult, carry_out
from imaging.guest.probing import run_probe
from imaging.guest.saving.result import SavedDirectories
from imaging.guest.store import GuestStore, fact_of
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.errors import ImagingError
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.remedy_action import RemedyAction

if TYPE_CHECKING:
    from imaging.guest.shell import SshShell

_log = logging.getLogger(__name__)


class GuestService:
    """The way into guests. Cancelling a call closes its connection."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        """Keep where facts are stored, and the time."""
        self._paths = paths
        self._clock = clock
        self._store = GuestStore(paths, clock)

    def stored(self, instance_id: str) -> Fact[GuestFacts]:
        """What the last look inside found, if it is not too old. Reads a file: for a thread."""
        return self._store.read(instance_id)

    async def probe(
        self, way: WayIn, questions: Questions, *, parts: Collection[str] | None = None
    ) -> Fact[GuestFacts]:
        """Look inside, and keep what was found.

        Args:
            way: the way in.
            questions: what the guidelines want to know.
            parts: names of the parts to read anew; all by default, and if nothing is known of the others.

        Raises:
            GuestError: no connection, nobody is let in, or what came back is no report.
            UsageError: the host key is not trusted, or the ssh config cannot be used.
        """
        async with self._inside(way) as shell:
            return await self._look(shell, way, questions, parts)

    async def carry_out(
        self, way: WayIn, questions: Questions, *, action: RemedyAction
    ) -> tuple[MendingResult, Fact[GuestFacts]]:
        """Carry out a remedy, and read anew what it touched.

        When that second look fails the remedy is done all the same: then the parts that it touched become unknown.

        Raises:
            GuestError: it could not be done; the message says what state things are in now.
            UsageError: the host key is not trusted, or the ssh config cannot be used.
        """
        async with self._inside(way) as shell:
            mended = await carry_out(shell, action, now=self._clock.now(), tell=way.tell)
            try:
                facts = await self._look(shell, way, questions, action.touches or None)
            except ImagingError as error:
                facts = await self._outdated(way, action, error)
            return mended, facts

    async def mend(self, way: WayIn, *, action: RemedyAction) -> MendingResult:
        """Carry out a remedy and read nothing anew: for whoever has more to do before `look_again` is worth it.

        Raises:
            GuestError: it could not be done; the message says what state things are in now.
            UsageError: the host key is not trusted, or the ssh config cannot be used.
        """
        async with self._inside(way) as shell:
            return await carry_out(shell, action, now=self._clock.now(), tell=way.tell)

    async def look_again(self, way: WayIn, questions: Questions, *, action: RemedyAction) -> Fact[GuestFacts]:
        """Read anew what a remedy touched; where that fails, the parts that it touched become unknown."""
        try:
            return await self.probe(way, questions, parts=action.touches or None)
        except ImagingError as error:
            return await self._outdated(way, action, error)

    async def save(self, way: WayIn, *, directories: tuple[str, ...], target: Path) -> SavedDirectories:
        """Copy directories of the guest to a folder of this machine.

        Raises:
            GuestError: no connection, or it was cut; what came so far stays, and the next call goes on with it.
            UsageError: the host key is not trusted, or the folder cannot be written.
        """
        from imaging.guest.saving.copying import save_directories  # noqa: PLC0415  # it brings asyncssh

        async with self._inside(way) as shell:
            return await save_directories(shell, directories, target, way.tell)

    @asynccontextmanager
    async def _inside(self, way: WayIn) -> AsyncIterator[SshShell]:
        from imaging.guest.connecting import connect_guest  # noqa: PLC0415  # it brings asyncssh

        shell = await connect_guest(way)
        try:
            yield shell
        finally:
            await shell.close()

    async def _look(
        self, shell: GuestShell, way: WayIn, questions: Questions, parts: Collection[str] | None
    ) -> Fact[GuestFacts]:
        before = await asyncio.to_thread(self._store.read, way.instance.id) if parts is not None else None
        known = before.value if before is not None else None
        wanted = parts if known is not None else None
        facts = await run_probe(shell, questions, self._clock, way.tell, parts=wanted, before=known)
        return await self._keep(way, facts)

    async def _outdated(self, way: WayIn, action: RemedyAction, error: ImagingError) -> Fact[GuestFacts]:
        """What was known before a remedy, without what the remedy touched."""
        before = (await asyncio.to_thread(self._store.read, way.instance.id)).value
        reason = f"not read again after the remedy: {error.what}"
        if before is None or not action.touches:
            await asyncio.to_thread(self._store.forget, way.instance.id)
            return Fact(unknown_because=reason, source=Source.GUEST)
        unread = Fact[object](unknown_because=reason, source=Source.GUEST, read_at=self._clock.now())
        touched = {name: unread.model_dump() for name in action.touches}
        return await self._keep(way, GuestFacts.model_validate({**before.model_dump(), **touched}))

    async def _keep(self, way: WayIn, facts: GuestFacts) -> Fact[GuestFacts]:
        try:
            await asyncio.to_thread(self._store.write, way.instance.id, facts)
        except (OSError, ValueError) as error:
            _log.warning("the facts of a guest could not be kept: %s", error)
            way.tell(Progress("What was found could not be kept: it is gone when the console ends.", stays=True))
        return fact_of(facts)
