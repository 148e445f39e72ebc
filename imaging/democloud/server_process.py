"""The server process: its port, its files, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from imaging.democloud.closed_files import close_folder, open_closed, write_closed
from imaging.democloud.clouds_yaml import clouds_yaml
from imaging.democloud.guests.doors import Doors
from imaging.democloud.guests.ssh_files import SSH_CONFIG
from imaging.democloud.web.front import Connections, Front
from imaging.democloud.world import World

_HOST = "127.0.0.1"
_JOIN_SECONDS = 20.0


@dataclass(frozen=True)
class StateFolder:
    """Where the files of one demonstration cloud lie, closed to others."""

    path: Path

    @property
    def clouds_yaml(self) -> Path:
        """What clients read."""
        return self.path / "clouds.yaml"

    @property
    def process(self) -> Path:
        """Who serves: pid, address and the token of its controls, as long as it does."""
        return self.path / "democloud.json"

    @contextlib.contextmanager
    def claimed(self) -> Iterator[bool]:
        """Whether this process is the one that serves from this folder; it stays so until the end of the block."""
        close_folder(self.path)
        with open_closed(self.path / "democloud.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True

    def write(self, url: str, world: World, control_token: str) -> None:
        """Write both files, each in one step."""
        write_closed(self.clouds_yaml, clouds_yaml(url, world))
        serving = {
            "pid": os.getpid(),
            "url": url,
            "ssh_config": str(self.path / SSH_CONFIG),
            "control_token": control_token,
        }
        write_closed(self.process, json.dumps(serving) + "\n")

    def forget(self) -> None:
        """The server ends: nobody shall search for it."""
        self.process.unlink(missing_ok=True)

    def wait_for_other(self) -> bool:
        """Whether another process serves from this folder and has written its files."""
        deadline = time.monotonic() + _JOIN_SECONDS
        while time.monotonic() < deadline:
            if self.process.exists() and self.clouds_yaml.exists():
                return True
            time.sleep(0.05)
        return False


def listen(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes any free one. Raises OSError if the port is taken."""
    # asyncio turns Nagle's delay off only where the protocol is said to be TCP: 40 ms for every answer else.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, port))
    return listener


def url_of(listener: socket.socket) -> str:
    """The address of a cloud that listens there."""
    return f"http://{_HOST}:{listener.getsockname()[1]}"


async def serve(
    app: Front, connections: Connections, listener: socket.socket, idle_exit: float | None, doors: Doors
) -> None:
    """Serve until a signal comes, or until nobody has called for so many seconds."""
    server = uvicorn.Server(configured(app, connections))
    watcher = asyncio.create_task(_end_when_idle(server, app, idle_exit)) if idle_exit is not None else None
    async with doors.answering():
        await server.serve(sockets=[listener])
    if watcher is not None:
        watcher.cancel()


def configured(app: Front, connections: Connections) -> uvicorn.Config:
    """How the cloud is served: its services say what stands in the headers, and its connections can be dropped."""
    return uvicorn.Config(
        app,
        http=_protocol(connections),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )


def _protocol(connections: Connections) -> type[H11Protocol]:
    """The usual protocol of uvicorn, which tells about its connections, so that they can be dropped."""

    class Droppable(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            connections.opened(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.closed(self.transport.get_extra_info("peername")[:2])
            super().connection_lost(exc)

    return Droppable


async def _end_when_idle(server: uvicorn.Server, app: Front, idle_exit: float) -> None:
    left = idle_exit
    while left > 0:
        await asyncio.sleep(left)
        left = app.last_call + idle_exit - time.monotonic()
    server.should_exit = True
