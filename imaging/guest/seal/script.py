"""Puts the script of a seal together from its files, and makes the user data of the clone of it."""

from __future__ import annotations

import re
from pathlib import Path

from imaging.guest.deep_check.boothook import (
    FIRST_LINE,
    LARGEST,
    NONCE,
    compressed,
    console_functions,
    shorter_function,
    squeezed,
    unhurried,
)
from imaging.guest.probe import script as probe_script
from imaging.guest.seal.plan_lines import plan_lines
from imaging.guest.seal.raw_disk import raw_disk_functions
from imaging.guest.seal.seal_report import WORD
from models.errors import UsageError
from models.guest.files import Questions
from models.seal.plan import SealPlan

PROBED = frozenset(
    {
        "accounts",
        "cloud_init",
        "directories",
        "identity",
        "network",
        "sightings",
        "sshd",
        "system_files",
    }
)
"""The parts of the probe that are asked again after the seal: those that see what was to go; all would not fit."""
_LEFT_OUT_FIRST = ("system_files", "network")
"""Parts that no proof rests on, for the inspection of the image tells them, too: a long plan leaves them out."""
_FILES = (
    "plan", "places", "homes", "people", "litter", "network", "system_files", "identities",
    "canaries", "free_space", "changes", "quiet", "work",
)  # fmt: skip
_HERE = Path(__file__).parent
_PLACE = re.compile(r"@([A-Z_]+)@")


def seal_user_data(plan: SealPlan, questions: Questions, nonce: str, *, largest: int = LARGEST) -> bytes:
    """The user data of the clone: compressed whole, which cloud-init undoes by itself.

    Args:
        plan: what was agreed to.
        questions: what the guidelines want to know of the sealed clone.
        nonce: letters and digits; the report bears it, and the tokens on the disk are made from it.
        largest: bytes that the cloud takes.

    Raises:
        UsageError: the cloud would not take it, or the plan has a name that cannot travel.
        ValueError: the nonce is not valid.
    """
    made = b""
    for count in range(len(_LEFT_OUT_FIRST) + 1):
        script = seal_script(plan, questions, nonce, probed=PROBED.difference(_LEFT_OUT_FIRST[:count]))
        made = compressed(f"{FIRST_LINE}\n{script}".encode(), most=largest)
        if len(made) <= largest:
            break
    else:
        raise UsageError(
            f"The plan of the seal takes {len(made)} bytes of user data; a cloud takes at most {largest}.",
            meaning=f"The plan names {sum(len(each.targets) for each in plan.operations)} things and "
            f"{len(plan.units)} units.",
            remedy="Remove some of what was found on the instance yourself, whole folders first, and inspect it again; "
            "or let the profile search for less.",
        )
    return made


def seal_script(plan: SealPlan, questions: Questions, nonce: str, *, probed: frozenset[str] = PROBED) -> str:
    """The script as it runs in the clone: its work, and as comments at its end the plan and the probe.

    Args:
        plan: as for `seal_user_data`, as the others.
        questions: the same.
        nonce: the same.
        probed: the parts of the probe that are asked.

    Raises:
        UsageError: the plan has a name that cannot travel.
        ValueError: the nonce is not valid.
    """
    heading, _, head = _file("head", nonce).partition("\n\n")
    work = squeezed("\n".join([head, *_functions(nonce)]))
    probe = squeezed(unhurried(probe_script(questions, probed, nonce=nonce)))
    return f"{heading}\n{work}{_comments('#= ', plan_lines(plan))}{_comments('#: ', probe)}"


def readable_script(nonce: str) -> str:
    """The work of the script alone, with its explanations, for those who want to know what it does."""
    return "\n".join([_file("head", nonce), *_functions(nonce)])


def _functions(nonce: str) -> list[str]:
    return [console_functions(WORD), shorter_function(), raw_disk_functions(), *(_file(name, nonce) for name in _FILES)]


def _comments(mark: str, lines: str) -> str:
    return "".join(f"{mark}{line}\n" for line in lines.removesuffix("\n").split("\n"))


def _file(name: str, nonce: str) -> str:
    """A file of this folder with its places filled in."""
    if NONCE.fullmatch(nonce) is None:
        msg = f"not a nonce: {nonce!r}"
        raise ValueError(msg)
    values = {"NONCE": nonce, "WORD": WORD}
    return _PLACE.sub(lambda found: values[found[1]], (_HERE / f"{name}.sh").read_text(encoding="ascii"))
