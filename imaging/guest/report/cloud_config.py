"""Reads the settings of cloud-init that decide about a new instance, and those of ds-identify, which chooses for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from imaging.guest.report.network_files import found_before_odd, from_mapping
from imaging.guest.report.rows import Rows
from imaging.guest.report.yaml_text import documents, plain
from models.guest.first_boot import Setting
from models.guest.network import NetworkSetting

_DS_IDENTIFY = frozenset({"datasource", "policy", "ci.datasource.ec2.strict_id"})
"""The keys of ds-identify.cfg, of which it reads one a line."""


class CloudConfig(NamedTuple):
    """What the files say."""

    settings: tuple[Setting, ...]
    """In the order in which cloud-init reads its files; the last one wins."""
    network: tuple[NetworkSetting, ...]
    """Of the network that the last file gives to every new instance, instead of the cloud's."""


def cloud_config(rows: Rows) -> CloudConfig:
    """The settings of cloud-init and of ds-identify."""
    read = documents(rows, "yaml")
    found = [setting for file, config in read.items() for setting in _settings(rows, config, file)]
    networks = [
        (file, config["network"]) for file, config in read.items() if isinstance(config, dict) and "network" in config
    ]
    network = _given(rows, *networks[-1]) if networks else ()
    return CloudConfig((*found, *_of_ds_identify(rows)), tuple(network))


def _given(rows: Rows, file: str, network: Any) -> Iterator[NetworkSetting]:
    config = network.get("config", network) if isinstance(network, dict) else network
    if isinstance(config, dict | list):
        for each in found_before_odd(rows, from_mapping(config), file):
            yield NetworkSetting(file=file, kind=each.kind, value=each.value)


def _settings(rows: Rows, read: Any, file: str) -> Iterator[Setting]:
    if read is None:
        return
    if not isinstance(read, dict):
        rows.doubt(f"the form of {file}")
        return
    for key, value in read.items():
        if key == "network":
            yield Setting(key="network.config", value=_network(value), file=file)
        elif key == "growpart":
            mode = value.get("mode") if isinstance(value, dict) else value
            yield Setting(key="growpart.mode", value=plain(mode), file=file)
        elif isinstance(value, dict):
            rows.doubt(f"{key} of {file}")
        else:
            yield Setting(key=str(key), value=plain(value), file=file)


def _network(value: Any) -> str:
    """disabled, or given: then every new instance has that configuration, not the cloud's."""
    config = value.get("config", value) if isinstance(value, dict) else value
    if isinstance(config, str):
        return config.strip()
    return "given" if config else ""


def _of_ds_identify(rows: Rows) -> Iterator[Setting]:
    for line, file in rows.read("ds-identify", lambda line, file: (line, file), fields=2):
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in _DS_IDENTIFY:
            rows.doubt(f"\u201c{line}\u201d of {file}")
        else:
            said = value.partition(" #")[0].strip().strip("'\"")
            yield Setting(key=f"ds-identify.{key.strip()}", value=said, file=file)
