"""From the rows of the probe to the settings of the network, file by file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imaging.guest.report.network_files.text_forms import reader_of
from imaging.guest.report.network_files.yaml_form import Found, OddFormError, from_mapping
from imaging.guest.report.rows import Rows
from imaging.guest.report.yaml_text import documents
from models.guest.network import NetworkSetting

_OF_ITSELF = ("127.", "0.0.0.0/", "::1/")
"""Addresses that are the same everywhere."""


def network_settings(rows: Rows) -> tuple[NetworkSetting, ...]:
    """All settings that tie the network to this machine; a file of an unknown form is said."""
    ours = set(rows.texts("ours"))
    found = [*_from_yaml(rows), *_from_lines(rows)]
    return tuple(
        dict.fromkeys(
            NetworkSetting(file=file, kind=each.kind, value=value, by_cloud_init=file in ours)
            for file, each in found
            if (value := each.value.strip("\"', ")) and not value.startswith(_OF_ITSELF) and value != "::1"
        )
    )


def _from_yaml(rows: Rows) -> Iterator[tuple[str, Found]]:
    for file, read in documents(rows, "yaml").items():
        yield from ((file, each) for each in found_before_odd(rows, _netplan(read), file))


def found_before_odd(rows: Rows, found: Iterator[Found], file: str) -> list[Found]:
    """What a file sets, up to a form that is not known: that is said, and what was found before it counts."""
    before: list[Found] = []
    try:
        for each in found:
            before.append(each)  # noqa: PERF402  # what was found before an error is kept
    except OddFormError as odd:
        rows.doubt(f"{odd}, in {file}")
    return before


def _netplan(read: Any) -> Iterator[Found]:
    if read is None:
        return
    if not isinstance(read, dict):
        raise OddFormError("no mapping")
    yield from from_mapping(read.get("network"))
    if set(read) != {"network"}:
        raise OddFormError("more than network:, or less")


def _from_lines(rows: Rows) -> Iterator[tuple[str, Found]]:
    by_file: dict[str, list[str]] = {}
    for line, file in rows.read("line", lambda line, file: (line, file), fields=2):
        by_file.setdefault(file, []).append(line)
    for file, lines in by_file.items():
        rows.check()
        yield from ((file, each) for each in found_before_odd(rows, reader_of(file)(lines), file))
