"""The demonstration cloud of this machine: joined if it is running for this state directory, else started, detached.

It is a process of its own that ends by itself half an hour after its last request, so that a run outlives the
console there as on any other cloud.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

import imaging
from models.errors import CloudError

IDLE_EXIT_SECONDS = 1800
"""How long it stays without a request."""
_FOLDER = "demo-cloud"
_CLOUDS = "clouds.yaml"
_PROCESS = "democloud.json"
"""Where the demonstration cloud writes its address for as long as it runs."""
_START_LIMIT_SECONDS = 30.0
"""How long it may take to start; a busy machine needs a few seconds."""
_LOOK_EVERY_SECONDS = 0.05
_ANSWER_LIMIT_SECONDS = 5.0


def join_demonstration(state: Path, environment: MutableMapping[str, str]) -> Path:
    """Make sure that the demonstration cloud runs, and let the environment name it and no other cloud.

    Args:
        state: the state directory of the program.
        environment: `os.environ`, which openstacksdk reads.

    Returns:
        Its clouds.yaml.

    Raises:
        CloudError: it does not start; its log says why.
    """
    folder = state / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _is_running(folder):
        _start(folder)
    clouds = folder / _CLOUDS
    _point_at(clouds, environment)
    return clouds


def demonstration_url(state: Path) -> str | None:
    """Where the demonstration cloud of this state directory logs people in, or did when it last ran."""
    return _auth_url(state / _FOLDER / _CLOUDS)


def serve_command(*, port: int, scale: int | None) -> list[str]:
    """The command line of the demonstration cloud alone."""
    scaled = [] if scale is None else ["--scale", str(scale)]
    # -P: a folder named `imaging` where the user happens to be is not this program.
    return [sys.executable, "-P", "-m", "imaging.democloud", "--port", str(port), *scaled]


def serve_environment() -> dict[str, str]:
    """The environment in which it finds this program, installed or not."""
    home = str(Path(imaging.__file__).resolve().parents[1])
    paths = [home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def _auth_url(clouds: Path) -> str | None:
    try:
        found = yaml.safe_load(clouds.read_text(encoding="utf-8"))
        return str(found["clouds"]["demo"]["auth"]["auth_url"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return None


def _is_running(folder: Path) -> bool:
    """Whether the demonstration cloud of this folder answers, and not something else that got its port."""
    try:
        url = urlsplit(json.loads((folder / _PROCESS).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_ANSWER_LIMIT_SECONDS)
    try:
        connection.request("GET", "/_control/clock")
        return "moment" in json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _start(folder: Path) -> None:
    """Start it; where two start it at the same time, the second finds the first and ends by itself."""
    log = folder / "log"
    command = [*serve_command(port=0, scale=None), "--state", str(folder), "--idle-exit", str(IDLE_EXIT_SECONDS)]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  # our own program, with arguments of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env=serve_environment(),
        )
    deadline = time.monotonic() + _START_LIMIT_SECONDS
    while time.monotonic() < deadline and process.poll() in {None, 0}:
        if _is_running(folder):
            return
        time.sleep(_LOOK_EVERY_SECONDS)
    if process.poll() is None:
        process.terminate()
    raise CloudError("The demonstration cloud did not start.", remedy=f"Its log says why: {log}")


def _point_at(clouds: Path, environment: MutableMapping[str, str]) -> None:
    """No other cloud and no proxy of the environment is to get in between."""
    for name in [name for name in environment if re.match(r"OS_", name)]:
        del environment[name]
    environment["OS_CLIENT_CONFIG_FILE"] = str(clouds)
    for name in ("no_proxy", "NO_PROXY"):
        environment[name] = ",".join(filter(None, [environment.get(name, ""), "127.0.0.1", "localhost"]))
