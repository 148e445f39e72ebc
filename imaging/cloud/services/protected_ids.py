"""What must never be deleted, for no caller: a run's source, its volumes, what any claim names."""

from __future__ import annotations

from models.errors import NotOwnedError


class Protected:
    """The ids that all adapters of one cloud refuse to delete; an id is never used for two things."""

    def __init__(self) -> None:
        """Protect nothing yet."""
        self._ids: set[str] = set()

    def add(self, thing_id: str) -> None:
        """Protect one more, for as long as the cloud is open."""
        self._ids.add(thing_id)

    def refuse(self, kind: str, thing_id: str) -> None:
        """Let pass what is not protected.

        Raises:
            NotOwnedError: it is; the cloud is not asked.
        """
        if thing_id in self._ids:
            raise NotOwnedError(
                f"The {kind} {thing_id} is not deleted: it is the source of a run, or belongs to one.",
                meaning="The console deletes only what a run of its own has made.",
            )
