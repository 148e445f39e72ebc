"""Profiles: the guidelines of one cloud as TOML, shipped with the program or written by its users."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from imaging.guidelines import tables
from imaging.guidelines.catalogue import RULES
from models import foreign
from models.errors import ConfigError, ForeignValueError
from models.findings import Severity
from models.guidelines.profile import Profile
from models.text import cut
from models.words.near_names import did_you_mean

DEFAULT_PROFILE = "jetstream"
"""The page, word for word."""

_LARGEST_BYTES = 1_000_000
"""A profile is a few kilobytes; what is larger than this is another file."""


def load_profile(name: str, user_folder: Path | None = None) -> Profile:
    """Read a profile, and what it extends, and check it.

    Args:
        name: of a shipped profile, or of `NAME.toml` in the user's folder.
        user_folder: where the user's own profiles lie; it need not exist.

    Raises:
        ConfigError: there is no such profile, or it cannot be read, or a value in it is not valid.
    """
    content = _with_extended(name, user_folder, ())
    try:
        profile = Profile.model_validate({**content, "name": name})
    except ValidationError as error:
        raise _refused(name, _reasons(error)) from error
    _check_rules(profile)
    _check_rows(profile)
    return profile


def _shipped() -> dict[str, Traversable]:
    """The files that come with the program, the default one first."""
    folder = resources.files("imaging.guidelines") / "profiles"
    found = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return dict(sorted(found.items(), key=lambda item: (item[0] != DEFAULT_PROFILE, item[0])))


def _own(user_folder: Path | None) -> dict[str, Path]:
    """The user's files; unreadable folders count as empty."""
    if user_folder is None or not user_folder.is_dir():
        return {}
    return {path.stem: path for path in user_folder.glob("*.toml")}


def _with_extended(name: str, user_folder: Path | None, seen: tuple[str, ...]) -> dict[str, Any]:
    """A profile's content over that of the profile which it extends."""
    if name in seen:
        raise _refused(name, f"it extends itself: {' → '.join((*seen, name))}")
    content = _content(name, user_folder)
    below = content.pop("extends", None)
    if below is None:
        return content
    if not isinstance(below, str):
        raise _refused(name, "extends: the name of one profile is wanted")
    return _merged(_with_extended(below, user_folder, (*seen, name)), content)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; everything else, lists too, is replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _content(name: str, user_folder: Path | None) -> dict[str, Any]:
    """The parsed TOML of one profile."""
    shipped, own = _shipped(), _own(user_folder)
    if name in shipped and name in own:
        raise _refused(name, f"{own[name]} has the name of a shipped profile; rename it and extend the shipped one")
    file = shipped.get(name) or own.get(name)
    if file is None:
        hint = did_you_mean(name, (*shipped, *own))
        known = f"There are: {', '.join((*shipped, *own))}."
        raise ConfigError(f"There is no profile {cut(name, 60)!r}.", remedy=f"{hint} {known}".strip())
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST_BYTES + 1)
        if len(raw) > _LARGEST_BYTES:
            raise _refused(name, f"{file} is too large for a profile")
        content = foreign.toml(raw.decode(), name=str(file))
    except ForeignValueError as error:
        raise _refused(name, error.what.rstrip(".")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(name, f"{file}: {error}") from error
    if "name" in content:
        raise _refused(name, "name: leave it out; the file's name is the profile's name")
    return content


def _check_rules(profile: Profile) -> None:
    """Refuse rule ids that do not exist, and questions made into something else."""
    known = {rule.id: rule for rule in RULES}
    for field in ("severities", "disabled_rules", "ask_before_run"):
        for rule_id in getattr(profile, field):
            if rule_id not in known:
                near = get_close_matches(rule_id, known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise _refused(profile.name, f"{field}: there is no rule {rule_id}{hint}")
    for rule_id, severity in profile.severities.items():
        if (severity is Severity.ASK) != (known[rule_id].severity is Severity.ASK):
            raise _refused(profile.name, f"severities: {rule_id} cannot become or cease to be a question (ask)")
    for rule_id in profile.ask_before_run:
        if known[rule_id].asked_for is None:
            raise _refused(profile.name, f"ask_before_run: {rule_id} is not a question (ask)")


def _check_rows(profile: Profile) -> None:
    """Refuse rows of tables that no rule would ever read, and disabled ones that do not exist."""
    judged = {
        "secrets": {row.rule for row in tables.secrets(Profile(name="", title=""))},
        "agents": {row.rule for row in tables.agents(Profile(name="", title=""))},
    }
    for table, rules in judged.items():
        for row in getattr(profile, table):
            if row.rule not in rules:
                raise _refused(profile.name, f"{table}: {row.id}: {row.rule} is not one of {', '.join(sorted(rules))}")
    known = tables.row_names(profile)
    for name in profile.disabled_rows:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise _refused(profile.name, f"disabled_rows: there is no row {name}{hint}")


def _reasons(error: ValidationError) -> str:
    """Every complaint in words: which field, and what is wrong with it."""
    complaints = (f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
    return "; ".join(complaints)


def _refused(name: str, reason: str) -> ConfigError:
    return ConfigError(f"Profile {name!r} cannot be used: {reason}.", remedy="docs/profiles.md says how to write one.")
