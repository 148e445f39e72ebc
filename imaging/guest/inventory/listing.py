"""The user data of a test instance that does nothing but tell what is installed on it."""

from __future__ import annotations

from typing import Final

from imaging.guest.console_script import filled, fragment
from imaging.guest.deep_check.boothook import FIRST_LINE, LARGEST, NONCE, console_functions, squeezed
from imaging.guest.inventory.script import WORD, inventory_functions
from models.errors import UsageError

REPEATS: Final = 180
"""How often a helping of the list is shown, every 10 seconds: for 30 minutes."""
_UNIT: Final = {"NAME": "list", "TITLE": "What is installed on this instance", "WORD": WORD, "RESTART": "no"}


def listing_user_data(nonce: str) -> str:
    """A boothook of cloud-init that tells, after the boot, what is installed; its lines begin with `WORD` and a nonce.

    Args:
        nonce: letters and digits, of this test instance alone.

    Raises:
        ValueError: the nonce is none.
        UsageError: it is larger than a cloud takes.
    """
    if NONCE.fullmatch(nonce) is None:
        raise ValueError(f"not a nonce: {nonce!r}")
    values: dict[str, object] = {
        "NONCE": nonce,
        "REPEATS": REPEATS,
        "WORD": WORD,
        "CONSOLE": console_functions(WORD),
        "INVENTORY": inventory_functions(),
        "UNIT": fragment("unit", _UNIT),
    }
    heading, _, work = filled("imaging.guest.inventory", "listing.sh", values).partition("\n\n")
    made = f"{FIRST_LINE}\n{heading}\n\n{squeezed(work)}"
    if len(made) > LARGEST:
        raise UsageError(f"The script takes {len(made)} bytes; a cloud takes at most {LARGEST}.")
    return made
