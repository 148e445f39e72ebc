r"""What a server's user data would print. The script is never run: its plain `echo` and `printf` lines are read.

That is enough for scripts that end in a line such as `printf 'ready %s\n' "$status" >/dev/console`, whose variables
the guest either sets to something literal or finds out about itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shlex

from imaging.democloud.guests.seal_proof import identity_lines
from imaging.democloud.guests.user_data_parts import parts_of
from imaging.democloud.records.server import Server

_PRINT_COMMAND = re.compile(r"^(?P<command>echo|printf)\s+(?P<rest>(?:\\\n|[^\n])+)$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(?P<name>[A-Za-z_]\w*)=(?P<value>[\w.-]*)$", re.MULTILINE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def printed_lines(server: Server) -> list[str]:
    """The lines, in their order; none without cloud-init, which is what runs user data."""
    script = _script(server)
    if script is None or not server.disk.cloud_init or identity_lines(server):
        return []
    variables = {found["name"]: found["value"] for found in _ASSIGNMENT.finditer(script)} | _known(server)
    said = "".join(_printed(found["command"], found["rest"], variables) for found in _PRINT_COMMAND.finditer(script))
    return said.strip("\n").split("\n") if said else []


def _script(server: Server) -> str | None:
    if server.user_data is None:
        return None
    script = parts_of(server.user_data).get("x-shellscript")
    if script is not None:
        return script
    try:
        text = base64.b64decode(server.user_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    return text if text.startswith("#!") else None


def _known(server: Server) -> dict[str, str]:
    """What a script finds out about its machine.

    The network works. The machine-id is what systemd made of the server's id, unless the image brought along that of
    its source.
    """
    connected = "yes" if server.port_ids else "no"
    machine_id = server.disk.machine_id
    return {
        "address": connected,
        "route": connected,
        "status": "0" if server.port_ids else "1",
        "machine": hashlib.sha256(machine_id.encode()).hexdigest()[:16],
        "own": "yes" if machine_id == server.id.replace("-", "") else "no",
    }


def _printed(command: str, rest: str, variables: dict[str, str]) -> str:
    try:
        words = shlex.split(re.split(r"[0-9]?>|\|", rest.replace("\\\n", " "))[0])
    except ValueError:
        return ""
    words = [_VARIABLE.sub(lambda found: variables.get(found[1] or found[2], ""), word) for word in words]
    if command == "echo":
        return " ".join(words) + "\n"
    return _formatted(words) if words else ""


def _formatted(words: list[str]) -> str:
    values = iter(words[1:])
    text = re.sub(r"%[sd]", lambda _found: next(values, ""), words[0])
    return text.replace("\\n", "\n")
