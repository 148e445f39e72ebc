"""Reads mount and swap units: of several files of one name the first counts, and what is added to it (X.mount.d)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows
from imaging.guest.report.tables import options_of
from models.guest.mounts import MountUnit

_MASKED = "masked"
_OWN_FOLDER = "/etc/"
_Keys = dict[str, dict[str, str]]
"""What each file says, by its path."""


def read_mount_units(rows: Rows) -> tuple[MountUnit, ...]:
    """The units that count, in the order in which systemd would find them."""
    keys: _Keys = {}
    for key, value, file in rows.read("unit", lambda *fields: fields, fields=3):
        keys.setdefault(file, {})[key] = masked(value)
    needed = _needed_by_targets(rows)
    states = rows.read("unit-state", lambda *fields: fields, fields=4)
    return tuple(_units(rows, states, keys, needed))


def _units(rows: Rows, states: tuple[tuple[str, ...], ...], keys: _Keys, needed: frozenset[str]) -> Iterator[MountUnit]:
    seen: set[str] = set()
    for enabled, required, automount, file in states:
        name = file.rpartition("/")[2]
        if name in seen:
            continue
        seen.add(name)
        said = _with_additions(file, keys)
        if enabled == _MASKED or (not said and not file.startswith(_OWN_FOLDER)):
            continue
        unit = _unit(said, file, enabled=enabled, required=required, automount=automount, needed=name in needed)
        if not unit.source or "%" in unit.source + unit.point:
            rows.doubt(f"what {file} mounts")
        yield unit


def _with_additions(file: str, keys: _Keys) -> Mapping[str, str]:
    """Its own settings, under those of the files beside it, which count by their names."""
    name = file.rpartition("/")[2]
    beside = [path for path in keys if path.rpartition("/")[0].endswith(f"/{name}.d")]
    said = dict(keys.get(file, {}))
    for path in sorted(beside, key=lambda each: each.rpartition("/")[2]):
        said |= keys[path]
    return said


def _unit(
    said: Mapping[str, str], file: str, *, enabled: str, required: str, automount: str, needed: bool
) -> MountUnit:
    is_required = required == "yes" or needed
    return MountUnit(
        file=file,
        source=said.get("What", ""),
        point=said.get("Where", ""),
        fs_type=said.get("Type", ""),
        options=options_of(said.get("Options", "")),
        enabled=enabled == "yes" or is_required,
        required=is_required,
        automount=automount == "yes",
    )


def _needed_by_targets(rows: Rows) -> frozenset[str]:
    """The units that a target requires by its own text."""
    named = rows.read("needs", lambda units, _file: units.split(), fields=2)
    return frozenset(name for names in named for name in names)
