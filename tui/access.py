"""The login of the console: made once, on the first call, and shared by all screens. Imports the SDK only then."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.cloud.http.command_recorder import CommandRecorder
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.cloud.login import Login
from models.errors import ConfigError

if TYPE_CHECKING:
    from imaging.cloud.interface import Cloud
    from imaging.cloud.login.notices import Notice
    from imaging.cloud.login.resolution import ResolvedCloud

Ask = Callable[[str], Awaitable[str]]
_DEMONSTRATION = "demo"
"""The name of the demonstration cloud in its own clouds.yaml."""
Choose = Callable[[Sequence[str]], Awaitable[str]]


class Access:
    """Who is logged in where. Several screens may ask at the same time; they share one attempt."""

    def __init__(
        self, name: str | None, clock: Clock, *, ask: Ask, choose: Choose, cache_folder: Path | None = None
    ) -> None:
        """Do nothing yet.

        Args:
            name: the cloud's name in clouds.yaml, if it is known.
            clock: for the adapter's waits.
            ask: asks the user for a secret.
            choose: lets the user choose among the names of several clouds.
            cache_folder: where the names of lists are kept for the shell's completion; None keeps none.
        """
        self._cache_folder = cache_folder
        self._name = name
        self._clock = clock
        self._ask = ask
        self._choose = choose
        self._attempt: asyncio.Task[Cloud] | None = None
        self._resolved: ResolvedCloud | None = None
        self.login: Login | None = None
        self.commands = CommandRecorder(clock)
        """What is asked of clouds, whichever is used."""

    async def use_file(self, file: str) -> None:
        """Let the next call log in by this file of clouds.

        Raises:
            ConfigError: there is no such file.
        """
        path = await in_thread(lambda: Path(file).expanduser().absolute())
        if not await in_thread(path.is_file):
            raise ConfigError(
                f"There is no file {path}.", meaning="Nothing was changed.", remedy="Press r to try again."
            )
        os.environ["OS_CLIENT_CONFIG_FILE"] = str(path)

    async def use_demonstration(self, join: Callable[[], object]) -> None:
        """Let the next call log in to the demonstration cloud.

        Args:
            join: starts it where it does not run, and lets the environment name it; blocks.

        Raises:
            CloudError: it does not start.
        """
        await in_thread(join)
        self._name = _DEMONSTRATION

    @property
    def name(self) -> str:
        """The cloud's name, empty before it is known."""
        return self._resolved.name if self._resolved else self._name or ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know of the cloud's entry; nothing before it is known."""
        return self._resolved.notices if self._resolved else ()

    @property
    def about(self) -> tuple[str, ...]:
        """Where the cloud's entry stands, and what should be known of it."""
        if self._resolved is None:
            return ()
        return (f"{self._resolved.name}, {self._resolved.origin}.", *(notice.text for notice in self.notices))

    async def cloud(self) -> Cloud:
        """The cloud, logged in; after a failure the next call tries again.

        Raises:
            ImagingError: the login failed.
        """
        if self._attempt is None or (self._attempt.done() and _failed(self._attempt)):
            self._attempt = asyncio.create_task(self._connect())
        return await asyncio.shield(self._attempt)

    async def resolved(self) -> ResolvedCloud:
        """The configuration with its secrets, after a login that succeeded."""
        await self.cloud()
        if self._resolved is None:  # pragma: no cover  # a login sets it
            raise RuntimeError("logged in without a configuration")
        return self._resolved

    async def close(self) -> None:
        """Close the connection to the cloud."""
        if self._attempt is None:
            return
        if not self._attempt.done():
            self._attempt.cancel()
        elif not _failed(self._attempt):
            await self._attempt.result().close()

    async def _connect(self) -> Cloud:
        from imaging.cloud.connection import connect  # noqa: PLC0415  # the SDK takes a quarter of a second
        from imaging.cloud.listed_names import remembering  # noqa: PLC0415  # the same
        from imaging.cloud.login.resolution import cloud_names, resolve_cloud  # noqa: PLC0415

        name = self._name
        if name is None and not _named_by_environment() and len(names := await in_thread(cloud_names)) > 1:
            name = await self._choose(names)
        self._resolved = await resolve_cloud(name, ask=self._ask)
        listed = remembering(self._cache_folder, self._resolved.name) if self._cache_folder is not None else None
        cloud = await connect(self._resolved, self._clock, listed=listed, recorder=self.commands)
        self.login = await cloud.login()
        return cloud


def _named_by_environment() -> bool:
    return bool(os.environ.get("OS_CLOUD"))


def _failed(attempt: asyncio.Task[Cloud]) -> bool:
    return attempt.cancelled() or attempt.exception() is not None
