"""A test of the user's own: a script that a test instance is to run in both boots."""

from __future__ import annotations

import re

from pydantic import Field

from models.base import Frozen
from models.text import CleanText, one_line

FILE_SECONDS = 60
"""How long one test may take, unless the user says otherwise."""
ALL_SECONDS = 300
"""How long all of one boot may take together, unless the user says otherwise."""
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")


def user_refusal(name: str) -> str:
    """Why no account of an image can be called so; empty where one can, and where no name is given."""
    return f"'{one_line(name, 60)}' is no name of a user." if name and _USER.fullmatch(name) is None else ""


class TestFile(Frozen):
    """One file given as `--test`, as it was read when the run was planned."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    name: CleanText
    """Its file name without directories, unique within a run: made of letters, digits, `.`, `_` and `-` alone."""
    text: str = Field(repr=False)
    """What is run, as it was read: UTF-8. It may hold secrets of its author's: it goes into the journal, from which
    the runner reads it, and into user data, packed; never into a report, a document or a log."""
    is_goss: bool = False
    """`*.goss.yaml`: run by goss, where the image has it."""
    needs_network: bool = False
    needs_ram_mib: int | None = None
    needs_gpu: bool = False


class WorkTests(Frozen):
    """All that a test instance is to be put to beside the built-in checks."""

    files: tuple[TestFile, ...] = ()
    user: CleanText = ""
    """Who runs them; empty: root."""
    file_seconds: int = FILE_SECONDS
    all_seconds: int = ALL_SECONDS

    @property
    def needs_ram_mib(self) -> int:
        """How much memory the flavor must have at least; 0 where no test says."""
        return max((file.needs_ram_mib or 0 for file in self.files), default=0)

    @property
    def needs_gpu(self) -> bool:
        """Whether the flavor must have a GPU."""
        return any(file.needs_gpu for file in self.files)
