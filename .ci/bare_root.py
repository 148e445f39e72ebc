"""A machine as a stranger has it: a bare Debian, an ordinary user with an empty home, and what the README says.

    python3 .ci/bare_root.py bookworm demo test

makes the root with debootstrap and the packages that the README asks for, clones this checkout there as the user, and
carries out `make demo` (on a terminal, until the list is seen) and `make test`. The root is made again each time, so
that an old one cannot deceive. All of it happens in name spaces of their own for processes and mounts: when the last
command has ended, however it ended, nothing runs and nothing is mounted any more. Only then is the root removed.

Exit status: 0 all went well; 1 a command failed; 75 (EX_TEMPFAIL) there is no such machine to be had here, with the
reason on the last line.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NOT_HAD = 75
USER = "tess"
HOME = Path("/home") / USER
CLONE = HOME / "imaging-console"
ORIGIN = Path("/srv/imaging-console.git")
SKIPPED = HOME / "skipped-tests"
BOOTSTRAP_SECONDS, SETUP_SECONDS, COMMAND_SECONDS = 1200, 120, 2700
_HANDED_IN = re.compile(r"(?i)^(PIP_\w+|\w+_PROXY|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$")
"""What of this machine's environment makes pip reach its registry."""


class NotHadError(Exception):
    """The machine gives no such root; that says nothing about the program."""


def main() -> int:
    """Make it, do everything there, remove it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", help="a release of Debian: bookworm, trixie, sid")
    parser.add_argument("targets", nargs="+", help="what to make there")
    parser.add_argument("--skipped", type=Path, help="where to write which tests were skipped")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return carry_out(wanted.inside, wanted.targets)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"bare-{wanted.suite}-"))
        try:
            return visit(folder, wanted.suite, wanted.targets, wanted.skipped)
        finally:
            remove(folder)
    except NotHadError as reason:
        print(f"no bare {wanted.suite}: {reason}")
        return NOT_HAD


def visit(folder: Path, suite: str, targets: Sequence[str], skipped: Path | None) -> int:
    """Make the root, and do everything there in name spaces that end with it."""
    root = folder / "root"
    begun = time.monotonic()
    bootstrap(root, suite)
    refuse_unnamed_python(root)
    move_in(root)
    print(f"{suite}: made in {time.monotonic() - begun:.0f} s", flush=True)
    again = [sys.executable, str(Path(__file__).resolve()), suite, *targets, "--inside", str(root)]
    status = subprocess.call([*own_name_spaces(), *again])
    if skipped and (told := root / SKIPPED.relative_to("/")).exists():
        shutil.copyfile(told, skipped)
    return status


def own_name_spaces() -> list[str]:
    """How a command gets mounts and processes of its own, which go away with it."""
    words = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NotHadError(f"no name spaces of its own: {tried.stderr.strip()}")
    return words


def bootstrap(root: Path, suite: str) -> None:
    """Install a Debian that has nothing but what the README asks for."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise NotHadError("it takes root and debootstrap")
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(readme_packages())}", suite, root, mirror()]
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=BOOTSTRAP_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotHadError(f"debootstrap was not done after {BOOTSTRAP_SECONDS} s") from None
    if made.returncode:
        raise NotHadError(f"debootstrap: {'; '.join((made.stdout + made.stderr).splitlines()[-3:])}")


def readme_packages() -> list[str]:
    """What the README wants installed before its two commands: its first `apt install`."""
    found = re.search(r"^ *(?:sudo )?apt install (.+)$", (CHECKOUT / "README.md").read_text(), re.MULTILINE)
    if found is None:
        sys.exit("README.md does not say what to install")
    return found[1].split()


def refuse_unnamed_python(root: Path) -> None:
    """A Debian that is still in the making may have a Python that the project does not name yet."""
    asked = ["chroot", root, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=SETUP_SECONDS).stdout.strip()
    if f'"Programming Language :: Python :: {version}"' not in (CHECKOUT / "pyproject.toml").read_text():
        raise NotHadError(f"it has Python {version}, which pyproject.toml does not name")


