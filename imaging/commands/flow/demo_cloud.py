"""The demonstration cloud of this machine: joined if it is running for this state directory, else started, detached.

It is a process of its own that ends by itself half an hour after its last request, so that a run outlives the
console there as on any other cloud.
"""

from __future__ import annotations

import hmac
import http.client
import os
import secrets
import subprocess
import sys
import time
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from imaging.runtime.confined.process import environment_of_a_module
from imaging.runtime.private_files import NotPrivateError, close_folder, open_private, read_private
from models.errors import CloudError
from models.foreign import fields

IDLE_EXIT_SECONDS = 1800
"""How long it stays without a request."""
_FOLDER = "demo-cloud"
_CLOUDS = "clouds.yaml"
_PROCESS = "democloud.json"
"""Where the demonstration cloud writes its address and the token of its controls for as long as it runs."""
_LOOPBACK = "127.0.0.1"
_LARGEST_FILE = 65_536
_START_LIMIT_SECONDS = 30.0
"""How long it may take to start; a busy machine needs a few seconds."""
_POLL_SECONDS = 0.05
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
    try:
        close_folder(folder)
        if not _is_running(folder):
            _start(folder)
    except OSError as error:
        raise CloudError(
            f"The demonstration cloud cannot use {error.filename or folder}: {error.strerror or error}.",
            remedy=error.remedy if isinstance(error, NotPrivateError) else "Check free space and permissions.",
        ) from error
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
    return environment_of_a_module(dict(os.environ))


def _auth_url(clouds: Path) -> str | None:
    try:
        found = yaml.safe_load(read_private(clouds, _LARGEST_FILE))
        return str(found["clouds"]["demo"]["auth"]["auth_url"])
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, RecursionError):
        return None


def _is_running(folder: Path) -> bool:
    """Whether the demonstration cloud of this folder answers, and not something else that got its port.

    It proves that it knows the token in its file, which is not sent: another process at that port would learn it.
    """
    try:
        serving = fields(read_private(folder / _PROCESS, _LARGEST_FILE), max_bytes=_LARGEST_FILE)
        url = urlsplit(str(serving["url"]))
        port, token = url.port, str(serving["control_token"]).encode()
    except (OSError, ValueError, KeyError):
        return False
    nonce = secrets.token_hex(16)
    expected = hmac.digest(token, nonce.encode(), "sha256").hex()
    proof = _ask_for_proof(port, nonce) if url.hostname == _LOOPBACK else ""
    return hmac.compare_digest(proof.encode("utf-8", "replace"), expected.encode())


def _ask_for_proof(port: int | None, nonce: str) -> str:
    connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=_ANSWER_LIMIT_SECONDS)
    try:
        connection.request("GET", f"/_control/proof?nonce={nonce}")
        answer = connection.getresponse().read(_LARGEST_FILE)
        return str(fields(answer, max_bytes=_LARGEST_FILE).get("proof", ""))
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    finally:
        connection.close()


def _start(folder: Path) -> None:
    """Start it; where two start it at the same time, the second finds the first and ends by itself."""
    log = folder / "log"
    command = [*serve_command(port=0, scale=None), "--state", str(folder), "--idle-exit", str(IDLE_EXIT_SECONDS)]
    with os.fdopen(open_private(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab") as output:
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
        time.sleep(_POLL_SECONDS)
    if process.poll() is None:
        process.terminate()
    raise CloudError("The demonstration cloud did not start.", remedy=f"See its log: {log}")


def _point_at(clouds: Path, environment: MutableMapping[str, str]) -> None:
    """No other cloud and no proxy of the environment is to get in between."""
    for name in [name for name in environment if name.startswith("OS_")]:
        del environment[name]
    environment["OS_CLIENT_CONFIG_FILE"] = str(clouds)
    for name in ("no_proxy", "NO_PROXY"):
        environment[name] = ",".join(filter(None, [environment.get(name, ""), "127.0.0.1", "localhost"]))
