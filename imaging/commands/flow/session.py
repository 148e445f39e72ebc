"""A command's session: its cloud, its guidelines and its runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud, resolve_cloud
from imaging.cloud.name_cache import NameCache, Named, NameKind
from imaging.commands.flow.demo_cloud import demonstration_url, join_demonstration
from imaging.commands.options.invocation import Invocation
from imaging.commands.output.failures import LOG_NAME
from imaging.commands.output.prompts import secret_prompt
from imaging.commands.output.streams import say
from imaging.guidelines.catalogue import RULES
from imaging.guidelines.profiles import load_profile
from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.logs import start_logging
from imaging.runtime.paths import Paths
from imaging.runtime.private_files import NotPrivateError
from imaging.runtime.settings import load_settings
from imaging.runtime.threads import in_thread
from models.errors import ConfigError, JournalError, UsageError
from models.guidelines.profile import Profile
from models.run.record import RunRecord
from models.settings import LogLevel, Settings

if TYPE_CHECKING:
    from imaging.runs.process.early import EarlyRunner
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
        begin_log(paths(), LOG_NAME, settings().log_level)
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
        return found.prepared(say)
    except NotPrivateError as error:
        raise ConfigError(
            f"{error.filename} is not used: {error.strerror}.",
            meaning="Nothing was read or written there.",
            remedy=error.remedy,
        ) from error
    except OSError as error:
        raise ConfigError(
            f"The folder {error.filename or found.state} cannot be made: {error.strerror}.",
            remedy="Create it, or set XDG_STATE_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME to other folders.",
        ) from error


def begin_log(places: Paths, name: str, level: LogLevel) -> None:
    """Open the log of this process.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        start_logging(places, name, level)
    except OSError as error:
        raise ConfigError(
            f"The log {error.filename or places.logs} cannot be written: {error.strerror}.",
            meaning="Nothing was done.",
            remedy=error.remedy if isinstance(error, NotPrivateError) else "Check free space and permissions.",
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
            "The setting read_only is on, so nothing in the cloud may be changed.",
            remedy=f"Turn it off in {paths().settings}, or with IMAGING_READ_ONLY=false.",
        )


@asynccontextmanager
async def own_runs(*, starting: bool = False) -> AsyncIterator[RunService]:
    """The runs of this machine.

    Args:
        starting: one is going to be started: its runner is there before, and loads what it needs while this process
            loads, logs in, inspects and plans.
    """
    early = await _early_runner() if starting else None
    from imaging.runs.service import RunService  # noqa: PLC0415  # most of what a run is: not for a `--help`

    service = RunService(paths(), SystemClock(), early=early)
    try:
        yield service
    finally:
        await service.close()


async def _early_runner() -> EarlyRunner:
    from imaging.runs.plan.new_run import new_run_id  # noqa: PLC0415  # see `own_runs`
    from imaging.runs.process.early import EarlyRunner  # noqa: PLC0415  # the same

    return await EarlyRunner.begin(new_run_id(now()), paths())


def profile(invocation: Invocation) -> Profile:
    """The guidelines to judge by."""
    found = load_profile(invocation.profile or settings().profile, paths().profiles)
    _keep_rules_for_completion()
    return found


def _keep_rules_for_completion() -> None:
    """To load the rules takes longer than a shell may wait for its completion, so their ids are written down."""
    cache = NameCache(paths().cache)
    by_kind = {
        NameKind.RULE: tuple(Named(rule.id, rule.title) for rule in RULES),
        NameKind.QUESTION: tuple(Named(rule.id, rule.title) for rule in RULES if rule.asked_for is not None),
    }
    for kind, rules in by_kind.items():
        with suppress(OSError):
            if cache.read(kind) != rules:
                cache.write(kind, rules)


async def resolve_for(invocation: Invocation, run: RunRecord) -> ResolvedCloud:
    """Resolve the cloud of a run, which is the one that its record names unless the user names another.

    Raises:
        ConfigError: as `resolve`.
    """
    demonstration = demonstration_url(paths().state)
    if demonstration is not None and run.identity.auth_url == demonstration and invocation.os_cloud is None:
        invocation = replace(invocation, demo=True)
    return await resolve(invocation, cloud=run.identity.cloud)


async def resolve(invocation: Invocation, *, cloud: str | None = None) -> ResolvedCloud:
    """Find out where and with which secret to log in, without logging in. What the user should know of it is said.

    Args:
        invocation: which cloud the user named.
        cloud: the one to take where they named none.

    Raises:
        ConfigError: there is no such cloud, or a secret is missing and nobody is there to be asked.
        CloudError: the demonstration cloud does not start.
    """
    name = await in_thread(lambda: cloud_name(invocation, cloud=cloud))
    found = await resolve_cloud(name, ask=secret_prompt())
    for notice in found.notices:
        say(f"Warning: {notice.text}")
    return found


def cloud_name(invocation: Invocation, *, cloud: str | None = None) -> str | None:
    """The name of the cloud to use, as far as it was said; the demonstration cloud is joined where it is wanted.

    Args:
        invocation: which cloud the user named.
        cloud: the one to take where they named none.

    Raises:
        CloudError: the demonstration cloud does not start.
    """
    if invocation.demo:
        join_demonstration(paths().state, os.environ)
        return invocation.os_cloud or cloud or DEMO_CLOUD
    in_environment = os.environ.get("OS_CLOUD") or os.environ.get("OS_AUTH_URL")
    return invocation.os_cloud or cloud or (None if in_environment else settings().cloud)


async def tell_overdue() -> None:
    """Say which test instances should have been removed by now; a journal that cannot be read is told elsewhere."""
    if not paths().journal.exists():
        return
    with suppress(JournalError):
        async with own_runs() as runs:
            for line in await runs.overdue():
                say(f"Warning: {line}")


@asynccontextmanager
async def logged_in(invocation: Invocation, *, cloud: str | None = None) -> AsyncIterator[Session]:
    """Log in, and always close the connection at the end."""
    async with logged_in_to(await resolve(invocation, cloud=cloud)) as here:
        yield here


@asynccontextmanager
async def logged_in_to(resolved: ResolvedCloud) -> AsyncIterator[Session]:
    """The same, where it is known already how: nothing is asked of the user any more."""
    clock = SystemClock()
    from imaging.cloud.connection import connect  # noqa: PLC0415  # it brings openstacksdk: not for a `--help`
    from imaging.cloud.listed_names import remembering  # noqa: PLC0415  # the same

    connection = await connect(resolved, clock, listed=remembering(paths().cache, resolved.name))
    await tell_overdue()
    try:
        yield Session(connection, resolved, clock)
    finally:
        await connection.close()
