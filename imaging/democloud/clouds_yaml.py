"""The clouds.yaml that leads to this cloud."""

from __future__ import annotations

from imaging.democloud.guests.ssh_files import SSH_CONFIG
from imaging.democloud.seed.ground import CREDENTIAL_ID, credential_secret_of, password_of
from imaging.democloud.seed.names import (
    ADMIN,
    ADMIN_PROJECT,
    CLINIC_PROJECT,
    OTHER_PROJECT,
    OWNER,
    PHYSICIAN,
    PROJECT,
    STRANGER,
)
from imaging.democloud.services.login import REGION
from imaging.democloud.world import World

_CONSOLE_SILENCE_SECONDS = 6
"""A boot takes seven seconds here, with something new on the console in each: silence is soon meant."""

_LOGIN_BY_NAME = """\
  {name}:
    auth:
      auth_url: {url}/identity/v3
      username: {user}
      password: {password}
      project_name: {project}
      user_domain_name: Default
      project_domain_name: Default
    region_name: {region}
    identity_api_version: 3
    imaging:
      console_silence_seconds: {silence}
      ssh_config: {ssh_config}
"""
_LOGIN_BY_CREDENTIAL = """\
  demo-appcred:
    auth_type: v3applicationcredential
    auth:
      auth_url: {url}/identity/v3
      application_credential_id: {id}
      application_credential_secret: {secret}
    region_name: {region}
    identity_api_version: 3
    imaging:
      console_silence_seconds: {silence}
      ssh_config: {ssh_config}
"""


def clouds_yaml(url: str, world: World) -> str:
    """The file's text: `demo`, `demo-appcred`, `other` (a second project), `clinic` (a third one) and `demo-admin`."""
    common = {
        "url": url,
        "password": password_of(world),
        "region": REGION,
        "silence": _CONSOLE_SILENCE_SECONDS,
        "ssh_config": SSH_CONFIG,
    }
    people = (
        ("demo", OWNER, PROJECT),
        ("other", STRANGER, OTHER_PROJECT),
        ("clinic", PHYSICIAN, CLINIC_PROJECT),
        ("demo-admin", ADMIN, ADMIN_PROJECT),
    )
    entries = [_LOGIN_BY_NAME.format(name=name, user=user, project=project, **common) for name, user, project in people]
    entries.insert(1, _LOGIN_BY_CREDENTIAL.format(id=CREDENTIAL_ID, secret=credential_secret_of(world), **common))
    return (
        "# The demonstration cloud: it is on this machine alone, and its secrets are new at each start.\nclouds:\n"
        + "".join(entries)
    )
