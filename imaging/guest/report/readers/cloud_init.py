"""Reads whether and how cloud-init will set up a new instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from imaging.guest.report.cloud_config import cloud_config
from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows, whole
from models import foreign
from models.guest.first_boot import CloudInit, UserData
from models.text import LONGEST_LINE, one_line

_MOST_ERRORS = 20
_LARGEST_DOCUMENT = 1024**2
_IN_A_SEED = 5
"""Slashes before a file of /var/lib/cloud/seed/NAME."""


def read_cloud_init(rows: Rows) -> CloudInit:
    """Version, switches and settings from its files, and how its last boot went."""
    status = _v1(rows, "status")
    result = _v1(rows, "result")
    units = dict(rows.read("unit", lambda state, name: (name, state), fields=2))
    left_out = [f"{name} is not enabled" for name, state in units.items() if state == "installed"]
    disabled_by = tuple(dict.fromkeys([*rows.texts("disabled"), *left_out]))
    config = cloud_config(rows)
    errors = _first((_errors(result), _stage_errors(status, "errors")))
    recoverable = _first((_recoverable(result), _stage_errors(status, "recoverable_errors")))
    return CloudInit(
        version=_version(rows),
        disabled_by=disabled_by,
        enabled=_enabled(rows, disabled_by),
        settings=config.settings,
        network=config.network,
        seeds=tuple(dict.fromkeys(path.split("/")[5] for path in rows.texts("seed") if path.count("/") > _IN_A_SEED)),
        status=_status(disabled_by, status, result, errors, recoverable),
        errors=(*errors, *recoverable)[:_MOST_ERRORS],
        instances_kib=next(iter(rows.read("instances", whole, fields=1)), None),
        user_data=_user_data(rows),
    )


def _enabled(rows: Rows, disabled_by: tuple[str, ...]) -> bool | None:
    """Whether something starts it at a boot; None where nothing was seen that does or that keeps it from it."""
    if disabled_by:
        return False
    return True if rows.texts("starts") else None


def _version(rows: Rows) -> str | None:
    """The package's version comes last, if its files tell it."""
    told = rows.texts("version")
    return next((version for version in reversed(told) if version), "unknown") if told else None


def _user_data(rows: Rows) -> tuple[UserData, ...]:
    secret, unread = set(rows.texts("secret")), set(rows.texts("unread"))
    found = dict(rows.read("user-data", lambda size, path: (path, whole(size) or 0), fields=2))
    return tuple(
        UserData(path=path, size_bytes=size, looks_secret=None if path in unread else path in secret)
        for path, size in found.items()
    )


def _v1(rows: Rows, kind: str) -> Mapping[str, Any] | None:
    """The inner object of status.json or result.json; None if there is none."""
    documents = rows.read(kind, _document, fields=1)
    inner = documents[0].get("v1") if documents and isinstance(documents[0], dict) else None
    return inner if isinstance(inner, dict) else None


def _document(text: str) -> Any:
    return foreign.document(text, max_bytes=_LARGEST_DOCUMENT)


def _status(
    disabled_by: tuple[str, ...],
    status: Mapping[str, Any] | None,
    result: Mapping[str, Any] | None,
    errors: tuple[str, ...],
    recoverable: tuple[str, ...],
) -> str:
    """In the words of `cloud-init status`."""
    if errors:
        return "error"
    if result is not None:
        return "degraded" if recoverable else "done"
    if status is not None:
        return "running"
    return "disabled" if disabled_by else ""


def _errors(result: Mapping[str, Any] | None) -> Iterator[str]:
    yield from _texts((result or {}).get("errors"))


def _recoverable(result: Mapping[str, Any] | None) -> Iterator[str]:
    yield from _by_level((result or {}).get("recoverable_errors"))


def _stage_errors(status: Mapping[str, Any] | None, key: str) -> Iterator[str]:
    """The errors of each stage: init-local, init, modules-config, modules-final."""
    for stage in (status or {}).values():
        if isinstance(stage, dict):
            yield from (_texts if key == "errors" else _by_level)(stage.get(key))


def _first(messages: Iterable[Iterator[str]]) -> tuple[str, ...]:
    """The first ones, each once."""
    return tuple(islice(dict.fromkeys(islice(chain.from_iterable(messages), 10 * _MOST_ERRORS)), _MOST_ERRORS))


def _by_level(levels: Any) -> Iterator[str]:
    """Recoverable errors lie under their level; a deprecation says nothing of a new instance."""
    if not isinstance(levels, dict):
        return
    for level, messages in levels.items():
        if level != "DEPRECATED":
            yield from _texts(messages)


def _texts(messages: Any) -> Iterator[str]:
    if isinstance(messages, list):
        yield from (masked(one_line(message, LONGEST_LINE)) for message in messages)
