"""A process that works on a stranger's bytes reaches nobody once it has left the network."""

from __future__ import annotations

import socket
import subprocess
import sys

from tests.support.needs import tool

_SCRIPT = """
import socket, sys
from imaging.runtime.confined.confinement import leave_network
left = leave_network() if sys.argv[2] == "leave" else False
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5).close()
    print(left, "reached")
except OSError:
    print(left, "refused")
"""


def _told(port: int, what: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(port), what], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def _kernel_allows_it() -> bool:
    return subprocess.run([tool("unshare"), "-rn", "true"], capture_output=True, check=False).returncode == 0


def test_who_has_left_the_network_reaches_nobody_and_who_could_not_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert _told(port, "stay") == "False reached"
        assert _told(port, "leave") == ("True refused" if _kernel_allows_it() else "False reached")
