"""Opens the console on every Python that this machine has, each in an environment of its own, installed from the lock.

    python3 .ci/every_python.py [INTERPRETER…]

Looks for 3.11 to 3.14 on the PATH and among pyenv's; the newest of each minor version is taken. Its last line names
the versions on which the console was seen to open. Exit status: 0 all of them; 1 not all, or one that pyproject.toml
does not name.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = 11, 14
"""The minor versions that are asked for."""
INSTALL_SECONDS, OPEN_SECONDS = 900, 700


def main(interpreters: list[str]) -> int:
    """Open it on each."""
    found = dict(filter(None, map(version_of, interpreters))) if interpreters else every_python()
    opened = [version for version, python in sorted(found.items()) if opens(version, python)]
    unnamed = [version for version in opened if version not in classified()]
    if unnamed:
        print(f"pyproject.toml and README.md do not name Python {', '.join(map(dotted, unnamed))}, where it opens")
    print(f"the console opened on Python {', '.join(map(dotted, opened)) or 'nothing'}")
    return int(unnamed != [] or len(opened) < len(found))


def every_python() -> dict[tuple[int, ...], str]:
    """The interpreters of this machine by minor version."""
    versions = [f"python3.{minor}" for minor in range(OLDEST, NEWEST + 1)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [shutil.which(name) for name in (*versions, "python3")]
    places += [str(path) for path in sorted(pyenv.glob("3.*/bin/python"))]
    return dict(filter(None, map(version_of, filter(None, places))))


def version_of(python: str) -> tuple[tuple[int, ...], str] | None:
    """The minor version of an interpreter with which an environment can be made; None for one that is not asked for."""
    asked = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
    told = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False).stdout.split()
    version = tuple(map(int, told))
    return (version, python) if (3, OLDEST) <= version <= (3, NEWEST) else None


def opens(version: tuple[int, ...], python: str) -> bool:
    """Install the console there, and open it on the demonstration cloud."""
    print(f"--- Python {dotted(version)}: {python}", flush=True)
    with tempfile.TemporaryDirectory(prefix="every-python-") as folder:
        try:
            program = install(python, Path(folder))
            with demonstration(program, Path(folder)) as environment:
                console = [program, "--os-cloud", "demo"]
                command = [sys.executable, str(CHECKOUT / ".ci/open_console.py"), *console]
                return subprocess.run(command, env=environment, timeout=OPEN_SECONDS, check=False).returncode == 0
        except (subprocess.SubprocessError, OSError) as error:
            print(f"Python {dotted(version)}: {error}")
            return False


def install(python: str, folder: Path) -> str:
    """`make install`, but in an environment of its own; gives the program's path."""
    environment = folder / "venv"
    pip = [str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
    locked = ["--require-hashes", "-r", str(CHECKOUT / "requirements.lock")]
    ours = ["--no-deps", "--no-build-isolation", "-e", str(CHECKOUT)]
    for command in ([python, "-m", "venv", str(environment)], [*pip, *locked], [*pip, *ours]):
        subprocess.run(command, timeout=INSTALL_SECONDS, check=True)
    return str(environment / "bin/imaging")


@contextlib.contextmanager
def demonstration(program: str, folder: Path) -> Iterator[dict[str, str]]:
    """A demonstration cloud that ends with the block, and the environment of somebody who has nothing else."""
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "XDG_", "IMAGING_"))}
    environment = kept | {"HOME": str(home)}
    command = [program, "demo", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as served:
        try:
            first_line = next(iter(served.stdout or ()), "")
            yield environment | {"OS_CLIENT_CONFIG_FILE": first_line.strip()}
        finally:
            served.terminate()


def classified() -> list[tuple[int, ...]]:
    """The versions that pyproject.toml names."""
    text = (CHECKOUT / "pyproject.toml").read_text()
    return [(3, int(minor)) for minor in re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', text)]


def dotted(version: tuple[int, ...]) -> str:
    """`3.11`."""
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
