"""Finds clouds.yaml and secure.yaml, and says in one sentence what is wrong with them.

openstacksdk passes over a malformed file in silence and then reports a missing cloud; and a YAML error quotes the
line it stumbled over, which may hold the password. So the files are read here, once, and only places are named.
What lies in the current folder may be somebody else's: it is never mixed with what is the user's own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from imaging.cloud.clouds_yaml.file_trust import Distrust, distrust
from imaging.cloud.clouds_yaml.parsing import parsed
from models.errors import ConfigError

CONFIG_FILE, SECURE_FILE = "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"
_SUFFIXES = (".yaml", ".yml", ".json")
_MOST_BYTES = 2**20


@dataclass(frozen=True)
class CloudsFile:
    """A file of clouds that was read."""

    path: Path
    content: Mapping[str, Any]
    is_only_here: bool = False
    """It was found because the user stands in its folder, and for no other reason."""

    @cached_property
    def distrust(self) -> Distrust | None:
        """Why it is not the user's own; None where it is."""
        if self.is_only_here:
            chosen = f"{CONFIG_FILE}={self.path}"
            return Distrust(f"{self.path} lies in the current folder", f"If you know what is in it, say so: {chosen}")
        return distrust(self.path)

    def entry(self, cloud: str) -> Mapping[str, Any]:
        """What it says about a cloud; an empty mapping where it says nothing."""
        clouds = self.content.get("clouds")
        found = clouds.get(cloud) if isinstance(clouds, Mapping) else None
        return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class CloudsFiles:
    """The files in force."""

    clouds: CloudsFile | None = None
    secure: CloudsFile | None = None
    """Laid over the clouds; only where both are in the same hands."""
    profiles: CloudsFile | None = None
    """`clouds-public.yaml`: profiles of vendors."""
    unused: tuple[Distrust, ...] = field(default=())
    """Why a secure.yaml that is there is left alone."""


def find_files(environ: Mapping[str, str]) -> CloudsFiles:
    """Read the files that openstacksdk would read, but for those that it should not mix.

    Args:
        environ: the environment.

    Raises:
        ConfigError: one of them is malformed, or one that a variable names is not there.
    """
    clouds = _clouds(environ)
    secure, unused = _secure(environ, clouds)
    profiles = _first(_places("clouds-public", _own_folders()))
    return CloudsFiles(clouds, secure, profiles, unused)


def search_folders() -> tuple[Path, ...]:
    """Where openstacksdk searches, in its order: here, the user's folders, the site's.

    Asked again each time, for openstacksdk itself settles this when it is imported.
    """
    return tuple(dict.fromkeys((*_current(), *_own_folders())))


def _current() -> tuple[Path, ...]:
    """The current folder; none where somebody has deleted it."""
    try:
        return (Path.cwd(),)
    except OSError:
        return ()


def _user_and_site() -> Iterator[Path]:
    dirs = platformdirs.PlatformDirs("openstack", "OpenStack", multipath=True)
    home = os.environ.get("SNAP_REAL_HOME") or str(Path.home())
    yield from (dirs.user_config_path, Path(home) / ".config" / "openstack")
    yield from (Path(folder) for folder in dirs.site_config_dir.split(os.pathsep))
    yield Path("/etc/openstack")


def _own_folders() -> list[Path]:
    """Those that are the same wherever the user stands."""
    return [folder for folder in dict.fromkeys(_user_and_site()) if folder.is_absolute()]


def _is_only_here(folder: Path) -> bool:
    """Whether it is read only because the user stands there; one of the user's own may be the current one."""
    here = any(_same(folder, current) for current in _current())
    return here and not any(_same(folder, other) for other in _own_folders())


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _clouds(environ: Mapping[str, str]) -> CloudsFile | None:
    named = _named(CONFIG_FILE, environ)
    if named is not None:
        return named
    found = _first(_places("clouds", search_folders()))
    here = found is not None and _is_only_here(found.path.parent)
    return CloudsFile(found.path, found.content, is_only_here=True) if found and here else found


def _secure(environ: Mapping[str, str], clouds: CloudsFile | None) -> tuple[CloudsFile | None, tuple[Distrust, ...]]:
    """The secrets that may be laid over the clouds: never the user's own over an entry that others may have written.

    Nor the other way round: a secure.yaml may name an auth_url too.
    """
    named = _named(SECURE_FILE, environ)
    folders = _own_folders()
    if clouds is None:
        return named or _first(_places("secure", folders)), ()
    if clouds.is_only_here:
        beside = _first(_places("secure", [clouds.path.parent]))
        others = named or _first(_places("secure", folders))
        theirs = clouds.distrust if others and others.path != (beside and beside.path) else None
        why = distrust(clouds.path)
        return (None if why else beside), tuple(one for one in (why, theirs) if one)
    secure = named or _first(_places("secure", [clouds.path.parent, *folders] if _chosen(environ) else folders))
    if secure is None:
        return None, ()
    why = clouds.distrust or secure.distrust
    return (None, (why,)) if why else (secure, ())


def _chosen(environ: Mapping[str, str]) -> bool:
    return bool(environ.get(CONFIG_FILE))


def _named(variable: str, environ: Mapping[str, str]) -> CloudsFile | None:
    """The file that a variable names, which is the user's choice wherever it lies."""
    named = environ.get(variable)
    if not named:
        return None
    if not Path(named).is_file():
        raise ConfigError(f"{variable} names {named}, but there is no such file.")
    found = _first([Path(named)])
    if found is None:
        raise ConfigError(f"{variable} names {named}, which cannot be read.", remedy="Check its permissions.")
    return found


def _places(stem: str, folders: Iterable[Path]) -> list[Path]:
    return [folder / (stem + suffix) for folder in folders for suffix in _SUFFIXES]


def _first(places: Iterable[Path]) -> CloudsFile | None:
    """The first file that exists and can be read.

    Raises:
        ConfigError: it is malformed, with the place where.
    """
    for place in places:
        data = _read(place)
        if data is not None:
            return CloudsFile(place, parsed(place, data))
    return None


def _read(place: Path) -> bytes | None:
    """The bytes of a file; None where it is not there, or not for us.

    Raises:
        ConfigError: it is no ordinary file (reading a pipe would wait for ever), or much too large.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ConfigError(f"{place} is no ordinary file.", remedy="Move it away.")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{place} is larger than 1 MiB, which no file of clouds is.", remedy="Move it away.")
    return data
