"""The judges of the rules that only a look inside the instance can answer, a module per chapter or part of one."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping

from imaging.guidelines.rule import Judge
from imaging.guidelines.rules.inside import (
    agents,
    assembled,
    boot,
    directories,
    disk,
    file_system,
    first_boot,
    fstab,
    identity,
    mounts,
    network,
    properties,
    remote_login,
    running,
    secrets,
    software,
    system_files,
    upgrade,
    volumes,
)

_MODULES = (
    agents,
    assembled,
    boot,
    directories,
    disk,
    file_system,
    first_boot,
    fstab,
    identity,
    mounts,
    network,
    properties,
    remote_login,
    running,
    secrets,
    software,
    system_files,
    upgrade,
    volumes,
)

JUDGES: Mapping[str, Judge] = ChainMap(*(dict(module.JUDGES) for module in _MODULES))
"""The judge of each row of `data/guest.toml`, by rule id."""
