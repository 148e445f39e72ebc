"""The rules that only an inspection can answer.

They are listed apart from those that the cloud answers because one of these asks them: PROP-VISIBILITY.
"""

from __future__ import annotations

from imaging.guidelines.declaration import rules_of
from imaging.guidelines.rules.guest import (
    assembled,
    boot,
    credentials,
    directories,
    disk,
    file_system,
    firmware,
    first_boot,
    fstab,
    host_keys,
    identity,
    licence_files,
    logins,
    memory,
    mounts,
    name_service,
    network,
    people,
    places,
    properties,
    remote_login,
    secrets,
    selinux,
    services,
    software,
    system_files,
    unsuitable,
    upgrade,
    volume_paths,
    volumes,
)

MODULES = (
    file_system,
    licence_files,
    software,
    unsuitable,
    places,
    volumes,
    fstab,
    assembled,
    volume_paths,
    upgrade,
    mounts,
    directories,
    system_files,
    people,
    name_service,
    first_boot,
    network,
    remote_login,
    identity,
    credentials,
    logins,
    host_keys,
    secrets,
    boot,
    firmware,
    selinux,
    memory,
    services,
    disk,
    properties,
)
GUEST_RULES = rules_of(MODULES)
