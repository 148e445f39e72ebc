"""Keeps the user's draft: written within a second of each change, in a thread, one file operation at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from imaging.runs.drafts import DraftStore
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.errors import BrokenDraftError, DraftError
from models.run.draft import Draft, DraftKey

SAVE_SECONDS = 0.8
"""From the first change to its being written; what is typed meanwhile is written with it."""
READ_SECONDS = 1.0
"""How long opening the wizard waits for a file on a network home that does not answer."""
LEAVE_SECONDS = 0.5
"""How long leaving waits for the last change to be written; quitting has two seconds for all."""


class DraftKeeper:
    """One instance's draft: read once, then kept, then forgotten."""

    def __init__(self, store: DraftStore, clock: Clock, key: DraftKey | None, changed: Callable[[], None]) -> None:
        """Keep nothing yet.

        Args:
            store: where drafts lie.
            clock: the time.
            key: whose draft it is; None where nobody is logged in, so that none can be kept.
            changed: told when something was kept, or could not be.
        """
        self._store, self._clock, self._key, self._changed = store, clock, key, changed
        self._waiting: Draft | None = None
        self._forgets = False
        self._writing: asyncio.Task[None] | None = None
        self._usable = key is not None
        self.exists = False
        """Whether there is a draft, as far as is known here."""
        self.trouble = "" if self._usable else "What you enter is not kept: nobody is logged in."
        """Why what was entered is not kept."""

    @property
    def key(self) -> DraftKey | None:
        """Whose draft it is."""
        return self._key

    @property
    def has_unsaved(self) -> bool:
        """Whether leaving now would lose something."""
        return self._waiting is not None or self._writing is not None or (bool(self.trouble) and self.exists)

    async def read(self) -> Draft | None:
        """What was entered before; None if nothing was.

        Raises:
            DraftError: it cannot be read. Unless it was set aside nothing is written in its place.
        """
        if self._key is None:
            return None
        try:
            draft = await asyncio.wait_for(in_thread(self._store.read, self._key), READ_SECONDS)
        except BrokenDraftError:
            raise
        except TimeoutError:
            late = "The folder of the drafts does not answer."
            raise self._give_up(DraftError(late, meaning="What you enter is not kept.")) from None
        except DraftError as error:
            raise self._give_up(error) from None
        self.exists = draft is not None
        return draft

    def _give_up(self, error: DraftError) -> DraftError:
        self._usable, self.trouble = False, error.what
        return error

    def note(self, draft: Draft) -> None:
        """Remember what is to be written."""
        self._waiting, self._forgets, self.exists = draft, False, True

    def forget(self) -> None:
        """Remember that there is to be no draft any more."""
        self._waiting, self._forgets, self.exists = None, True, False

    async def write_soon(self) -> None:
        """Write what was noted, in a moment."""
        await self._clock.sleep(SAVE_SECONDS)
        await self.flush()

    async def flush(self) -> None:
        """Write now what was noted. Cancelling leaves the write to continue by itself."""
        while self._writing is not None or self._has_work:
            if self._writing is None:
                self._writing = asyncio.ensure_future(self._write())
            await asyncio.shield(self._writing)
            if self.trouble:
                return  # to be tried again at the next change, or before leaving

    async def flush_before_leaving(self) -> bool:
        """Write now, but wait no longer than a moment; whether all is kept."""
        try:
            await asyncio.wait_for(self.flush(), LEAVE_SECONDS)
        except TimeoutError:
            self.trouble = "The folder of the drafts does not answer."
        return not self.has_unsaved

    @property
    def _has_work(self) -> bool:
        return self._usable and (self._waiting is not None or self._forgets)

    async def _write(self) -> None:
        """One file operation; what could not be written waits for the next one, unless something newer does."""
        draft, self._waiting, forgets, self._forgets = self._waiting, None, self._forgets, False
        try:
            if draft is not None:
                await in_thread(self._store.write, draft)
            elif forgets and self._key is not None:
                await in_thread(self._store.forget, self._key)
            self.trouble = ""
        except DraftError as error:
            self.trouble = error.what
            self._restore(draft)
        finally:
            self._writing = None
            self._changed()

    def _restore(self, draft: Draft | None) -> None:
        """What could not be written waits again, unless something else was noted meanwhile."""
        if self._waiting is None and not self._forgets:
            self._waiting = draft
