"""Lists that tell, when they were read to their end, what is in them: for the names that a shell completes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from imaging.cloud.http.transport import Transport
from imaging.cloud.name_cache import NameCache, Named, NameKind
from imaging.cloud.services.compute import NovaCompute
from imaging.cloud.services.images import GlanceImages
from imaging.cloud.services.protected_ids import Protected
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.cloud.instance import Instance

_LONGEST_SECONDS = 1.0
"""How long a list waits for its names to be kept: a home on a network may not answer."""

Listed = Callable[[NameKind, str, Sequence[Named]], Awaitable[None]]
"""Is told the kind, the project's id, and all that were listed. It raises nothing."""


class ListedCompute(NovaCompute):
    """Nova, whose list of instances is told."""

    def __init__(self, transport: Transport, protected: Protected, project_id: str, listed: Listed) -> None:
        """Keep whom to tell."""
        super().__init__(transport, protected)
        self._listed_project_id = project_id
        self._listed = listed

    async def instances(self) -> AsyncIterator[tuple[Instance, ...]]:
        """All instances of the project, page by page."""
        found: list[Named] = []
        async for page in super().instances():
            found += [Named(one.id, one.name) for one in page]
            yield page
        await self._listed(NameKind.INSTANCE, self._listed_project_id, found)


class ListedImages(GlanceImages):
    """Glance, whose list of images is told."""

    def __init__(self, transport: Transport, project_id: str, protected: Protected, listed: Listed) -> None:
        """Keep whom to tell."""
        super().__init__(transport, project_id, protected)
        self._listed = listed

    async def images(self) -> AsyncIterator[tuple[Image, ...]]:
        """Every image that the project can see, page by page."""
        found: list[Named] = []
        async for page in super().images():
            found += [Named(one.id, one.name) for one in page]
            yield page
        await self._listed(NameKind.IMAGE, self._project_id, found)


def remembering(cache_folder: Path, cloud: str) -> Listed:
    """Keeps the names of lists for the shell's completion, as far as that works at once: nothing depends on it.

    Args:
        cache_folder: `Paths.cache`.
        cloud: its name in clouds.yaml.
    """
    cache = NameCache(cache_folder)

    async def listed(kind: NameKind, project_id: str, things: Sequence[Named]) -> None:
        work = in_thread(lambda: cache.write(kind, things, cloud=cloud, project_id=project_id))
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(work, _LONGEST_SECONDS)

    return listed
