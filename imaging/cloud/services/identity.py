"""Reads who is logged in, where, and for how long. Nothing secret is taken over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transport import Transport
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.cloud.readers.values import mapping, moment, text
from models.cloud.login import CloudIdentity, Login
from models.errors import ConfigError, ImagingError
from models.text import one_line

_ONE_TIME = frozenset(
    {
        *("token", "v2token", "v3token", "admin_token"),
        *("v3totp", "v3multifactor", "v3oidcauthcode", "v3oidcdeviceauthz", "v3oidcaccesstoken"),
    }
)
"""Logins that cannot be repeated: a bare token, or a passcode that is good once."""

_USERINFO = re.compile(r"^(\w+://)[^/@]*@")


def read_login(access: Any, resolved: ResolvedCloud) -> Login:
    """The login as Keystone confirmed it, the end of the application credential left open.

    Args:
        access: keystoneauth's AccessInfo; None for a login without Keystone.
        resolved: the cloud that was logged in to.

    Raises:
        ConfigError: the login belongs to no project.
    """
    config = resolved.config
    project_id, user_id = (text(_field(access, name)) for name in ("project_id", "user_id"))
    # Keystone lets in without a project too, with a token that no other service takes.
    if project_id is None or user_id is None:
        raise ConfigError(
            f"The login to the cloud {one_line(resolved.name, 80)!r} belongs to no project.",
            remedy="Name one: project_name and project_domain_name in clouds.yaml, or OS_PROJECT_NAME.",
        )
    region = config.get("region_name")
    return Login(
        identity=CloudIdentity(
            cloud=resolved.name,
            auth_url=_public_address(mapping(config.get("auth")).get("auth_url") or config.get("auth_url") or ""),
            region=text(region),
            project_id=project_id,
            user_id=user_id,
        ),
        user_name=text(_field(access, "username")) or "",
        project_name=text(_field(access, "project_name")) or "",
        token_expires_at=_utc(_field(access, "expires")),
        # A run longer than the token needs a login that can be repeated without its user.
        renewable=config.get("auth_type") not in _ONE_TIME,
    )


async def with_credential_end(login: Login, credential_id: str | None, transport: Transport) -> Login:
    """Add the end of the application credential, where there is one and Keystone shows it.

    A restricted credential may normally read itself; access rules or policy may forbid even that, and then the end
    is said to be unreadable.
    """
    # Only an application credential has an end of its own; V19: no token of it lasts longer.
    if credential_id is None:
        return login
    url = path("users", login.identity.user_id, "application_credentials", credential_id)
    call = Call("identity", "GET", url, "read when the application credential ends")
    try:
        found = await transport.ask(call, _credential)
    # K3: an end that access rules hide is unknown, which is not the same as none.
    except ImagingError:
        return login.model_copy(update={"credential_expiry_unreadable": True})
    return login.model_copy(update={"credential_expires_at": moment(found.get("expires_at"))})


def _credential(answer: Answer) -> Mapping[str, Any]:
    found = answer.body.get("application_credential")
    if not isinstance(found, Mapping) or "expires_at" not in found:
        msg = "no application credential"
        raise ValueError(msg)
    return found


def _public_address(auth_url: Any) -> str:
    """The address without a user and password in it, for it is shown, kept in the journal and in reports."""
    return _USERINFO.sub(r"\1", str(auth_url))


def _field(access: Any, name: str) -> Any:
    """One thing that Keystone said; None where keystoneauth falls over it, for it reads only when asked."""
    try:
        return getattr(access, name, None)
    except Exception:  # noqa: BLE001  # what Keystone wrote there cannot be used
        return None


def _utc(value: Any) -> datetime | None:
    return moment(value.isoformat()) if isinstance(value, datetime) else None
