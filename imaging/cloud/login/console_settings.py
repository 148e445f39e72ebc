"""What a cloud's entry in clouds.yaml tells the console itself, below the key `imaging`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from imaging.cloud.bounded_http.service_names import SERVICES, service_named
from imaging.cloud.clouds_yaml.files import CloudsFile
from models import foreign
from models.base import Frozen
from models.errors import ConfigError, ForeignValueError
from models.text import one_line

ALLOW_HTTP = "IMAGING_ALLOW_HTTP"
"""The environment variable that allows plain HTTP for services, for each cloud that is used with it."""
_LONGEST_SILENCE = 86_400.0
"""A day."""


class OwnSettings(Frozen):
    """The mapping `imaging` of an entry. openstacksdk passes it on unread, and wants nothing of it."""

    console_silence_seconds: float | None = None
    """The cloud's own patience with a silent console."""
    ssh_config: Path | None = None
    """The ssh config that leads to the cloud's instances; instead of ~/.ssh/config."""
    allow_http: tuple[str, ...] = ()
    """The services that may be asked by plain HTTP, although the login goes by https."""


def own_settings(entry: Any, cloud: str, file: CloudsFile | None) -> OwnSettings:
    """Read the mapping.

    Args:
        entry: what stands below `imaging`; anything but a mapping says nothing.
        cloud: the cloud's name, for the message.
        file: the clouds.yaml that was read, which relative paths are relative to.

    Raises:
        ConfigError: a value is not valid.
    """
    if not isinstance(entry, Mapping):
        return OwnSettings()
    return OwnSettings(
        console_silence_seconds=_patience(entry.get("console_silence_seconds"), cloud),
        ssh_config=_ssh_config(entry.get("ssh_config"), cloud, file),
        allow_http=_allow_http(entry.get("allow_http"), f"In the cloud {one_line(cloud, 80)!r}, allow_http"),
    )


def allowed_by_environment(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What IMAGING_ALLOW_HTTP names, with commas between.

    Raises:
        ConfigError: it names something else than services.
    """
    return _allow_http(environ.get(ALLOW_HTTP) or None, ALLOW_HTTP)


def _allow_http(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    names = value.split(",") if isinstance(value, str) else value
    found = [service_named(name) if isinstance(name, str) else None for name in _listed(names)]
    if not found or None in found:
        raise ConfigError(f"{where} must be a list of services.", remedy=f"Services are: {', '.join(SERVICES)}.")
    return tuple(sorted({service for service in found if service}))


def _listed(names: Any) -> Iterable[Any]:
    return names if isinstance(names, list | tuple) else ()


def _patience(value: Any, cloud: str) -> float | None:
    if value is None:
        return None
    try:
        seconds = foreign.number(value, low=0, high=_LONGEST_SILENCE)
    except ForeignValueError:
        seconds = 0.0
    if seconds == 0:
        raise ConfigError(
            f"In the cloud {one_line(cloud, 80)!r}, console_silence_seconds must be a number above 0, "
            f"at most {_LONGEST_SILENCE:.0f}."
        )
    return seconds


def _ssh_config(value: Any, cloud: str, file: CloudsFile | None) -> Path | None:
    """Whether the file is there is seen when it is needed: a list of instances can do without it."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ConfigError(
            f"In the cloud {one_line(cloud, 80)!r}, ssh_config must be the path of an ssh config.",
            remedy="A relative path is searched for beside clouds.yaml; ~ stands for your home.",
        )
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ConfigError(f"In the cloud {one_line(cloud, 80)!r}, ssh_config names an unknown home: {value}.") from None
    return file.path.absolute().parent / path if file else path
