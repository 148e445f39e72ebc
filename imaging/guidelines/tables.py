"""The tables of what to search for in a guest: those that come with the program, and what a profile makes of them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar

from models.base import Frozen
from models.guidelines.profile import Profile
from models.guidelines.tables import (
    LicenceRow,
    PlaceRow,
    SealRow,
    SecretRow,
    SoftwareRow,
    StayingId,
    SupportRow,
    Treatment,
    UnsuitableRow,
)

Row = TypeVar("Row", bound=Frozen)


def software(profile: Profile) -> tuple[SoftwareRow, ...]:
    """Licensed and restricted products."""
    return _combined(_shipped("software", SoftwareRow), profile.software, lambda row: row.id, profile)


def licence_files(profile: Profile) -> tuple[LicenceRow, ...]:
    """Kinds of licence files."""
    return _combined(_shipped("licence_files", LicenceRow), profile.licence_files, licence_key, profile)


def secrets(profile: Profile) -> tuple[SecretRow, ...]:
    """Kinds of files that must not be handed on."""
    return _combined(_shipped("secrets", SecretRow), profile.secrets, secret_key, profile)


def agents(profile: Profile) -> tuple[SecretRow, ...]:
    """Identities of meshes, clusters and monitoring."""
    return _combined(_shipped("agents", SecretRow), profile.agents, secret_key, profile)


def places(profile: Profile) -> tuple[PlaceRow, ...]:
    """Kinds of software in homes."""
    return _combined(_shipped("places", PlaceRow), profile.places, place_key, profile)


def unsuitable(profile: Profile) -> tuple[UnsuitableRow, ...]:
    """What runs and does not fit a cloud."""
    return _combined(_shipped("unsuitable", UnsuitableRow), profile.unsuitable, unsuitable_key, profile)


def support(profile: Profile | None = None) -> tuple[SupportRow, ...]:
    """Support dates by system and version."""
    shipped = _shipped("support", SupportRow)
    if profile is None:
        return shipped
    return _combined(shipped, profile.support, lambda row: f"{row.id} {row.version} {row.name}", profile)


@cache
def system_file_paths() -> tuple[str, ...]:
    """The system files that the page says are overwritten, by their real names."""
    return tuple(str(row["path"]) for row in _content("system_files")["system_files"])


@cache
def seal_operations_of_the_system() -> tuple[SealRow, ...]:
    """What a seal does to the system by itself, with the reasons."""
    return tuple(SealRow.model_validate(row) for row in _content("seal")["operations"])


@cache
def treatments() -> Mapping[str, Treatment]:
    """What becomes of each directory and file that the page names, by the number of its sentence."""
    rows = (Treatment.model_validate(row) for row in _content("seal")["page"])
    return MappingProxyType({row.number: row for row in rows})


@cache
def seal_masked_units() -> tuple[str, ...]:
    """The units that must not start in a clone that is sealed."""
    return tuple(_content("seal")["masked_units"])


@cache
def seal_staying_ids() -> tuple[StayingId, ...]:
    """What a seal leaves of ids, by the units whose data it is."""
    return tuple(StayingId.model_validate(row) for row in _content("seal")["staying_ids"])


@cache
def support_as_of() -> str:
    """The day of which the table of support dates is a copy; it ages."""
    return str(_content("support")["as_of"])


def harmless(path: str, profile: Profile) -> bool:
    """Whether licence files and secrets mean nothing where this one lies: fixtures of tests, documentation."""
    return matches(path, (*_harmless(), *profile.harmless_paths))


def matches(text: str, globs: Iterable[str]) -> bool:
    """Whether a path or a name fits one of the globs; `*` crosses slashes."""
    return any(fnmatchcase(text, glob) for glob in globs)


def licence_key(row: LicenceRow) -> str:
    """The row's name in `disabled_rows`, which is the id of its search too."""
    return f"SW-LICFILES.{row.id}"


def secret_key(row: SecretRow) -> str:
    """The row's name in `disabled_rows`, which is the id of its search too."""
    return f"{row.rule}.{row.id}"


def place_key(row: PlaceRow) -> str:
    """The row's name in `disabled_rows`, which is the id of its search too."""
    return f"SW-LOCATION.{row.id}"


def unsuitable_key(row: UnsuitableRow) -> str:
    """The row's name in `disabled_rows`."""
    return f"SW-CLOUD-UNSUITABLE.{row.id}"


def row_names(profile: Profile) -> frozenset[str]:
    """What `disabled_rows` may name."""
    whole = profile.model_copy(update={"disabled_rows": ()})
    return frozenset(
        (
            *(row.id for row in software(whole)),
            *map(licence_key, licence_files(whole)),
            *map(secret_key, (*secrets(whole), *agents(whole))),
            *map(place_key, places(whole)),
            *map(unsuitable_key, unsuitable(whole)),
        )
    )


def _combined(
    shipped: tuple[Row, ...], own: tuple[Row, ...], key: Callable[[Row], str], profile: Profile
) -> tuple[Row, ...]:
    """The shipped rows, with the profile's own after them or in their places, and without the disabled ones."""
    rows = {key(row): row for row in (*shipped, *own)}
    return tuple(row for name, row in rows.items() if name not in profile.disabled_rows)


@cache
def _content(table: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("imaging.guidelines") / "data" / f"{table}.toml").read_text("utf-8"))


@cache
def _shipped(table: str, kind: type[Row]) -> tuple[Row, ...]:
    return tuple(kind.model_validate(row) for row in _content(table)[table])


@cache
def mount_options() -> dict[str, Any]:
    """The options of fstab that mount and the kernel know, by file system, as the table has them."""
    return _content("mount_options")


@cache
def redistributable() -> tuple[str, ...]:
    """Globs of packages that may be passed on though their section says non-free."""
    return tuple(_content("software")["redistributable"])


@cache
def distribution_repositories() -> tuple[str, ...]:
    """Globs of the names of repositories that are the distributions' own."""
    return tuple(_content("software")["distribution_repositories"])


@cache
def _harmless() -> tuple[str, ...]:
    return tuple(_content("secrets")["harmless"])
