"""What the screens and commands ask of guests: inspect, fix, save. Each connects, works, and disconnects.

asyncssh is loaded with the first connection, not with this module: nobody waits for it to see a list of instances.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.guest.download.result import SavedDirectories
from imaging.guest.facts_cache import GuestStore, fact_of
from imaging.guest.host_keys.names import Host
from imaging.guest.inspection import run_probe
from imaging.guest.interface import Asking, GuestAccess, GuestShell, LoginRoute, Progress, Telling
from imaging.guest.kept_inventories import InventoryStore
from imaging.guest.machine.agreed_machines import AgreedMachines
from imaging.guest.machine.right_machine import verify_machine
from imaging.guest.remedies import FixResult, carry_out
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from imaging.runtime.threads import in_thread
from models.errors import ImagingError
from models.fact import Fact
from models.findings import Source
from models.guest.comparison import since_run
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.remedy_action import RemedyAction
from models.works.inventory import Inventory

if TYPE_CHECKING:
    from imaging.guest.ssh.commands.shell import SshShell

_log = logging.getLogger(__name__)


class GuestService:
    """What the program asks of guests. Cancelling a call closes its connection.

    Every call sees after its login that the machine is the instance that was asked for, before it reads or changes
    anything; where it is not, it raises OtherMachineError, a UsageError.
    """

    def __init__(self, paths: Paths, clock: Clock) -> None:
        """Keep where facts are stored, and the time."""
        self._paths = paths
        self._clock = clock
        self._store = GuestStore(paths, clock)
        self._agreed = AgreedMachines(paths)

    def stored(self, instance_id: str) -> Fact[GuestFacts]:
        """What the last inspection found, if it is not too old. Reads a file: for a thread."""
        return self._store.read(instance_id)

    async def keep(self, image_id: str, facts: GuestFacts) -> None:
        """Keep what was found in an image of a cloud; where that fails it is only logged: it can be inspected again."""
        try:
            await in_thread(self._store.write, image_id, facts)
        except (OSError, ValueError) as error:
            _log.warning("the facts of an image could not be kept: %s", error)

    async def keep_inventory(self, image_id: str, inventory: Inventory) -> None:
        """Keep what is installed on an image; where that fails it is only logged: it can be read again."""
        try:
            await in_thread(self._store.inventories.write, image_id, inventory)
        except (OSError, ValueError) as error:
            _log.warning("what is installed on an image could not be kept: %s", error)

    @property
    def inventories(self) -> InventoryStore:
        """What is installed on images, as it is kept here."""
        return self._store.inventories

    def inventory(self, image_id: str) -> Inventory | None:
        """What is installed on an image, if it is known here. Reads a file: for a thread."""
        return self._store.inventories.read(image_id)

    def kept_among(self, instance_ids: Iterable[str], most: int) -> tuple[str, ...]:
        """Those of which an inspection is kept, the newest first, `most` at most. Lists a folder: for a thread."""
        return self._store.kept_among(instance_ids, most)

    async def probe(
        self, route: LoginRoute, questions: Questions, *, parts: Collection[str] | None = None
    ) -> Fact[GuestFacts]:
        """Inspect the guest, and keep what was found.

        Args:
            route: how to log in.
            questions: what the guidelines want to know.
            parts: names of the parts to read again; all by default, and if nothing is known of the others.

        Raises:
            GuestError: no connection, nobody is let in, or what came back is no report.
            UsageError: the host key is not trusted, it is another machine, or the ssh config cannot be used.
        """
        async with self._inside(route) as shell:
            return await self._inspect(shell, route, questions, parts)

    async def inspect_host(
        self, host: Host, access: GuestAccess, asking: Asking, tell: Telling, questions: Questions
    ) -> GuestFacts:
        """Inspect a machine that is in no cloud's list; nothing is kept, for it has no id to keep it by.

        Raises:
            GuestError: no connection, nobody is let in, or what came back is no report.
            UsageError: the host key is not trusted, or the ssh config cannot be used.
        """
        from imaging.guest.ssh.connect import connect_host  # noqa: PLC0415  # it brings asyncssh

        shell = await connect_host(host, access, asking, tell)
        try:
            return await run_probe(shell, questions, self._clock, tell)
        finally:
            await shell.close()

    async def carry_out(
        self, route: LoginRoute, questions: Questions, *, action: RemedyAction
    ) -> tuple[FixResult, Fact[GuestFacts]]:
        """Carry out a remedy, and read again what it touched.

        When that second inspection fails the remedy is done all the same: then the parts that it touched become
        unknown.

        Raises:
            GuestError: it could not be done; the message says what state things are in now.
            UsageError: the host key is not trusted, it is another machine, or the ssh config cannot be used.
        """
        async with self._inside(route, will_change=True) as shell:
            fixed = await carry_out(shell, action, now=self._clock.now(), tell=route.tell)
            try:
                facts = await self._inspect(shell, route, questions, action.touches or None)
            except ImagingError as error:
                facts = await self._outdated(route, action, error)
            return fixed, facts

    async def fix(self, route: LoginRoute, *, action: RemedyAction) -> FixResult:
        """Carry out a remedy and read nothing again; the caller inspects again once it has done the rest.

        Raises:
            GuestError: it could not be done; the message says what state things are in now.
            UsageError: the host key is not trusted, it is another machine, or the ssh config cannot be used.
        """
        async with self._inside(route, will_change=True) as shell:
            return await carry_out(shell, action, now=self._clock.now(), tell=route.tell)

    async def inspect_again(self, route: LoginRoute, questions: Questions, *, action: RemedyAction) -> Fact[GuestFacts]:
        """Read again what a remedy touched; where that fails, the parts that it touched become unknown."""
        try:
            return await self.probe(route, questions, parts=action.touches or None)
        except ImagingError as error:
            return await self._outdated(route, action, error)

    async def save(self, route: LoginRoute, *, directories: tuple[str, ...], target: Path) -> SavedDirectories:
        """Copy directories of the guest to a folder of this machine.

        Raises:
            GuestError: no connection, or it was cut; what came so far stays, and the next call continues with it.
            UsageError: the host key is not trusted, it is another machine, or the folder cannot be written.
        """
        from imaging.guest.download.copy import save_directories  # noqa: PLC0415  # it brings asyncssh

        async with self._inside(route) as shell:
            return await save_directories(shell, directories, target, route.tell)

    @asynccontextmanager
    async def _inside(self, route: LoginRoute, *, will_change: bool = False) -> AsyncIterator[SshShell]:
        """An open shell, once it is seen to be in the right machine."""
        from imaging.guest.ssh.connect import connect_guest  # noqa: PLC0415  # it brings asyncssh

        shell = await connect_guest(route)
        try:
            await verify_machine(shell, route, self._agreed, host_key=shell.host_key, will_change=will_change)
            yield shell
        finally:
            await shell.close()

    async def _inspect(
        self, shell: GuestShell, route: LoginRoute, questions: Questions, parts: Collection[str] | None
    ) -> Fact[GuestFacts]:
        before = await in_thread(self._store.read, route.instance.id) if parts is not None else None
        known = before.value if before is not None else None
        # With the time of its boot: a guest that was restarted since is known as such, and all else of it as old.
        wanted = {*parts, "system"} if known is not None and parts is not None else None
        facts = await run_probe(shell, questions, self._clock, route.tell, parts=wanted, before=known)
        before_run = await in_thread(self._store.before_run, route.instance.id)
        compared = since_run(before_run, facts) if before_run is not None else None
        return await self._keep(route, facts.model_copy(update={"since_run": compared}))

    async def _outdated(self, route: LoginRoute, action: RemedyAction, error: ImagingError) -> Fact[GuestFacts]:
        """What was known before a remedy, without what the remedy touched."""
        before = (await in_thread(self._store.read, route.instance.id)).value
        reason = f"not read again after the fix: {error.what}"
        if before is None or not action.touches:
            await in_thread(self._store.forget, route.instance.id)
            return Fact(unknown_because=reason, source=Source.GUEST)
        unread = Fact[object](unknown_because=reason, source=Source.GUEST, read_at=self._clock.now())
        touched = {name: unread.model_dump() for name in action.touches}
        return await self._keep(route, GuestFacts.model_validate({**before.model_dump(), **touched}))

    async def _keep(self, route: LoginRoute, facts: GuestFacts) -> Fact[GuestFacts]:
        try:
            await in_thread(self._store.write, route.instance.id, facts)
        except (OSError, ValueError) as error:
            _log.warning("the facts of a guest could not be kept: %s", error)
            route.tell(Progress("The results could not be saved: they are lost when the console ends.", stays=True))
        return fact_of(facts)
