"""A cloud with all that a login needs, secrets included, in a form that never shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pydantic import SecretStr, ValidationError

from imaging.cloud.bounded_http.addresses import password_in, stays_in_machine
from imaging.cloud.login.console_settings import OwnSettings
from imaging.cloud.login.notices import Notice
from imaging.runtime.redaction import redactor
from models import foreign
from models.base import Frozen
from models.errors import ConfigError

_SECRET_WORDS = ("password", "secret", "token", "passcode")
"""What the names of secret settings contain."""
_NO_SECRETS = ("_url", "_endpoint", "_type", "_method", "_version", "_override", "_retries")
"""How the names of settings end that only speak of one, such as `access_token_endpoint`."""

_LARGEST_LOGIN = 4 * 1024**2


class ResolvedCloud(Frozen):
    """A cloud with all that a login needs. No text made of it holds a secret; `to_pipe` is the only way out."""

    name: str
    secret_config: SecretStr
    """The configuration for openstacksdk, secrets included, as one JSON text."""
    console_silence_seconds: float | None = None
    """`imaging: {console_silence_seconds: N}` of the cloud's entry: its own patience with a silent console."""
    ssh_config: Path | None = None
    """`imaging: {ssh_config: PATH}` of the cloud's entry: what leads to its instances instead of ~/.ssh/config."""
    allow_http: tuple[str, ...] = ()
    """`imaging: {allow_http: [SERVICE]}` or IMAGING_ALLOW_HTTP: the services that may be asked by plain HTTP."""
    file: Path | None = None
    """The clouds.yaml that the entry comes from; None for OS_* variables."""
    notices: tuple[Notice, ...] = ()
    """What to say about the entry whenever it is used."""

    @property
    def config(self) -> dict[str, Any]:
        """What openstacksdk needs. It holds secrets: hand it to openstacksdk and to nobody else."""
        return foreign.fields(self.secret_config.get_secret_value(), max_bytes=_LARGEST_LOGIN)

    @property
    def origin(self) -> str:
        """Where the entry comes from, as the end of a sentence."""
        auth = self.config.get("auth")
        if isinstance(auth, dict) and stays_in_machine(str(auth.get("auth_url"))):
            return "on this machine"
        return f"from {self.file}" if self.file else "from OS_* variables"

    def to_pipe(self) -> bytes:
        """Everything, secrets included, for the pipe that a runner inherits. Never for a file or an argument."""
        return json.dumps(
            {
                "name": self.name,
                "config": self.config,
                "console_silence_seconds": self.console_silence_seconds,
                "ssh_config": None if self.ssh_config is None else str(self.ssh_config),
                "allow_http": self.allow_http,
                "file": None if self.file is None else str(self.file),
                "notices": [notice.model_dump() for notice in self.notices],
            }
        ).encode()

    @classmethod
    def from_pipe(cls, data: bytes) -> ResolvedCloud:
        """What `to_pipe` wrote, at the other end.

        Raises:
            ConfigError: the data are something else; nothing of them is in the message.
        """
        try:
            read = foreign.fields(data, max_bytes=_LARGEST_LOGIN)
            ssh_config = None if read["ssh_config"] is None else Path(read["ssh_config"])
            own = OwnSettings(
                console_silence_seconds=read["console_silence_seconds"],
                ssh_config=ssh_config,
                allow_http=tuple(read["allow_http"]),
            )
            file = None if read["file"] is None else Path(read["file"])
            notices = tuple(Notice.model_validate(one) for one in read["notices"])
            cloud = made(read["name"], read["config"], own, file=file, notices=notices)
        except (ValueError, LookupError, TypeError, ValidationError):
            raise ConfigError("The login that was handed over cannot be read.") from None
        return cloud


def made(
    name: str,
    config: dict[str, Any],
    own: OwnSettings,
    *,
    file: Path | None = None,
    notices: tuple[Notice, ...] = (),
) -> ResolvedCloud:
    """Put it together; from now on its secrets are blotted out of every log."""
    redactor.hide(*_secrets(config))
    return ResolvedCloud(
        name=name,
        secret_config=SecretStr(json.dumps(config)),
        console_silence_seconds=own.console_silence_seconds,
        ssh_config=own.ssh_config,
        allow_http=own.allow_http,
        file=file,
        notices=notices,
    )


def _secrets(config: Mapping[str, Any]) -> Iterator[str]:
    """What is secret wherever it stands: by its name, and the password in an address, as written and as sent."""
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif isinstance(value, str) and _is_secret(key):
            yield value
        elif isinstance(value, str) and (password := password_in(value)):
            yield from {password, unquote(password)}


def _is_secret(key: str) -> bool:
    return any(word in key for word in _SECRET_WORDS) and not key.endswith(_NO_SECRETS)
