"""What the console does inside a guest, for whichever screen wants it: look, carry out a remedy, save directories."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from imaging.guest.interface import Asking, GuestAccess, Telling, WayIn
from imaging.guest.mending import MendingResult
from imaging.guest.saving.result import SavedDirectories
from imaging.guidelines.questions import questions_for
from imaging.runs.detaching import unmount_and_detach
from models.fact import Fact
from models.facts import InstanceFacts
from models.guest.facts import GuestFacts
from models.instance import Instance
from models.remedy_action import ActionKind, RemedyAction
from screens.context import Console


@dataclass(frozen=True)
class Inside:
    """One instance's inside, as far as it is to be reached from this console."""

    console: Console
    facts: InstanceFacts
    asking: Asking
    tell: Telling

    async def look(self, parts: Collection[str] | None = None) -> Fact[GuestFacts]:
        """Run the probe; with `parts` only these are read anew.

        Raises:
            ImagingError: nobody is let in, or what came back is no report.
        """
        return await self.console.guests.probe(await self._way(), questions_for(self.console.profile), parts=parts)

    async def carry_out(self, action: RemedyAction) -> tuple[MendingResult, Fact[GuestFacts]]:
        """Carry out a remedy, and read anew what it touched.

        Raises:
            ImagingError: it could not be done; the message says what state things are in now.
        """
        read: list[Fact[GuestFacts]] = []

        async def in_guest() -> MendingResult:
            mended, guest = await self.console.guests.carry_out(
                await self._way(), questions_for(self.console.profile), action=action
            )
            read.append(guest)
            return mended

        if action.kind is not ActionKind.UNMOUNT_AND_DETACH:
            return await in_guest(), read[0]
        cloud = await self.console.cloud()
        mended = await unmount_and_detach(
            cloud, self.console.clock, self._instance.id, action.volume_id, in_guest, tell=self.tell
        )
        return mended, read[0]

    async def save(self, directories: tuple[str, ...], target: Path) -> SavedDirectories:
        """Copy directories of the guest to this machine.

        Raises:
            ImagingError: nobody is let in, or the folder cannot be written.
        """
        return await self.console.guests.save(await self._way(), directories=directories, target=target)

    @property
    def _instance(self) -> Instance:
        instance = self.facts.instance.value
        if instance is None:
            msg = "only of an instance that was read"
            raise ValueError(msg)
        return instance

    async def _console_log(self) -> str:
        cloud = await self.console.cloud()
        return await cloud.compute.console_log(self._instance.id)

    async def _way(self) -> WayIn:
        return WayIn(
            self._instance,
            self.facts.base_image.value,
            GuestAccess(ssh_config=(await self.console.resolved()).ssh_config),
            self.asking,
            self.tell,
            self._console_log,
        )
