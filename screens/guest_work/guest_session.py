"""What the console does inside a guest, for whichever screen wants it: inspect, apply a remedy, save directories."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from imaging.guest.download.result import SavedDirectories
from imaging.guest.interface import Asking, GuestAccess, LoginRoute, Telling
from imaging.guest.remedies import FixResult
from imaging.guidelines.guest.questions import questions_for
from imaging.runs.detach_by_hand import unmount_and_detach
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.remedy_action import ActionKind, RemedyAction
from screens.context import Console


@dataclass(frozen=True)
class GuestSession:
    """One instance's inside, as far as it is to be reached from this console."""

    console: Console
    facts: InstanceFacts
    asking: Asking
    tell: Telling

    async def inspect(self, parts: Collection[str] | None = None) -> Fact[GuestFacts]:
        """Run the probe; with `parts` only these are read again.

        Raises:
            ImagingError: nobody is let in, or what came back is no report.
        """
        return await self.console.guests.probe(await self._route(), questions_for(self.console.profile), parts=parts)

    async def carry_out(self, action: RemedyAction) -> tuple[FixResult, Fact[GuestFacts]]:
        """Carry out a remedy, and read again what it touched.

        Raises:
            ImagingError: it could not be done; the message says what state things are in now.
        """
        if action.kind is ActionKind.UNMOUNT_AND_DETACH:
            return await self._detach(action)
        return await self.console.guests.carry_out(
            await self._route(), questions_for(self.console.profile), action=action
        )

    async def _detach(self, action: RemedyAction) -> tuple[FixResult, Fact[GuestFacts]]:
        """The guest releases a volume, then the cloud detaches it; only then is there something new to be read."""
        route, guests = await self._route(), self.console.guests
        let_go = False

        async def in_guest() -> FixResult:
            nonlocal let_go
            freed = await guests.fix(route, action=action)
            let_go = True
            return freed

        try:
            fixed = await unmount_and_detach(
                await self.console.cloud(),
                self.console.clock,
                self._instance.id,
                action.volume_id,
                in_guest,
                tell=self.tell,
            )
        except ImagingError:
            if let_go:  # it is no longer mounted, even if the cloud failed
                await guests.inspect_again(route, questions_for(self.console.profile), action=action)
            raise
        return fixed, await guests.inspect_again(route, questions_for(self.console.profile), action=action)

    async def save(self, directories: tuple[str, ...], target: Path) -> SavedDirectories:
        """Copy directories of the guest to this machine.

        Raises:
            ImagingError: nobody is let in, or the folder cannot be written.
        """
        return await self.console.guests.save(await self._route(), directories=directories, target=target)

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

    async def _route(self) -> LoginRoute:
        return LoginRoute(
            self._instance,
            self.facts.base_image.value,
            GuestAccess(ssh_config=(await self.console.resolved()).ssh_config),
            self.asking,
            self.tell,
            self._console_log,
        )
