"""Whether a login is to the project that a run belongs to."""

from __future__ import annotations

from models.cloud.login import CloudIdentity, Login
from models.errors import WrongProjectError
from models.run.record import RunRecord


def refuse_other_project(record: RunRecord, login: Login) -> None:
    """Refuse a login that is not to the run's own project.

    Raises:
        WrongProjectError: it is another project's, or another user's.
    """
    if _place(login.identity) != _place(record.identity):
        theirs = record.identity
        raise WrongProjectError(
            f"Run {record.id} belongs to project {theirs.project_id} at {theirs.auth_url} (cloud {theirs.cloud}), "
            f"but the login is to project {login.identity.project_id} at {login.identity.auth_url}.",
            meaning="Nothing was changed.",
            remedy=f"Choose its cloud: --os-cloud {theirs.cloud}.",
        )


def _place(identity: CloudIdentity) -> tuple[str, ...]:
    """What must agree: a cloud's name may differ from machine to machine, its address and the rest may not."""
    return (identity.auth_url.rstrip("/"), identity.region or "", identity.project_id, identity.user_id)
