"""The option by which a run lists what is installed on the base of its image."""

from __future__ import annotations

import click

from models.base import Frozen
from models.errors import UsageError

LIST_BASE_OPTION = click.option(
    "--list-base",
    is_flag=True,
    help="Compare with the base image; if its disk cannot be read, launch a test instance of it too.",
)


class BaseOptions(Frozen):
    """What the user said about the base of an image."""

    list_base: bool

    def refuse_base_without_test(self, *, no_test: bool) -> None:
        """Refuse to list a base with which nothing would be compared.

        Raises:
            UsageError: no test launch is wanted.
        """
        if no_test and self.list_base:
            raise UsageError(
                "--list-base compares the base with what a test instance tells, and --no-test launches none.",
                remedy="Remove one.",
            )
