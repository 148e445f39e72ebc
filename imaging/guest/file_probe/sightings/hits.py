"""What was found for which search: each once, and no more than can be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from imaging.files.disk.tree import Found

MOST_TOLD = 3_000
_MOST_CANDIDATES = 6_000
"""Of files that count only with a mark."""


class Hits:
    """Collects them."""

    def __init__(self, quiet: Collection[str]) -> None:
        """Begin.

        Args:
            quiet: the ids of searches of which only files with a mark are told.
        """
        self._quiet = quiet
        self._seen: set[tuple[str, str]] = set()
        self._found: list[tuple[str, Found]] = []
        self._candidates = 0
        self.are_cut = False
        """Whether there were more."""

    def add(self, search: str, found: Found) -> None:
        """Keep what was found for a search."""
        key = (search, found.path)
        if key in self._seen or (self.are_cut and len(self._found) >= MOST_TOLD + _MOST_CANDIDATES):
            return
        self._seen.add(key)
        is_quiet = search in self._quiet
        self._candidates += is_quiet
        number = self._candidates if is_quiet else len(self._seen) - self._candidates
        if number > (_MOST_CANDIDATES if is_quiet else MOST_TOLD):
            self.are_cut = True
        else:
            self._found.append((search, found))

    def by_search(self) -> Iterator[tuple[str, Found]]:
        """All, in the order of the ids."""
        return iter(sorted(self._found, key=lambda hit: hit[0]))
