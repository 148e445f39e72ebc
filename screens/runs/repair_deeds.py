"""What is done about the cause of a failed run, step by step, and what state things are in at every moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imaging.guest.interface import Asking, Progress, Telling
from imaging.remedies.table import Remedy, RemedyKind, command
from models.cloud.instance import Instance
from models.errors import GuestUnreachableError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.remedy_action import RemedyAction
from screens.context import Console

if TYPE_CHECKING:  # it brings the probe and the tables of the guidelines, which are loaded when they are wanted
    from screens.guest_work.guest_session import GuestSession

BOOT_SECONDS = 240.0
"""How long an instance that was just started may take until its SSH server answers."""
_POLL_SECONDS = 5.0


@dataclass
class RepairDeeds:
    """Does one thing after the other, and knows what has been done."""

    console: Console
    asking: Asking
    tell: Telling
    done: list[str] = field(default_factory=list)
    """What was changed, each a sentence with the way back."""
    doing: str = ""
    """What was begun last."""

    @property
    def state(self) -> str:
        """What holds now, for a message."""
        changed = "\n\n".join(self.done) or "Nothing was changed."
        return f"{changed}\n\nIt ended at: {self.doing}." if self.doing else changed

    async def power_on(self, remedy: Remedy, instance: Instance) -> None:
        """Bring the instance to where it can be inspected.

        Raises:
            ImagingError: the cloud refused or failed.
        """
        from imaging.remedies.carrying_out import carry_out  # noqa: PLC0415  # it brings the runs

        self.doing = f"{remedy.doing} {instance.name}"
        cloud = await self.console.cloud()
        await carry_out(cloud, self.console.clock, instance.id, remedy.kind, tell=self.tell)
        back = f"\nTo undo it: {command(RemedyKind.STOP, instance.id)}" if remedy.kind is RemedyKind.START else ""
        self.done.append(f"{instance.name} is {' or '.join(remedy.goal)} now; it was {instance.status}.{back}")

    async def inspect(self, facts: InstanceFacts, *, was_started: bool) -> Fact[GuestFacts]:
        """Inspect by SSH; of an instance that was just started the SSH server is waited for.

        Raises:
            ImagingError: nobody is let in, or what came back is no report.
        """
        self.doing = "inspecting by SSH"
        clock, session = self.console.clock, self._session(facts)
        begun, limit = clock.monotonic(), BOOT_SECONDS if was_started else 0.0
        while True:
            self.tell(Progress("Connecting"))
            try:
                return await session.inspect()
            except GuestUnreachableError:
                waited = clock.monotonic() - begun
                if waited >= limit:
                    raise
            self.tell(Progress(f"Waiting for its SSH server, {waited:.0f} s of {limit:.0f} s at most"))
            await clock.sleep(_POLL_SECONDS)

    async def fix(self, facts: InstanceFacts, action: RemedyAction) -> Fact[GuestFacts]:
        """Apply a fix, and read again what it touched.

        Raises:
            ImagingError: it could not be done; the message says what state things are in now.
        """
        self.doing = action.summary.rstrip(".")
        result, guest = await self._session(facts).carry_out(action)
        self.done.append(f"{result.done}\nTo undo it: {result.undo}")
        return guest

    def _session(self, facts: InstanceFacts) -> GuestSession:
        from screens.guest_work.guest_session import GuestSession  # noqa: PLC0415  # not for the first paint

        return GuestSession(self.console, facts, self.asking, self.tell)
