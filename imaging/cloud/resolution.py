"""Which cloud is meant, and everything that is needed to log in to it.

In this order: clouds.yaml with secure.yaml, or OS_* variables; for a secret that is missing there, the system
keyring; then whoever sits at the terminal. Secrets stay inside `ResolvedCloud`, which never shows them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from imaging.cloud.clouds_files import check_first, config_files
from imaging.cloud.keyring_lookup import look_up
from imaging.cloud.own_settings import own_settings
from imaging.cloud.resolved import ResolvedCloud, made
from imaging.cloud.threads import in_thread
from imaging.runtime.redaction import redactor
from models.errors import ConfigError
from models.text import one_line

__all__ = ["Ask", "ResolvedCloud", "cloud_names", "refuse_scope", "resolve_cloud"]

Ask = Callable[[str], Awaitable[str]]

ENVIRONMENT_CLOUD = "envvars"
"""The name under which the OS_* variables are a cloud, as with the `openstack` command."""

_SECRETS = {
    "password": "password",
    "application_credential_secret": "application credential secret",
    "passcode": "passcode",
    "token": "token",
}
"""What is secret in an `auth` mapping, and how to ask for it."""
_NEEDED = {
    "password": "password",
    "v2password": "password",
    "v3password": "password",
    "v3applicationcredential": "application_credential_secret",
    "v3totp": "passcode",
    "token": "token",
    "v3token": "token",
}
"""By `auth_type`: the secret that it cannot do without."""
_SCOPE = ("project_id", "project_name", "tenant_id", "tenant_name", "project_domain_id", "project_domain_name")
_EXAMPLE_REMEDY = (
    "Download one from the cloud's dashboard (API Access), put it into ~/.config/openstack/clouds.yaml, "
    "or try the console with --demo."
)


async def resolve_cloud(name: str | None, *, ask: Ask | None, keyring_seconds: float = 3) -> ResolvedCloud:
    """Find a cloud's configuration and its secrets. Nothing is asked of the cloud itself.

    Args:
        name: the cloud's name. None: OS_CLOUD, else OS_* variables that hold a login, else the only cloud.
        ask: asks the user for a secret; None where nobody can be asked.
        keyring_seconds: how long the system keyring may take.

    Raises:
        ConfigError: there is no such cloud or no clouds at all, a file is malformed, or a secret is missing.
    """
    chosen, config, file = await in_thread(lambda: _load(name))
    own = own_settings(config.pop("imaging", None), chosen, file)
    auth = config.setdefault("auth", {})
    refuse_scope(config)
    needed = _NEEDED.get(str(config.get("auth_type") or "password"))
    if needed and not auth.get(needed):
        auth[needed] = await _missing_secret(chosen, auth, needed, ask, keyring_seconds)
    return made(chosen, config, own.console_silence_seconds, own.ssh_config)


def cloud_names() -> tuple[str, ...]:
    """The clouds of clouds.yaml, and `envvars` where OS_* variables hold a login.

    Raises:
        ConfigError: clouds.yaml or secure.yaml is malformed.
    """
    return _names(_loader())


def refuse_scope(config: Mapping[str, Any]) -> None:
    """Refuse an application credential with a project beside it, before Keystone does so less clearly.

    Raises:
        ConfigError: naming what has to go.
    """
    if config.get("auth_type") != "v3applicationcredential":
        return
    auth = config.get("auth", {})
    stray = [key for key in _SCOPE if auth.get(key) or config.get(key)]
    if stray:
        variables = ", ".join(f"OS_{key.upper()}" for key in stray)
        raise ConfigError(
            f"Application credentials cannot request a scope, but a project is named beside one ({', '.join(stray)}).",
            remedy=f"Unset {variables}, or remove these lines from clouds.yaml: the credential belongs to its project.",
        )


def _loader() -> Any:
    """The reader of openstacksdk of the files, after ours has checked them."""
    from openstack.config import OpenStackConfig  # noqa: PLC0415  # a quarter of a second: not before it is needed
    from openstack.exceptions import SDKException  # noqa: PLC0415  # the same

    clouds = config_files("clouds", "OS_CLIENT_CONFIG_FILE", os.environ)
    secure = config_files("secure", "OS_CLIENT_SECURE_FILE", os.environ)
    check_first(clouds)
    check_first(secure)
    try:
        loader = OpenStackConfig(
            config_files=clouds, secure_files=secure, vendor_files=config_files("clouds-public", "", os.environ)
        )
    except (SDKException, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"The clouds cannot be read: {redactor.clean(one_line(error, 200))}") from None
    entry = loader.cloud_config["clouds"].get(ENVIRONMENT_CLOUD)
    if isinstance(entry, dict):
        _move_secrets(entry)
    return loader


def _move_secrets(entry: dict[str, Any]) -> None:
    """Out of reach of openstacksdk's `str.format`, which would stumble over a brace in a secret."""
    auth = entry.setdefault("auth", {})
    for key in _SECRETS:
        if key in entry:
            auth[key] = entry.pop(key)


