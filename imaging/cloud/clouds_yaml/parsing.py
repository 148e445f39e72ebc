"""Parses a file of clouds, bounded, and names places instead of what stands there, which may be a password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from models.errors import ConfigError
from models.foreign import document
from models.text import one_line

_MOST_VALUES = 100_000
"""With all that aliases repeat: some lines of YAML can stand for more values than any memory holds."""
_DEEPEST = 50
_MOST_OPEN = 200
"""Also within quotes, where a bracket means nothing."""
_BRACKET = re.compile(r"[\[\]{}]")


class _Loader(yaml.SafeLoader):
    """With an end to what merge keys (`<<`) add: each can double what the one before it holds."""

    _added = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        before = len(node.value)
        super().flatten_mapping(node)
        self._added += len(node.value) - before
        if self._added > _MOST_VALUES:
            raise yaml.YAMLError


def parsed(place: Path, data: bytes) -> Mapping[str, Any]:
    """What a file says.

    Args:
        place: the file, for the messages.
        data: its bytes.

    Raises:
        ConfigError: it is malformed, with the place where.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{place} is no text in UTF-8.") from None
    read = _parse(place, text)
    if read is None:
        return {}  # empty, or nothing but comments: openstacksdk then reads the OS_* variables
    _check_shape(read, place)
    if _values(read, _MOST_VALUES, _DEEPEST) < 0:
        raise _malformed(str(place), "it holds too much, or too deeply nested")
    found: Mapping[str, Any] = read
    return found


def _parse(place: Path, text: str) -> Any:
    if _opens_deeply(text):
        raise _malformed(str(place), "it is nested too deeply")
    try:
        return document(text, max_bytes=len(text)) if place.suffix == ".json" else yaml.load(text, _Loader)  # noqa: S506  # a safe one
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = one_line(error.problem or "not YAML", 120)
        raise _malformed(f"{place}{line}", problem) from None
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError, LookupError, TypeError, OverflowError):
        raise _malformed(str(place), "not JSON" if place.suffix == ".json" else "not YAML") from None


def _opens_deeply(text: str) -> bool:
    """Whether more brackets are open at once than any file of clouds needs: PyYAML takes minutes for some thousands."""
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found[0] in "[{" else -1
        if depth > _MOST_OPEN:
            return True
    return False


def _values(read: Any, left: int, deeper: int) -> int:
    """How many more values there may be after these; below 0 where there are too many, or one in itself."""
    if deeper < 0:
        return -1
    if isinstance(read, Mapping):
        for value in read.values():
            left = _values(value, left, deeper - 1)
            if left < 0:
                break
    elif isinstance(read, list | tuple | set):
        for value in read:
            left = _values(value, left, deeper - 1)
            if left < 0:
                break
    return left - 1


def _malformed(where: str, problem: str) -> ConfigError:
    return ConfigError(
        f"{where} is malformed: {problem}.", remedy="Fix the line; indent with blanks, and quote secrets."
    )


def _check_shape(read: Any, place: Path) -> None:
    """The mappings that openstacksdk takes for granted."""
    if not isinstance(read, dict):
        raise ConfigError(f"{place} is not a mapping.", remedy="It needs `clouds:` with an entry for each cloud.")
    if read.get("clouds", {}) is None:
        del read["clouds"]  # `clouds:` with nothing below it
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
