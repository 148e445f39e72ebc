"""Run the tests that want a real OpenStack: on loopstack, or on the cloud that IMAGING_TEST_CLOUD names.

`python tests/openstack/run.py --stack-python .venv-openstack/bin/python [PYTEST ARGUMENTS]`, run by the project's own
Python, with which pytest runs too. Loopstack has a Python of its own, for the services pin what the project does not.
"""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
TESTS = ("tests/contract", "tests/openstack")
PORTS = 6


def free_base_port() -> int:
    """The first of six neighbouring ports that nobody uses now, so that two runs do not meet."""
    for base in range(15000, 20000, 10):
        if all(_is_free(base + offset) for offset in range(PORTS)):
            return base
    raise SystemExit("no six neighbouring free ports between 15000 and 20000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main() -> int:
    """The exit status is pytest's."""
    parser = argparse.ArgumentParser(description="Run the tests that want a real OpenStack.")
    parser.add_argument(
        "--stack-python", default=sys.executable, help="has tests/openstack/requirements.lock installed"
    )
    given, for_pytest = parser.parse_known_args()
    pytest = [sys.executable, "-m", "pytest", *(for_pytest or TESTS)]
    environment = os.environ | {"IMAGING_TEST_ON_REAL_CLOUD": "1"}
    cloud = os.environ.get("IMAGING_TEST_CLOUD")
    if cloud:
        sys.stdout.write(f"on the cloud {cloud} of your own clouds.yaml; what is made there is deleted again\n")
        sys.stdout.flush()
        return subprocess.call(pytest, env=environment)
    stack = [given.stack_python, str(HERE / "loopstack.py"), "--base-port", str(free_base_port())]
    return subprocess.call([*stack, "--command", shlex.join(pytest)], env=environment)


if __name__ == "__main__":
    sys.exit(main())
