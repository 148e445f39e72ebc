"""Finds clouds.yaml and secure.yaml, and says in one sentence what is wrong with them.

openstacksdk passes over a malformed file in silence and then reports a missing cloud; and a YAML error quotes the
line it stumbled over, which may hold the password. So the files are looked at here first, and only places are named.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
import yaml

from models.errors import ConfigError
from models.text import one_line

_SUFFIXES = (".yaml", ".yml", ".json")


def search_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Where openstacksdk looks, in its order: here, the user's folders, the site's.

    Asked anew each time, for openstacksdk itself settles this when it is imported.
    """
    dirs = platformdirs.PlatformDirs("openstack", "OpenStack", multipath=True)
    home = environ.get("SNAP_REAL_HOME") or str(Path.home())
    site = (Path(folder) for folder in dirs.site_config_dir.split(os.pathsep))
    folders = (Path.cwd(), dirs.user_config_path, Path(home) / ".config" / "openstack", *site, Path("/etc/openstack"))
    return tuple(dict.fromkeys(folders))


def config_files(stem: str, variable: str, environ: Mapping[str, str]) -> list[str]:
    """The places of one kind of file, the one that a variable names first.

    Args:
        stem: `clouds`, `secure` or `clouds-public`.
        variable: OS_CLIENT_CONFIG_FILE or OS_CLIENT_SECURE_FILE; empty for none.
        environ: the environment.

    Raises:
        ConfigError: the file that the variable names does not exist.
    """
    places = [str(folder / (stem + suffix)) for folder in search_folders(environ) for suffix in _SUFFIXES]
    named = environ.get(variable, "") if variable else ""
    if named and not Path(named).is_file():
        raise ConfigError(f"{variable} names {named}, but there is no such file.")
    return [named, *places] if named else places


def check_first(places: list[str]) -> Path | None:
    """Check the file that will be used, the first that exists and can be read.

    Returns:
        Its path; None if there is none.

    Raises:
        ConfigError: it is malformed, with the place where.
    """
    for place in map(Path, places):
        try:
            text = place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, UnicodeDecodeError):
                raise ConfigError(f"{place} is no text in UTF-8.") from None
            continue
        _check_shape(_parse(place, text), place)
        return place
    return None


def _parse(place: Path, text: str) -> Any:
    try:
        return json.loads(text) if place.suffix == ".json" else yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = one_line(error.problem or "not YAML", 120)
        raise _malformed(f"{place}{line}", problem) from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{place}, line {error.lineno}", error.msg) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _malformed(str(place), "not YAML") from None


def _malformed(where: str, problem: str) -> ConfigError:
    return ConfigError(
        f"{where} is malformed: {problem}.", remedy="Mend the line; indent with blanks, and quote secrets."
    )


def _check_shape(read: Any, place: Path) -> None:
    """The mappings that openstacksdk takes for granted."""
    if not isinstance(read, dict):
        raise ConfigError(f"{place} is empty or no mapping.", remedy="It needs `clouds:` with an entry for each cloud.")
    clouds = read.get("clouds", {})
    if not isinstance(clouds, dict):
        raise ConfigError(f"In {place}, `clouds` is no mapping of names to clouds.")
    for name, entry in clouds.items():
        where = f"In {place}, the cloud {one_line(name, 80)!r}"
        if not isinstance(name, str):
            raise ConfigError(f"{where} has a name that is no text.", remedy="Put it into quotes.")
        if not isinstance(entry, dict):
            raise ConfigError(f"{where} is no mapping of settings.")
        if not isinstance(entry.get("auth", {}), dict):
            raise ConfigError(f"{where} has an `auth` that is no mapping.")
