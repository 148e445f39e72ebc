"""Print a token of alice that expired some seconds ago: `python expired_token.py STATE [SECONDS]`.

Real in everything but its time: made with Keystone's own formatter and the cloud's own keys, so what the services
answer is their answer to an expiry. A negative number of seconds gives a token that is still good.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openstack


def expired_token(state: Path, seconds: int) -> str:
    """A token of alice in her project."""
    alice = openstack.config.OpenStackConfig(config_files=[str(state / "clouds.yaml")], load_envvars=False).get_one(
        "alice"
    )
    session = alice.get_session()
    user_id, project_id = session.get_user_id(), session.get_project_id()
    import keystone.server
    from keystone.token import token_formatters

    sys.argv = sys.argv[:1]  # what Keystone parses
    keystone.server.configure(config_files=[str(state / "keystone" / "keystone.conf")])
    expiry = datetime.now(UTC) - timedelta(seconds=seconds)
    made: str = token_formatters.TokenFormatter().create_token(
        user_id,
        expiry.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        ["AAAAAAAAAAAAAAAAAAAAAA"],
        payload_class=token_formatters.ProjectScopedPayload,
        methods=["password"],
        project_id=project_id,
    )
    return made


if __name__ == "__main__":
    sys.stdout.write(expired_token(Path(sys.argv[1]).absolute(), int((sys.argv[2:] or ["60"])[0])) + "\n")
