"""What a test instance tells on its console of what is installed on it: heard beside its report, and kept."""

from __future__ import annotations

import logging
from typing import Final

from imaging.guest.confined_reading.client import read_inventory_confined
from imaging.guest.deep_check.chunks import Heard
from imaging.guest.inventory import inventory_listener
from imaging.runs.core.step_context import StepContext
from imaging.runtime.threads import in_thread
from models.errors import BadProbeError

_UNBEGUN_SECONDS: Final = 45.0
"""How long a first piece may take once the report is told: it comes in each round of 20 seconds."""
_SILENCE_SECONDS: Final = 65.0
"""How long a next piece may take."""
_LONGEST_SECONDS: Final = 600.0
"""How long the longest list may take."""
_log = logging.getLogger(__name__)


class HeardInventory:
    """Finds the pieces of the list in a console that grows, over many polls."""

    def __init__(self, ctx: StepContext, nonce: str, image_id: str | None = None) -> None:
        """Hear nothing yet.

        Args:
            ctx: the step's context.
            nonce: that of the test instance's user data.
            image_id: what it was launched from, where that is not the image that the run is about.
        """
        self._ctx, self._nonce = ctx, nonce
        self._image_id = image_id or ctx.run.image_id or (ctx.run.plan.image.id if ctx.run.plan.image else None)
        self._listener = inventory_listener(nonce)
        self._asked_at: float | None = None
        self._heard, self._heard_at = 0, 0.0
        self._settled = self._image_id is None
        self.trouble = ""
        """Why a list that came whole is not kept; empty as long as nothing is known against it."""

    @property
    def heard(self) -> Heard:
        """What is known of it so far."""
        return self._listener.heard

    def take(self, said: str) -> None:
        """Listen on to what the console has shown since."""
        if not self._settled:
            self._listener.take(said)

    async def settled(self) -> bool:
        """Whether nothing more is to be waited for: asked again and again once the report of both boots is told.

        A list that does not come is no trouble of the run: what is installed stays unknown.
        """
        if not self._settled:
            self._settled = await self._is_known() or await self.keep() or self._is_hopeless()
        return self._settled

    async def _is_known(self) -> bool:
        """Whether the list is kept already; looked up once."""
        if self._asked_at is not None:
            return False
        self._asked_at = self._heard_at = self._ctx.clock.monotonic()
        known = await in_thread(self._ctx.guests.inventories.read, self._image_id or "")
        return known is not None and not known.incomplete

    async def keep(self) -> bool:
        """Whether all pieces came; then they are read, and kept, or `trouble` says why not."""
        heard = self._listener.heard
        if len(heard.copies) != self._heard:
            self._heard, self._heard_at = len(heard.copies), self._ctx.clock.monotonic()
        if not heard.whole:
            return False
        try:
            found = await read_inventory_confined(heard, nonce=self._nonce, now=self._ctx.clock.now())
            await in_thread(self._ctx.guests.inventories.write, self._image_id or "", found)
        except BadProbeError as error:
            self.trouble = error.what
            await self._ctx.phase(error.what)
        except (OSError, ValueError) as error:
            _log.warning("what is installed on an image could not be kept: %s", error)
            self.trouble = "the list could not be kept on this machine"
        return True

    def _is_hopeless(self) -> bool:
        now, asked = self._ctx.clock.monotonic(), self._asked_at or 0.0
        patience = _SILENCE_SECONDS if self._heard else _UNBEGUN_SECONDS
        return now - self._heard_at >= patience or now - asked >= _LONGEST_SECONDS
