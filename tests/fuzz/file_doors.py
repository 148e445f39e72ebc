"""Files that another program, another version or a broken disk may have written, and what users configure."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click
import yaml

from imaging.cloud.login.resolution import cloud_names, resolve_cloud
from imaging.commands.options.durations import Duration
from imaging.guest.facts_cache import GuestStore
from imaging.guidelines.profiles import load_profile
from imaging.runtime.paths import Paths
from imaging.runtime.settings import load_settings
from models.settings import Settings
from tests.fuzz.door import Door
from tests.fuzz.hostile import as_json
from tests.guidelines.guest_building import guest
from tests.support.clock import ManualClock

_CLOUDS = {
    "clouds": {
        "dev": {
            "auth": {"auth_url": "https://cloud.example:5000/v3", "username": "ada", "password": "p"},
            "region_name": "R1",
            "api_timeout": 30,
            "verify": True,
            "imaging": {"console_silence_seconds": 9, "ssh_config": "ssh_config", "allow_http": ["compute"]},
        }
    }
}  # fmt: skip
_PROFILE = (
    'extends = "jetstream"\ntitle = "Ours"\n[patience]\nconsole_silence_seconds = 240\ntest_limit_seconds = 900\n'
)
_SETTINGS = 'profile = "jetstream"\n'


def _clouds(document: Any) -> None:
    _clouds_yaml(as_json(document).encode("utf-8", "surrogatepass"))  # JSON is YAML


def _clouds_yaml(text: bytes) -> None:
    folder = Path.home() / ".config" / "openstack"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clouds.yaml").write_bytes(text)
    cloud_names()
    asyncio.run(resolve_cloud("dev", ask=None))


def _profile(text: bytes) -> None:
    Path("ours.toml").write_bytes(text)
    load_profile("ours", Path())


def _settings(text: bytes) -> None:
    Path("settings.toml").write_bytes(text)
    load_settings(Path("settings.toml"), {})


def _environment(text: str) -> None:
    load_settings(Path("none.toml"), {f"IMAGING_{name.upper()}": text for name in Settings.model_fields})


def _kept_facts(text: bytes) -> None:
    paths = Paths(state=Path("state"), config=Path("config"), cache=Path("cache"))
    store = GuestStore(paths, ManualClock())
    folder = Path("state/guests")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "i.json").write_bytes(text)
    store.read("i")


def _duration(text: str) -> None:
    try:
        assert Duration().convert(text, None, None) >= 0
    except click.BadParameter:
        return


DOORS = (
    Door("configuration", "clouds.yaml", _clouds, documents=[_CLOUDS]),
    Door("configuration", "clouds.yaml as text", _clouds_yaml, data=[yaml.safe_dump(_CLOUDS).encode()]),
    Door("configuration", "a profile", _profile, data=[_PROFILE.encode()]),
    Door("configuration", "settings", _settings, data=[_SETTINGS.encode()]),
    Door("configuration", "settings of the environment", _environment, texts=["jetstream", "1"]),
    Door("configuration", "a length of time", _duration, texts=["1h30m", "90"]),
    Door("files", "facts of a guest", _kept_facts, data=[
        json.dumps({"version": 1, "instance": "i", "facts": json.loads(guest().model_dump_json())}).encode()]),
)  # fmt: skip
