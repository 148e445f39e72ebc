"""Keeps an entry to one meaning: openstacksdk reads it twice, once from the files and once to log in.

The second reading strips `os_` from names, fetches a `profile` and fills in `{name}` again. What was checked after the
first would then be something else: `os_vendor_hook` would run code, `os_insecure` would log in without checking the
certificate.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from models.errors import ConfigError
from models.text import one_line

_NOT_FOR_THE_SDK = frozenset({"imaging", "vendor_hook"})
"""What is for the console itself; and the name of a Python function that openstacksdk would call."""
_ALREADY_FOLLOWED = frozenset({"profile", "cloud", "regions", "argparse", "validate"})
"""Where the rest of an entry comes from, and how it is read: settled by the first reading."""
_NOT_FILLED_IN = "password"
_MOST_PLACES = 8
_LONGEST_FILLING = 256


def one_meaning(config: Mapping[str, Any]) -> dict[str, Any]:
    """The entry without the settings that only a second reading would understand."""
    left_out = _NOT_FOR_THE_SDK | _ALREADY_FOLLOWED
    return {key: value for key, value in _without_prefixed(config).items() if _spelled(key) not in left_out}


def refuse_swelling(config: Mapping[str, Any]) -> None:
    """See that `{name}` in a setting is filled in with a short text: some bytes could otherwise become gigabytes.

    Args:
        config: the merged entry, before openstacksdk fills anything in.

    Raises:
        ConfigError: a place asks for more than another setting's plain text.
    """
    for key, value in _filled_in(config):
        try:
            places = [place for place in string.Formatter().parse(value) if place[1] is not None]
        except ValueError:
            continue  # openstacksdk says so itself
        if len(places) > _MOST_PLACES or any(not _is_plain(place, config) for place in places):
            raise ConfigError(
                f"The setting {one_line(key, 80)!r} of the cloud's entry cannot be filled in.",
                remedy="Between { and } stands the name of another short setting, such as {region_name}.",
            )


def filled_in_already(config: Mapping[str, Any]) -> dict[str, Any]:
    """The entry such that a second reading finds nothing to fill in."""
    done = {**config, **{key: _escaped(value) for key, value in _texts(config)}}
    auth = config.get("auth")
    if isinstance(auth, Mapping) and isinstance(auth.get("auth_url"), str):
        done["auth"] = {**auth, "auth_url": _escaped(auth["auth_url"])}
    return done


def _texts(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in config.items() if isinstance(value, str) and key != _NOT_FILLED_IN]


def _filled_in(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What openstacksdk fills in: the texts of the entry, and the auth_url below `auth`."""
    auth = config.get("auth")
    url = auth.get("auth_url") if isinstance(auth, Mapping) else None
    return [*_texts(config), *([("auth_url", url)] if isinstance(url, str) else [])]


def _escaped(value: str) -> str:
    # The second reading formats each text once more, and takes one of the two away again.
    return value.replace("{", "{{").replace("}", "}}")


def _is_plain(place: tuple[str, str | None, str | None, str | None], config: Mapping[str, Any]) -> bool:
    """Whether a place names another setting and nothing else, and that is short and has no place of its own."""
    _, name, form, conversion = place
    value = config.get(name or "")
    is_text = value is None or isinstance(value, str | int | float)
    is_simple = (name or "").isidentifier() and not form and not conversion
    return is_simple and is_text and "{" not in str(value) and len(str(value)) <= _LONGEST_FILLING


def _without_prefixed(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_prefixed(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if not _spelled(key).startswith("os_")
    }


def _spelled(key: object) -> str:
    return str(key).replace("-", "_")