def mirror() -> str:
    """The mirror that this machine's own apt is set to."""
    command = ["apt-get", "indextargets", "--format", "$(LABEL) $(SITE)", "Created-By: Packages"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    sites = [line.split()[-1] for line in told.splitlines() if line.startswith(("Debian ", " "))]
    if not sites:
        raise NotHadError("apt is set to no mirror of Debian")
    return sites[0]


def move_in(root: Path) -> None:
    """An ordinary user, their way to the registry, and the project to clone."""
    chroot(root, "useradd", "--create-home", "--skel", "/var/empty", "--home-dir", str(HOME), USER)
    told = [*registry_environment().values(), *(value for _, _, value in pip_settings())]
    files = [Path(value) for value in told if value.startswith("/") and Path(value).is_file()]
    for file in (Path("/etc/resolv.conf"), Path("/etc/hosts"), *files):
        there = below(root, file)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.unlink(missing_ok=True)  # a link would lead out of the root
        shutil.copyfile(file, there)
    (root / "etc/pip.conf").write_text(pip_configuration())
    cloned = ["git", "clone", "--quiet", "--bare", CHECKOUT, below(root, ORIGIN)]
    subprocess.run(cloned, check=True, timeout=SETUP_SECONDS)
    chroot(root, "chown", "-R", USER, str(ORIGIN))


def chroot(root: Path, *words: str) -> None:
    """Do something there as root."""
    subprocess.run(["chroot", root, *words], check=True, timeout=SETUP_SECONDS, env={"PATH": os.defpath + ":/usr/sbin"})


def below(root: Path, path: Path) -> Path:
    """Where a path of the system lies in the root."""
    return root / path.relative_to("/")


def registry_environment() -> dict[str, str]:
    """The variables that make pip reach its registry."""
    found = {name: without_folders(value) for name, value in os.environ.items() if _HANDED_IN.match(name)}
    return {name: value for name, value in found.items() if value}


def pip_settings() -> Iterator[tuple[str, str, str]]:
    """What this machine's pip is set to by files: section, key, value."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for line in told.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.partition(".")
        if key and not section.startswith(":") and (kept := without_folders(str(ast.literal_eval(value)))):
            yield section, key, kept


def without_folders(value: str) -> str:
    """What is left of a setting without the folders of this machine that it names: they are nowhere else."""
    words = value.split()
    kept = [word for word in words if not word.startswith("file:") and not Path(word).is_dir()]
    return value if kept == words else "\n".join(kept)


def pip_configuration() -> str:
    """The same as one file."""
    sections: dict[str, list[str]] = {}
    for section, key, value in pip_settings():
        lines = "\n    ".join(value.split("\n"))
        sections.setdefault(section, []).append(f"{key} = {lines}")
    return "\n".join("\n".join([f"[{section}]", *lines]) for section, lines in sections.items()) + "\n"


def carry_out(root: Path, targets: Sequence[str]) -> int:
    """Inside the name spaces: mount what a running system has, and do what the README says."""
    mount_system(root)
    if status := as_user(root, HOME, f"git clone --quiet {ORIGIN} {CLONE.name}"):
        return status
    return max([run_target(root, target) for target in targets])


def mount_system(root: Path) -> None:
    """What every running system has."""
    mount("-t", "proc", "proc", root / "proc")
    mount("-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=0620,gid=5", "devpts", (root / "dev/pts"))
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "dev/shm")


def mount(*words: object) -> None:
    """Mount something; nobody outside sees it."""
    if isinstance(folder := words[-1], Path):
        folder.mkdir(exist_ok=True)
    subprocess.run(["mount", *map(str, words)], check=True, timeout=SETUP_SECONDS)


def run_target(root: Path, target: str) -> int:
    """`make TARGET` as the README has it; the console on a terminal."""
    begun = time.monotonic()
    command = f"make {target}"
    if target == "demo":
        command = f"python3 .ci/open_console.py {command}"
    if target == "test":
        command = f"python3 .ci/try_again.py {command}"
    status = as_user(root, CLONE, command)
    print(
        f"make {target}: {'done' if status == 0 else f'FAILED ({status})'} in {time.monotonic() - begun:.0f} s",
        flush=True,
    )
    return status


def as_user(root: Path, folder: Path, command: str) -> int:
    """Run a command as the user, with no more in the environment than a login and pip need."""
    words = [
        str(shutil.which("chroot")),
        f"--userspec={USER}:{USER}",
        str(root),
        "sh",
        "-c",
        f"cd {folder} && {command}",
    ]
    try:
        return subprocess.run(
            words, env=environment(), timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{command} was not done after {COMMAND_SECONDS} s")
        return 1


def environment() -> Mapping[str, str]:
    """The user's environment."""
    return registry_environment() | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(HOME),
        "USER": USER,
        "LOGNAME": USER,
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        "IMAGING_TEST_SKIPPED": str(SKIPPED),
        "PYTEST_ADDOPTS": "--durations=40",  # so that the gate itself says what makes it slow
    }


def remove(folder: Path) -> None:
    """Remove the root. Its mounts went with their name space; `--one-file-system` is the second lock on that door."""
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)


if __name__ == "__main__":
    sys.exit(main())
