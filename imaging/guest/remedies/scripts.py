"""The shell scripts of this folder, as they are sent to a guest: on standard input, with their arguments quoted.

Arguments stand in the script, not on the command line: there they would have to survive the login shell and sudo, and
would show in the guest's list of processes. The script itself comes on standard input, so what it starts reads nothing.
"""

from __future__ import annotations

import shlex
from importlib.resources import files

from imaging.guest.interface import CommandResult, GuestShell
from models.errors import GuestError, GuestUnreachableError
from models.text import many_lines

_OF_THE_PROBE = {"fstab_line": ("masking",)}
"""Scripts that do something exactly as the probe does it."""


def script(name: str, function: str, *arguments: str) -> bytes:
    """A script of this folder with a call of one of its functions.

    Args:
        name: of the file, without `.sh`.
        function: of the script, which is called with the arguments.
        arguments: any texts; bytes that are no UTF-8 as `surrogateescape` decodes them.

    Raises:
        GuestError: an argument holds a NUL, which no shell can take.
    """
    if any("\0" in argument for argument in arguments):
        raise GuestError("A name holds a NUL character, which no command can take.", meaning="Nothing was changed.")
    here, probe = files(__package__), files("imaging.guest.probe")
    sources = (
        here / "prelude.sh",
        *(probe / f"{part}.sh" for part in _OF_THE_PROBE.get(name, ())),
        here / f"{name}.sh",
    )
    parts = [source.read_text(encoding="utf-8") for source in sources]
    call = f"{function} {shlex.join(arguments)} </dev/null\n"
    return "\n".join((*parts, call)).encode("utf-8", "surrogateescape")


async def run_script(
    shell: GuestShell, name: str, function: str, *arguments: str, doing: str, seconds: float
) -> CommandResult:
    """Run a script of this folder as root.

    Args:
        shell: an open shell in the guest.
        name: of the script.
        function: of the script.
        arguments: its arguments.
        doing: what it does, for the sentence "… may or may not have been done".
        seconds: how long it may take.

    Raises:
        GuestError: it did not end well, or the connection was cut; the state that things are in is said.
    """
    stdin = script(name, function, *arguments)
    try:
        result = await shell.run("sh -s", stdin=stdin, seconds=seconds, as_root=True)
    except GuestUnreachableError as error:
        raise cut(error, doing) from error
    if result.status != 0:
        raise GuestError(
            f"The guest could not carry it out: {why(result)}.",
            meaning=f"{doing} may have been done, or not.",
            remedy="Inspect again to see the current state.",
        )
    return result


def cut(error: GuestUnreachableError, doing: str) -> GuestUnreachableError:
    """The same trouble of the connection, with what that means for what was under way."""
    return GuestUnreachableError(
        error.what,
        meaning=f"{doing} may have been done, or not.",
        remedy="Inspect again to see the current state.",
    )


def why(result: CommandResult) -> str:
    """Why a command failed: the last line of its complaint, else its exit status."""
    lines = [line.strip() for line in many_lines(result.errors).splitlines() if line.strip()]
    return lines[-1].rstrip(".")[:300] if lines else f"exit status {result.status}"
