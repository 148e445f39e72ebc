"""Reads the settings: the environment over the file, the file over the defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from models import foreign
from models.errors import ConfigError, ForeignValueError
from models.settings import Settings

_PREFIX = "IMAGING_"
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        path: `settings.toml`; a missing file means the defaults.
        environ: the environment; `IMAGING_PROFILE` and its like win over the file. Other `IMAGING_*` variables
            are not judged here and are left alone.

    Raises:
        ConfigError: the file is malformed, names an unknown setting, or a value is not valid.
    """
    in_file = _read_file(path)
    given = {**in_file, **_read_environment(os.environ if environ is None else environ)}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise _complaint(error, path) from None


def _read_file(path: Path) -> dict[str, object]:
    try:
        return foreign.toml(path.read_text(encoding="utf-8"), name=f"The settings file {path}")
    except FileNotFoundError:
        return {}
    except ForeignValueError as error:
        raise ConfigError(error.what, remedy="Fix the line, or move the file away.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error}.") from error


def _read_environment(environ: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        text = environ.get(_PREFIX + name.upper())
        if text is not None:
            found[name] = _boolean(name, text) if field.annotation is bool else text
    return found


def _boolean(name: str, text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ConfigError(f"{_PREFIX}{name.upper()} is {text!r}, but it must be true or false.")
    return word in _TRUE


def _complaint(error: ValidationError, path: Path) -> ConfigError:
    """Say the first thing that is wrong, in words; the value itself is left out."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = ", ".join(Settings.model_fields)
        return ConfigError(f"There is no setting named {name!r} (in {path}).", remedy=f"Settings are: {known}.")
    return ConfigError(
        f"The setting {name!r} is wrong: {first['msg']}.",
        remedy=f"Change it in {path} or in {_PREFIX}{name.upper()}.",
    )
