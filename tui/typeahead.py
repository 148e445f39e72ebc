"""Keys typed ahead are carried out one after the other, in the order in which they were typed.

Textual hands every key on to what has the focus at that moment, while a key that is bound further up (`/` to filter)
comes back to the application behind the keys that were typed after it. Over a slow line keys arrive in bursts, so
`/db-07` would lose letters, or take them for commands. Here a key waits until the one before it has been carried out.
"""

from __future__ import annotations

from collections import deque

from textual import events
from textual.app import App
from textual.message import Message

PATIENCE_SECONDS = 0.5
"""How long a key may take until the next one no longer waits for it; a widget that goes away loses its messages."""


class KeySettled(Message):
    """Follows a key through the same queues: where it arrives, the key has been carried out."""


class KeysInOrder(App[None], inherit_bindings=False):
    """An application that carries out one key after the other."""

    _held: deque[events.Key]
    _passed: KeySettled | None = None
    """What follows the key that is being carried out; None when none is."""

    def __init__(self) -> None:
        super().__init__()
        self._held = deque()

    async def on_event(self, event: events.Event) -> None:
        """Let everything pass but a key that comes before the last one has been carried out."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._passed is None and not self._held:
            await self._pass(event)
        else:
            if not self._held:
                self._wait_at_most(self._passed)
            self._held.append(event)

    async def on_key_settled(self, message: KeySettled) -> None:
        """Let the next key pass, once what the last one left to be done later (a change of focus) is done too."""
        message.stop()
        self.call_later(self._next_after, message)

    async def _pass(self, key: events.Key) -> None:
        target = self.focused or self.screen
        settled = KeySettled()
        settled.set_sender(target)
        self._passed = settled
        await super().on_event(key)
        if not target.post_message(settled):
            self._passed = None

    async def _next_after(self, settled: KeySettled | None) -> None:
        if settled is not self._passed:
            return
        self._passed = None
        if self._held:
            await self._pass(self._held.popleft())
        if self._held:
            self._wait_at_most(self._passed)

    def _wait_at_most(self, settled: KeySettled | None) -> None:
        self.set_timer(PATIENCE_SECONDS, lambda: self._next_after(settled), name="typed ahead")
