"""Packages of conda and Python by the names of the files that stand for them: no file is opened, no program is run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from models.works.inventory import InstalledPackage, PackageManager

LONGEST_NAME: Final = 250
"""Characters of the name of a package or of a version: no file has a longer name."""
SITE_PACKAGES: Final = frozenset({"site-packages", "dist-packages"})
CONDA_META: Final = "conda-meta"
_IN_ENVIRONMENT: Final = re.compile(r"/lib(?:64)?/python[0-9.]{1,8}/(?:site|dist)-packages\Z", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,249}", re.ASCII)
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,249}", re.ASCII)
_SEPARATORS: Final = re.compile(r"[-_.]++")


def conda_package(place: str, stem: str) -> InstalledPackage | None:
    """What `conda-meta/numpy-1.26.4-py312hc5e2394_0.json` stands for; `stem` is its name without `.json`."""
    rest, _, build = stem[: 3 * LONGEST_NAME].rpartition("-")
    name, _, version = rest.rpartition("-")
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version)):
        return None
    return InstalledPackage(manager=PackageManager.CONDA, name=name, version=version, build=build, place=place)


def python_package(place: str, stem: str) -> InstalledPackage | None:
    """What `site-packages/numpy-1.26.4.dist-info` stands for.

    Args:
        place: the environment, as `environment_of` tells it.
        stem: the directory's name without its ending; an old `.egg-info` may name no version.
    """
    name, _, version = stem[: 2 * LONGEST_NAME].partition("-")
    if not _NAME.fullmatch(name) or (version and not _VERSION.fullmatch(version)):
        return None
    return InstalledPackage(manager=PackageManager.PYTHON, name=one_spelling(name), version=version, place=place)


def python_stem(entry: str) -> str | None:
    """The name of a distribution's directory without its ending; None for anything else."""
    for ending in (".dist-info", ".egg-info", ".egg"):
        if entry.endswith(ending):
            stem, _, python = entry.removesuffix(ending).rpartition("-py")
            return stem if stem and _is_version_of_python(python) else entry.removesuffix(ending)
    return None


def environment_of(site_packages: str) -> str:
    """The environment whose packages lie in a directory: `/opt/venv` of `/opt/venv/lib/python3.12/site-packages`."""
    found = _IN_ENVIRONMENT.search(site_packages)
    return site_packages[: found.start()] if found is not None and found.start() else site_packages


def one_spelling(name: str) -> str:
    """A name of Python's as its index writes it: small letters, one hyphen for each run of `-`, `_` and `.`."""
    return _SEPARATORS.sub("-", name).lower()


def without_doubles(packages: Iterable[InstalledPackage]) -> tuple[InstalledPackage, ...]:
    """Each package once: conda's packages of Python have a directory in the same environment as well."""
    each_once = dict.fromkeys(packages)
    of_conda = {
        (each.place, one_spelling(each.name), each.version)
        for each in each_once
        if each.manager is PackageManager.CONDA
    }
    return tuple(
        each
        for each in each_once
        if each.manager is not PackageManager.PYTHON or (each.place, each.name, each.version) not in of_conda
    )


def _is_version_of_python(text: str) -> bool:
    return bool(text) and text.replace(".", "").isascii() and text.replace(".", "").isdigit()
