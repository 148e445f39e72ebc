"""Who is logged in, where, and for how long."""

from __future__ import annotations

from datetime import datetime

from models.base import Frozen


class CloudIdentity(Frozen):
    """What a run's record names, so that it is never continued in another project."""

    cloud: str
    """The name in clouds.yaml, or `envvars`."""
    auth_url: str
    region: str | None = None
    project_id: str
    user_id: str


class Login(Frozen):
    """A login as Keystone confirmed it. It holds no secret."""

    identity: CloudIdentity
    user_name: str = ""
    project_name: str = ""
    token_expires_at: datetime | None = None
    renewable: bool = True
    """False for a bare token: once it has expired, nobody can log in anew."""
    credential_expires_at: datetime | None = None
    """The end of the application credential; None without one, without an end, or if unreadable."""
    credential_expiry_unreadable: bool = False
    """True where the cloud refused to show the application credential, so that its end is unknown."""
