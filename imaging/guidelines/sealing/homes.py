"""The homes of a guest, each with the account whose it is: what a user can choose to keep."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside_or_none
from imaging.guidelines.sealing.people import is_of_the_system
from models.formatting import counted, size_kib
from models.guidelines.facts import InstanceFacts

_LEFT_BY_MKFS = "lost+found"


@dataclass(frozen=True)
class Home:
    """One home."""

    path: str
    owner: str = ""
    """The account; empty where no account of a person calls it its home."""
    amount: str = ""
    """How many files, and how large."""


def homes_of(facts: InstanceFacts) -> tuple[Home, ...]:
    """The homes on the root disk; empty where nobody has inspected the instance."""
    directories, accounts = inside_or_none(facts, parts.directories), inside_or_none(facts, parts.accounts)
    if directories is None:
        return ()
    owners = {each.home.rstrip("/"): each.name for each in accounts.people} if accounts is not None else {}
    return tuple(
        Home(
            path=path,
            owner=owners.get(path, ""),
            amount=f"{counted(each.own_files, 'file')}, {size_kib(each.size_kib)}",
        )
        for each in directories.homes
        if not each.separate
        and not is_of_the_system(path := each.path.rstrip("/"))
        and not path.endswith(f"/{_LEFT_BY_MKFS}")
    )
