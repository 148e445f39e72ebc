"""Who is logged in, where, and for how long."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class CloudIdentity(Frozen):
    """What a run's record names, so that it is never continued in another project."""

    cloud: CleanText
    """The name in clouds.yaml, or `envvars`."""
    auth_url: CleanText
    region: CleanText | None = None
    project_id: CleanText
    user_id: CleanText


class Login(Frozen):
    """A login as Keystone confirmed it. It holds no secret."""

    identity: CloudIdentity
    user_name: CleanText = ""
    project_name: CleanText = ""
    token_expires_at: Moment | None = None
    renewable: bool = True
    """False for a bare token: once it has expired, nobody can log in again."""
    credential_expires_at: Moment | None = None
    """The end of the application credential; None without one, without an end, or if unreadable."""
    credential_expiry_unreadable: bool = False
    """True where the cloud refused to show the application credential, so that its end is unknown."""
