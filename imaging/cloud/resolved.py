"""A cloud with all that a login needs, secrets included, in a form that never shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from imaging.runtime.redaction import redactor
from models.base import Frozen
from models.errors import ConfigError

_SECRET_WORDS = ("password", "secret", "token", "passcode")
"""What the names of secret settings in an `auth` mapping contain."""


class ResolvedCloud(Frozen):
    """A cloud with all that a login needs. No text made of it holds a secret; `to_pipe` is the only way out."""

    name: str
    secret_config: SecretStr
    """The configuration for openstacksdk, secrets included, as one JSON text."""
    console_silence_seconds: float | None = None
    """`imaging: {console_silence_seconds: N}` of the cloud's entry: its own patience with a silent console."""
    ssh_config: Path | None = None
    """`imaging: {ssh_config: PATH}` of the cloud's entry: what leads to its instances instead of ~/.ssh/config."""

    @property
    def config(self) -> dict[str, Any]:
        """What openstacksdk needs. It holds secrets: hand it to openstacksdk and to nobody else."""
        read: dict[str, Any] = json.loads(self.secret_config.get_secret_value())
        return read

    def to_pipe(self) -> bytes:
        """Everything, secrets included, for the pipe that a runner inherits. Never for a file or an argument."""
        return json.dumps(
            {
                "name": self.name,
                "config": self.config,
                "console_silence_seconds": self.console_silence_seconds,
                "ssh_config": None if self.ssh_config is None else str(self.ssh_config),
            }
        ).encode()

    @classmethod
    def from_pipe(cls, data: bytes) -> ResolvedCloud:
        """What `to_pipe` wrote, at the other end.

        Raises:
            ConfigError: the data are something else; nothing of them is in the message.
        """
        try:
            read = json.loads(data)
            ssh_config = None if read["ssh_config"] is None else Path(read["ssh_config"])
            cloud = made(read["name"], read["config"], read["console_silence_seconds"], ssh_config)
        except (ValueError, LookupError, TypeError, ValidationError):
            raise ConfigError("The login that was handed over cannot be read.") from None
        return cloud


def made(name: str, config: dict[str, Any], silence: float | None, ssh_config: Path | None = None) -> ResolvedCloud:
    """Put it together; from now on its secrets are blotted out of every log."""
    auth = config.get("auth", {})
    redactor.hide(*(value for key, value in auth.items() if isinstance(value, str) and _is_secret(key)))
    return ResolvedCloud(
        name=name,
        secret_config=SecretStr(json.dumps(config)),
        console_silence_seconds=silence,
        ssh_config=ssh_config,
    )


def _is_secret(key: str) -> bool:
    return any(word in key for word in _SECRET_WORDS)
