"""Which cloud is meant, and everything that is needed to log in to it.

In this order: clouds.yaml with secure.yaml, or OS_* variables; for a secret that is missing there, the system
keyring; then the user at the terminal. Secrets stay inside `ResolvedCloud`, which never shows them. An entry that
others may have written gets no secret that is kept elsewhere, for it says where the secret is sent.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from imaging.cloud.bounded_http.addresses import address_of
from imaging.cloud.clouds_yaml.file_trust import Distrust
from imaging.cloud.clouds_yaml.loading import SECRETS, Found, load, loader_of_files, names_of
from imaging.cloud.login.auth_keys import fit_auth, refuse_address
from imaging.cloud.login.console_settings import OwnSettings, allowed_by_environment, own_settings
from imaging.cloud.login.keyring_lookup import account_of, look_up
from imaging.cloud.login.notices import Notice, line_notices
from imaging.cloud.login.resolved import ResolvedCloud, made
from imaging.runtime.threads import in_thread
from models.errors import ConfigError
from models.text import one_line

__all__ = ["Ask", "ResolvedCloud", "cloud_names", "refuse_scope", "resolve_cloud"]

Ask = Callable[[str], Awaitable[str]]

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


async def resolve_cloud(name: str | None, *, ask: Ask | None, keyring_seconds: float = 3) -> ResolvedCloud:
    """Find a cloud's configuration and its secrets. Nothing is asked of the cloud itself.

    Args:
        name: the cloud's name. None: OS_CLOUD, else OS_* variables that hold a login, else the only cloud.
        ask: asks the user for a secret; None where nobody can be asked.
        keyring_seconds: how long the system keyring may take.

    Raises:
        ConfigError: there is no such cloud or no clouds at all, a file is malformed, or a secret is missing.
    """
    found = await in_thread(lambda: load(name))
    own = _own(found)
    config = found.config
    auth = config.setdefault("auth", {})
    fit_auth(config, found.name, by_variables=found.file is None)
    refuse_address(auth.get("auth_url"), found.name)
    # K2: Keystone's own answer is a 401, which looks like a wrong secret.
    refuse_scope(config)
    _refuse_own_certificate(found)
    needed = _NEEDED.get(str(config.get("auth_type") or "password"))
    if needed and not auth.get(needed):
        auth[needed] = await _missing_secret(found, needed, ask, keyring_seconds)
    notices = (*_file_notices(found), *line_notices(config, own.allow_http))
    return made(found.name, config, own, file=found.file.path if found.file else None, notices=notices)


def cloud_names() -> tuple[str, ...]:
    """The clouds of clouds.yaml, and `envvars` where OS_* variables hold a login.

    Raises:
        ConfigError: clouds.yaml or secure.yaml is malformed.
    """
    return names_of(*loader_of_files())


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


def _own(found: Found) -> OwnSettings:
    """What the entry tells the console itself, if it is the user's own; and what the environment does."""
    file = found.file
    trusted = file is not None and file.distrust is None
    own = own_settings(file.entry(found.name).get("imaging") if file and trusted else None, found.name, file)
    allowed = (*own.allow_http, *allowed_by_environment(os.environ))
    return own.model_copy(update={"allow_http": tuple(dict.fromkeys(allowed))})


def _file_notices(found: Found) -> Iterator[Notice]:
    """Where the entry comes from, if that is not as usual, and what of it is left alone."""
    file = found.file
    if file is None or file.distrust is None:
        return
    if file.is_only_here:
        yield Notice(short="./clouds.yaml", text=f"The clouds are those of the current folder: {file.path}.")
    if file.entry(found.name).get("imaging") is not None:
        yield Notice(
            short="IGNORED", text=f"`imaging:` in the entry is ignored, for {file.distrust}. {file.distrust.remedy}"
        )


def _refuse_own_certificate(found: Found) -> None:
    """A certificate and its key are the user's identity, wherever the files lie.

    Raises:
        ConfigError: an entry that others may have written would use them.
    """
    why = found.distrust
    if why and (found.config.get("cert") or found.config.get("key")):
        raise _not_with_these(found, ["cert", "key"], why)


def _refuse_steering(found: Found, why: Distrust) -> None:
    """What the user types at a prompt goes to the address that the prompt names, to nobody who passes for it.

    Raises:
        ConfigError: an entry that others may have written says otherwise.
    """
    config = found.config
    set_here = [key for key in ("insecure", "cacert") if config.get(key)]
    set_here += ["verify"] if config.get("verify", True) is not True else []
    auth_keys = (key for key in config.get("auth", {}) if key != "auth_url")
    set_here += [key for key in (*config, *auth_keys) if key.endswith(("_url", "endpoint", "endpoint_override"))]
    if set_here:
        raise _not_with_these(found, set_here, why)


def _not_with_these(found: Found, keys: list[str], why: Distrust) -> ConfigError:
    return ConfigError(
        f"The entry of the cloud {one_line(found.name, 80)!r} sets {', '.join(one_line(key, 80) for key in keys)}, "
        f"but {why}.",
        meaning="Nothing was sent. Such settings say whom your login is shown to.",
        remedy=why.remedy,
    )


async def _missing_secret(found: Found, needed: str, ask: Ask | None, keyring_seconds: float) -> str:
    """The secret from the keyring, or from the user.

    Raises:
        ConfigError: neither has it.
    """
    why, auth = found.distrust, found.config["auth"]
    user = next(
        (
            str(auth[key])
            for key in ("username", "user_id", "application_credential_id", "application_credential_name")
            if auth.get(key)
        ),
        "",
    )
    address = _shown_address(auth.get("auth_url") or found.config.get("auth_url"))
    secret = None
    # A passcode is good once, so a kept one is useless; and an entry that others wrote gets no kept secret.
    if needed != "passcode" and why is None:
        secret = await look_up(account_of(found.name, user, address), keyring_seconds)
    if secret is None and ask is not None:
        if why is not None:
            _refuse_steering(found, why)
        whose = f"{one_line(user, 80) or 'the login'} on {one_line(found.name, 80)}"
        secret = await ask(f"{SECRETS[needed].capitalize()} of {whose} ({address})")
    if not secret:
        raise ConfigError(
            f"The {SECRETS[needed]} for the cloud {one_line(found.name, 80)!r} is missing.",
            meaning="".join(f"A secure.yaml of yours is not used, for {one}. " for one in found.unused).strip()
            or (f"The system keyring was not asked, for {why}." if why else ""),
            remedy=" ".join(dict.fromkeys(one.remedy for one in (*found.unused, *filter(None, [why]))))
            or "It may stand in secure.yaml, in OS_* variables, or in the system keyring.",
        )
    return secret


def _shown_address(url: Any) -> str:
    try:
        return str(address_of(str(url)))
    except ValueError:
        return one_line(url, 120)
