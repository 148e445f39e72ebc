r"""What becomes of the tests that a test instance is given. None is ever run: a few of their lines are understood.

Read are, from the top and each on a line of its own:

* `echo TEXT`, with or without quotes: TEXT is printed; `printf 'TEXT\n'` alike.
* `sleep SECONDS`: so long it lasts; beyond the time limit it hangs, and is ended.
* `exit STATUS`: it ends. Without one it ends with 0.
* `[ "$IMAGING_BOOT" = 2 ] && COMMAND`: one of these in that boot alone.
* `# needs: network`, `ram=MIB`, `gpu`, among the first forty lines: it is skipped where that is not there.

All other lines do nothing. What looks like a password or a token is masked before it is printed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.democloud.records.server import Server

_IN_BOOT = re.compile(r'^\[ "?\$\{?IMAGING_BOOT\}?"? = "?([12])"? \] && (.*)$')
_NEEDS = re.compile(r"^# *needs: *(.*)$")
_SECRET = re.compile(
    r"(?i)((?:password|passwd|secret|token|api[_-]?key)[\"']? *[:=] *)\S{6,}|\b(?:ghp_|glpat-|hf_)\w{16,}"
)
_TAP = re.compile(r"^(?:(?:not )?ok\b|TAP version 1[234]|1\.\.\d|Bail out!)")
_NEEDS_LINES = 40
_TIMED_OUT = 124


@dataclass(frozen=True)
class GivenTest:
    """A test as it came: of the user data, or of the image."""

    origin: str
    """`given` or `image`."""
    name: str
    text: str


@dataclass(frozen=True)
class EndedTest:
    """How it ended in one boot."""

    test: GivenTest
    status: int | None
    """None: it was not run."""
    seconds: int = 0
    timed_out: bool = False
    masked: int = 0
    because: str = ""
    lines: tuple[str, ...] = ()
    """What it printed, masked."""

    def rows(self) -> Iterator[str]:
        """As the report says it."""
        status, flags = ("-" if self.status is None else str(self.status)), "timed-out" if self.timed_out else "-"
        yield f"test {self.test.origin} {status} {flags} {self.seconds} {self.masked} {self.test.name}"
        if self.because:
            yield f"because {self.because}"

    def output(self, boot: int, number: int) -> Iterator[str]:
        """Its output as the report brings it: `+` before a line of TAP, `|` before any other."""
        if self.status is not None:
            yield f"output {boot} {number} -"
            yield from (f"{'+' if _TAP.match(line) else '|'}{line}" for line in self.lines)


def ended(test: GivenTest, server: Server, boot: int, limit: int) -> EndedTest:
    """How a test ends in that boot.

    Args:
        test: its name and text.
        server: where it runs.
        boot: 1 or 2.
        limit: how many seconds one test may take.
    """
    missing = _missing(test.text, server)
    if missing:
        return EndedTest(test, None, because=missing)
    printed: list[str] = []
    seconds, masked = 0, 0
    for command, words in _commands(test.text, boot):
        if command == "echo":
            text, count = _SECRET.subn(r"\1***", " ".join(words))
            masked += count
            printed += text.split("\n")
        elif command == "sleep":
            seconds += _number(words)
            if seconds >= limit:
                return EndedTest(test, _TIMED_OUT, limit, timed_out=True, masked=masked, lines=tuple(printed))
        else:
            return EndedTest(test, min(_number(words), 255), seconds, masked=masked, lines=tuple(printed))
    return EndedTest(test, 0, seconds, masked=masked, lines=tuple(printed))


def _missing(text: str, server: Server) -> str:
    """What it needs and this instance has not; empty if nothing."""
    needs = [found[1].split() for line in text.splitlines()[:_NEEDS_LINES] if (found := _NEEDS.match(line))]
    for need in (each for line in needs for each in line):
        if need == "network" and not server.port_ids:
            return "it needs a network, and there is no default route"
        if need == "gpu" and "resources:VGPU" not in server.flavor.extra_specs:
            return "it needs a GPU, and there is none"
        asked = _number([need.removeprefix("ram=")]) if need.startswith("ram=") else 0
        if asked > server.flavor.ram:
            return f"it needs {asked} MiB of memory, and there are {server.flavor.ram}"
    return ""


def _commands(text: str, boot: int) -> Iterator[tuple[str, list[str]]]:
    """The commands that are understood, in their order."""
    for line in text.splitlines():
        command = line.strip()
        if found := _IN_BOOT.match(command):
            if int(found[1]) != boot:
                continue
            command = found[2]
        name, _, rest = command.partition(" ")
        if name not in {"echo", "printf", "sleep", "exit"}:
            continue
        try:
            words = shlex.split(rest)
        except ValueError:
            continue
        if name == "printf":
            words = [words[0].replace("\\n", "\n").rstrip("\n")] if words else []
        yield ("echo" if name == "printf" else name), words


def _number(words: list[str]) -> int:
    text = words[0] if words else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0  # noqa: PLR2004  # bounded
