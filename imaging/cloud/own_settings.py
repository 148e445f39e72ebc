"""What a cloud's entry in clouds.yaml tells the console itself, below the key `imaging`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.base import Frozen
from models.errors import ConfigError
from models.text import one_line


class OwnSettings(Frozen):
    """The mapping `imaging` of an entry. openstacksdk passes it on unread, and wants nothing of it."""

    console_silence_seconds: float | None = None
    """The cloud's own patience with a silent console."""
    ssh_config: Path | None = None
    """The ssh config that leads to the cloud's instances; instead of ~/.ssh/config."""


def own_settings(entry: Any, cloud: str, file: str | None) -> OwnSettings:
    """Read the mapping.

    Args:
        entry: what stands below `imaging`; anything but a mapping says nothing.
        cloud: the cloud's name, for the message.
        file: the clouds.yaml that was read, which relative paths are relative to.

    Raises:
        ConfigError: a value is of no use.
    """
    if not isinstance(entry, Mapping):
        return OwnSettings()
    return OwnSettings(
        console_silence_seconds=_patience(entry.get("console_silence_seconds"), cloud),
        ssh_config=_ssh_config(entry.get("ssh_config"), cloud, file),
    )


def _patience(value: Any, cloud: str) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(str(value))  # openstacksdk makes texts of the numbers in clouds.yaml
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigError(f"In the cloud {one_line(cloud, 80)!r}, console_silence_seconds must be a number above 0.")
    return seconds


def _ssh_config(value: Any, cloud: str, file: str | None) -> Path | None:
    """Whether the file is there is seen when it is needed: a list of instances can do without it."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ConfigError(
            f"In the cloud {one_line(cloud, 80)!r}, ssh_config must be the path of an ssh config.",
            remedy="A relative path is looked for beside clouds.yaml; ~ stands for your home.",
        )
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ConfigError(f"In the cloud {one_line(cloud, 80)!r}, ssh_config names an unknown home: {value}.") from None
    return Path(file).absolute().parent / path if file else path