def _names(loader: Any) -> tuple[str, ...]:
    names = tuple(loader.cloud_config["clouds"])
    has_login = bool(os.environ.get("OS_AUTH_URL"))
    without = {"defaults"} if "defaults" in names and not loader.config_filename else set()
    if not has_login:
        without.add(ENVIRONMENT_CLOUD)
    return tuple(name for name in names if name not in without)


def _load(name: str | None) -> tuple[str, dict[str, Any], str | None]:
    """The cloud's name, its configuration as openstacksdk merges it from all its sources, and the clouds.yaml."""
    from openstack.exceptions import SDKException  # noqa: PLC0415  # see above

    loader = _loader()
    chosen = _choose(name, _names(loader), loader.config_filename)
    region = os.environ.get("OS_REGION_NAME") or None
    try:
        config: dict[str, Any] = loader.get_one(cloud=chosen, validate=False, region_name=region).config
    except (SDKException, LookupError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"The entry of the cloud {one_line(chosen, 80)!r} cannot be used: "
            f"{redactor.clean(one_line(error, 200)) if isinstance(error, SDKException) else 'it has an odd shape'}.",
        ) from None
    if not _auth_url(config):
        raise ConfigError(f"The cloud {one_line(chosen, 80)!r} has no auth_url.", remedy=_EXAMPLE_REMEDY)
    return chosen, _gathered(config), loader.config_filename


def _auth_url(config: Mapping[str, Any]) -> Any:
    return config.get("auth", {}).get("auth_url") or config.get("auth_url") or config.get("auth_type") == "none"


def _gathered(config: dict[str, Any]) -> dict[str, Any]:
    """The part that is data: what cannot be JSON is of no use to a login."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(config))
    except (TypeError, ValueError):
        plain = json.loads(json.dumps(config, default=str))
    return plain


def _choose(name: str | None, names: tuple[str, ...], file: str | None) -> str:
    wanted = name or os.environ.get("OS_CLOUD") or None
    if wanted is None and ENVIRONMENT_CLOUD in names:
        return ENVIRONMENT_CLOUD
    if wanted is None and len(names) == 1:
        return names[0]
    listed = ", ".join(one_line(known, 80) for known in sorted(names))
    if wanted is None:
        if not names:
            raise ConfigError(
                "No cloud is configured: there is no clouds.yaml and no OS_AUTH_URL.", remedy=_EXAMPLE_REMEDY
            )
        raise ConfigError(f"Several clouds are configured: {listed}.", remedy="Name one with --os-cloud or OS_CLOUD.")
    if wanted not in names:
        where = f" in {file}" if file else ""
        known = f"There are: {listed}." if names else _EXAMPLE_REMEDY
        raise ConfigError(f"There is no cloud named {one_line(wanted, 80)!r}{where}.", remedy=known)
    return wanted


async def _missing_secret(
    cloud: str, auth: Mapping[str, Any], needed: str, ask: Ask | None, keyring_seconds: float
) -> str:
    user = next(
        (
            str(auth[key])
            for key in ("username", "user_id", "application_credential_id", "application_credential_name")
            if auth.get(key)
        ),
        "",
    )
    found = await look_up(f"{cloud}/{user}", keyring_seconds) if needed != "passcode" else None
    if found is None and ask is not None:
        found = await ask(f"{_SECRETS[needed].capitalize()} of {one_line(user, 80) or 'the login'} on {cloud}")
    if not found:
        raise ConfigError(
            f"The {_SECRETS[needed]} for the cloud {one_line(cloud, 80)!r} is missing.",
            remedy="It may stand in secure.yaml, in OS_* variables, or in the system keyring.",
        )
    return found
