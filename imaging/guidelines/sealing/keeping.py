"""What a seal leaves although the page would have it go: by the user's word, or because something runs as it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imaging.guidelines.guest.storage import is_below
from models.guest.accounts import Account
from models.run.request import RunRequest
from models.seal.plan import KeptThing
from models.text import cut


@dataclass(frozen=True)
class Keeping:
    """The homes and paths that the user wants to keep."""

    accounts: tuple[Account, ...]
    """Those whose homes are kept."""
    paths: tuple[str, ...]
    unknown: tuple[str, ...]
    """Accounts that were named and are not there."""

    @property
    def names(self) -> frozenset[str]:
        """The names of the accounts."""
        return frozenset(each.name for each in self.accounts)

    @property
    def homes(self) -> tuple[str, ...]:
        """Where their homes are."""
        return tuple(each.home.rstrip("/") for each in self.accounts)

    def keeps(self, path: str) -> bool:
        """Whether a path is one that is kept, or lies below one; homes do not count, for secrets in them go."""
        return any(is_below(path, kept) for kept in self.paths)

    @property
    def things(self) -> tuple[KeptThing, ...]:
        """As the plan names them."""
        homes = (
            KeptThing(path=each.home.rstrip("/"), owner=each.name, why="home kept as wanted") for each in self.accounts
        )
        return (*homes, *(KeptThing(path=path, why="kept as wanted") for path in self.paths))


def refused_path(path: str) -> str:
    """Why a path cannot be kept, as the end of a sentence about it; empty where it can."""
    if not path.startswith("/") or ".." in path.split("/"):
        return f"an absolute path without '..' is needed, not {cut(path, 60)}"
    return "then nothing would be sealed" if not path.strip("/") else ""


def keeping_nothing(request: RunRequest) -> RunRequest:
    """The request without what a seal is to keep: a plain image holds that and everything else."""
    return request.model_copy(update={"keep_homes": (), "keep_paths": ()})


def keeping(request: RunRequest, people: Iterable[Account]) -> Keeping:
    """What a request says is to be kept, of the accounts that there are."""
    found = {each.name: each for each in people}
    return Keeping(
        accounts=tuple(found[name] for name in request.keep_homes if name in found),
        paths=tuple(path.rstrip("/") or "/" for path in request.keep_paths),
        unknown=tuple(name for name in request.keep_homes if name not in found),
    )
