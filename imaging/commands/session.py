"""The way of a command to its cloud, its guidelines and its runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from imaging.cloud.interface import Cloud
from imaging.cloud.resolution import ResolvedCloud, resolve_cloud
from imaging.cloud.threads import in_thread
from imaging.commands.demo import demonstration_url, join_demonstration
from imaging.commands.failing import LOG_NAME
from imaging.commands.invocation import Invocation
from imaging.commands.prompting import secret_asker
from imaging.guidelines.profiles import load_profile
from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.logs import start_logging
from imaging.runtime.paths import Paths
from imaging.runtime.settings import load_settings
from models.errors import ConfigError, UsageError
from models.profile import Profile
from models.run import RunRecord
from models.settings import Settings

if TYPE_CHECKING:
    from imaging.runs.service import RunService

T = TypeVar("T")
DEMO_CLOUD = "demo"
"""The name of the demonstration cloud in its own clouds.yaml."""


@dataclass(frozen=True)
class Session:
    """A command that is logged in."""

    cloud: Cloud
    resolved: ResolvedCloud
    clock: Clock


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end. What libraries have to say goes to the log, never to the terminal."""
    try:
        start_logging(paths(), LOG_NAME, settings().log_level)
    except BaseException:
        work.close()
        raise
    return asyncio.run(work)


def now() -> datetime:
    """The time of day."""
    return SystemClock().now()


def paths() -> Paths:
    """The user's folders, made if they are not there.

    Raises:
        ConfigError: they cannot be made.
    """
    found = Paths.of_user()
    try:
        return found.prepared()
    except OSError as error:
        raise ConfigError(
            f"The folder {error.filename or found.state} cannot be made: {error.strerror}.",
            remedy="Make it, or name others with XDG_STATE_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME.",
        ) from error


def settings() -> Settings:
    """The user's settings."""
    return load_settings(paths().settings)


def refuse_read_only() -> None:
    """Keep to the setting `read_only`.

    Raises:
        UsageError: it is set, so that nothing in a cloud may be changed.
    """
    if settings().read_only:
        raise UsageError(
            "The setting read_only is on: nothing in the cloud may be changed.",
            remedy=f"Turn it off in {paths().settings}, or with IMAGING_READ_ONLY=false.",
        )


@asynccontextmanager
async def own_runs() -> AsyncIterator[RunService]:
    """The runs of this machine."""
    from imaging.runs.service import RunService  # noqa: PLC0415  # it brings openstacksdk: not for a `--help`

    service = RunService(paths(), SystemClock())
    try:
        yield service
    finally:
        await service.close()


def profile(said: Invocation) -> Profile:
    """The guidelines to judge by."""
    return load_profile(said.profile or settings().profile, paths().profiles)


async def resolve_for(said: Invocation, run: RunRecord) -> ResolvedCloud:
    """Resolve the cloud of a run, which is the one that its record names unless the user names another.

    Raises:
        ConfigError: as `resolve`.
    """
    demonstration = demonstration_url(paths().state)
    if demonstration is not None and run.identity.auth_url == demonstration and said.os_cloud is None:
        said = replace(said, demo=True)
    return await resolve(said, cloud=run.identity.cloud)


async def resolve(said: Invocation, *, cloud: str | None = None) -> ResolvedCloud:
    """Find out where and with which secret to log in, without logging in.

    Args:
        said: which cloud the user named.
        cloud: the one to take where they named none.

    Raises:
        ConfigError: there is no such cloud, or a secret is missing and nobody is there to be asked.
        CloudError: the demonstration cloud does not start.
    """
    name = await in_thread(lambda: cloud_name(said, cloud=cloud))
    return await resolve_cloud(name, ask=secret_asker())


def cloud_name(said: Invocation, *, cloud: str | None = None) -> str | None:
    """The name of the cloud to use, as far as it was said; the demonstration cloud is joined where it is wanted.

    Args:
        said: which cloud the user named.
        cloud: the one to take where they named none.

    Raises:
        CloudError: the demonstration cloud does not start.
    """
    if said.demo:
        join_demonstration(paths().state, os.environ)
        return said.os_cloud or cloud or DEMO_CLOUD
    in_environment = os.environ.get("OS_CLOUD") or os.environ.get("OS_AUTH_URL")
    return said.os_cloud or cloud or (None if in_environment else settings().cloud)


@asynccontextmanager
async def logged_in(said: Invocation, *, cloud: str | None = None) -> AsyncIterator[Session]:
    """Log in, and let go of the cloud at the end whatever happens."""
    resolved = await resolve(said, cloud=cloud)
    clock = SystemClock()
    from imaging.cloud.connection import connect  # noqa: PLC0415  # it brings openstacksdk: not for a `--help`

    connection = await connect(resolved, clock)
    try:
        yield Session(connection, resolved, clock)
    finally:
        await connection.close()
