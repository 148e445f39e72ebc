"""The process: its files, its joining, its end."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import yaml

from tests.support.demo import REPOSITORY, start_demo, stop_demo


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_its_files_are_closed_to_others_and_name_five_clouds(state: Path):
    process, cloud = start_demo(state)
    try:
        assert cloud.clouds_yaml == state / "clouds.yaml"
        assert stat.S_IMODE(cloud.clouds_yaml.stat().st_mode) == 0o600
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        clouds = yaml.safe_load(cloud.clouds_yaml.read_text())["clouds"]
        assert set(clouds) == {"demo", "demo-appcred", "other", "clinic", "demo-admin"}
        assert clouds["demo"]["imaging"] == {"console_silence_seconds": 6, "ssh_config": "ssh_config"}
        assert json.loads((state / "democloud.json").read_text()) == {
            "pid": process.pid,
            "url": cloud.url,
            "ssh_config": str(state / "ssh_config"),
            "control_token": cloud.control_token,
        }
        for name in ("ssh_config", "known_hosts", "id_demo"):
            assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    finally:
        stop_demo(process)
    assert not (state / "democloud.json").exists()


def test_a_second_one_for_the_same_folder_names_the_first_and_ends(state: Path):
    process, cloud = start_demo(state)
    try:
        second = subprocess.run(
            [sys.executable, "-m", "imaging.democloud", "--state", str(state)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert (second.returncode, second.stdout.strip()) == (0, str(cloud.clouds_yaml))
    finally:
        stop_demo(process)


def test_it_ends_when_nobody_calls_any_more(state: Path):
    process, _ = start_demo(state, ["--idle-exit", "0.2"])
    assert process.wait(timeout=20) == 0
    assert process.stdout is not None
    process.stdout.close()


def test_it_listens_on_loopback_alone(state: Path):
    process, cloud = start_demo(state)
    try:
        assert cloud.url.startswith("http://127.0.0.1:")
        assert requests.get(f"{cloud.url}/identity/v3", timeout=5).status_code == 200
    finally:
        stop_demo(process)


def test_it_imports_nothing_else_of_the_program_and_neither_sdk_nor_textual():
    code = "import imaging.democloud.__main__, sys; print([m for m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=20, check=True
    )
    loaded = run.stdout
    for name in ("'models", "'openstack", "'textual", "'imaging.cloud", "'imaging.runs", "'pydantic"):
        assert name not in loaded
