"""Where the files are that an entry names: beside its clouds.yaml, not in the folder where the user happens to be.

An authority in the current folder may be somebody else's, who could then pass for the cloud; and a runner works
elsewhere than the console.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imaging.cloud.clouds_yaml.files import CloudsFile
from models.errors import ConfigError
from models.text import one_line

_PATHS = ("cacert", "cert", "key")


def with_places(config: Mapping[str, Any], file: CloudsFile | None) -> dict[str, Any]:
    """The entry with absolute paths.

    Args:
        config: the merged entry.
        file: the clouds.yaml that it stands in; None for OS_* variables, whose paths begin in the current folder.

    Raises:
        ConfigError: a path leads to a pipe or a device, which would be read for ever.
    """
    found = {key: config[key] for key in _PATHS if isinstance(config.get(key), str) and config[key]}
    placed = {key: _absolute(value, file) for key, value in found.items()}
    for key, path in placed.items():
        _refuse_endless(key, path)
    return {**config, **placed}


def _refuse_endless(key: str, path: str) -> None:
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return  # who needs the file says that it is not there
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ConfigError(f"What `{key}:` names is no ordinary file: {one_line(path, 200)}.", remedy="Name the file.")


def _absolute(value: str, file: CloudsFile | None) -> str:
    try:
        path = Path(value).expanduser()
        return str((file.path.absolute().parent if file else Path.cwd()) / path)
    except (RuntimeError, OSError):  # an unknown home, or a current folder that was deleted
        return value
