"""What cloud-init says about itself: errors, and those that it could recover from, of its result and its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models import foreign
from models.errors import ForeignValueError
from models.text import one_line

_LARGEST = 20_000
_MOST = 40
_LONGEST = 400
_STAGES = ("init-local", "init", "modules-config", "modules-final")


def cloud_init_facts(lines: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The fields of a boot that are about cloud-init; without its result they are not known.

    Args:
        lines: of its files `result` and `status`, as it wrote them.
    """
    result, status = _document(lines.get("result", ())), _document(lines.get("status", ()))
    if result is None:
        return {}
    stages = [status[name] for name in _STAGES if isinstance((status or {}).get(name), dict)] if status else []
    errors = [*_texts(result.get("errors")), *(text for stage in stages for text in _texts(stage.get("errors")))]
    recoverable = [*_by_level(result), *(text for stage in stages for text in _by_level(stage))]
    source = result.get("datasource")
    return {
        "cloud_init_errors": tuple(dict.fromkeys(errors))[:_MOST],
        "cloud_init_recoverable": tuple(dict.fromkeys(recoverable))[:_MOST],
        "cloud_init_source": one_line(source, _LONGEST) if isinstance(source, str) else "",
    }


def _document(lines: Sequence[str]) -> dict[str, Any] | None:
    if not lines:
        return None
    try:
        document = foreign.fields("\n".join(lines), max_bytes=_LARGEST)
    except ForeignValueError:
        return None
    found = document.get("v1")
    return found if isinstance(found, dict) else None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (one_line(each, _LONGEST) for each in value[:_MOST])


def _by_level(found: Mapping[str, object]) -> Iterator[str]:
    levels = found.get("recoverable_errors")
    if isinstance(levels, dict):
        for level, texts in levels.items():
            yield from (f"{one_line(level, 20)}: {text}" for text in _texts(texts))
