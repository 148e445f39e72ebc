"""The functions of a shell that collect what is installed on a test instance, and show it on its console."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from imaging.guest.deep_check.chunks import Listener

WORD: Final = "@@imaging-inventory"
"""With which the lines of this report begin."""
LIMIT: Final = 262_144
"""Characters of the report, packed: 21 helpings. A server with 400 packages takes one helping."""
SECONDS: Final = 240
"""How long collecting may take; what is not known by then is named as unread."""
ROOTS: Final = ("opt", "usr/local", "home", "root", "srv", "data")
"""Where environments of conda and Python are searched for. What lies in /usr came with packages of the system."""
DEPTH: Final = 9
"""So deep: /home/NAME/miniconda3/envs/NAME/lib/python3.12/site-packages has seven levels."""
MOST_PLACES: Final = 300
"""Environments, and things in /opt and /usr/local, that are told."""
_HELPING: Final = 80
"""Lines that are shown at once, of 200 characters and fewer."""
_PLACE: Final = re.compile(r"@([A-Z]+)@")


def inventory_functions() -> str:
    """Functions of a shell: `start_inventory COMMAND...`, `collect_inventory`, `say_inventory_helping`.

    A script that uses them holds `console_functions` too, and sets `R` (empty on a machine), `work` (a folder on
    tmpfs), `nonce`, and `TAB` to a tab.
    """
    values: dict[str, object] = {
        "SECONDS": SECONDS,
        "ROOTS": " ".join(ROOTS),
        "DEPTH": DEPTH,
        "MOST": MOST_PLACES,
        "LIMIT": LIMIT,
        "HELPING": _HELPING,
        "WORD": WORD,
    }
    text = files("imaging.guest.inventory").joinpath("inventory.sh").read_text(encoding="ascii")
    return _PLACE.sub(lambda found: str(values[found[1]]), text)


def inventory_listener(nonce: str) -> Listener:
    """Finds the pieces of the report in a console that grows; `nonce` is that of the test instance's user data."""
    return Listener(nonce, WORD, LIMIT)
