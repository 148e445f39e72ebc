"""The options that say what a test instance is to run, and what becomes of one whose checks or tests fail."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import click

from imaging.commands.options.durations import Duration
from imaging.commands.options.invocation import Function
from imaging.guest.works.test_files import read_test_files
from models.base import Frozen
from models.errors import UsageError
from models.text import one_line
from models.works.test_file import ALL_SECONDS, FILE_SECONDS, WorkTests, user_refusal

MOST_HOURS = 72
"""For how long a test instance is kept at most."""


class WorkOptions(Frozen):
    """What the user said about checks and tests."""

    tests: tuple[Path, ...]
    test_user: str
    test_timeout: int
    all_tests_timeout: int
    twins: bool
    keep_failed: int | None
    key_pair: str
    keep_failed_from: str

    def work_request(self) -> dict[str, object]:
        """The fields of a request that they come to; the files are read here.

        Raises:
            UsageError: a file is no test, or options are missing or contradict each other.
        """
        if refusal := user_refusal(self.test_user):
            raise UsageError(refusal, remedy="Give --test-user NAME.")
        return {
            "work_tests": WorkTests(
                files=read_test_files(self.tests),
                user=self.test_user,
                file_seconds=self.test_timeout,
                all_seconds=self.all_tests_timeout,
            ),
            "twins": self.twins,
            **self._kept(),
        }

    def _kept(self) -> dict[str, object]:
        if self.keep_failed is None:
            if self.key_pair or self.keep_failed_from:
                raise UsageError("--key-pair and --keep-failed-from need --keep-failed HOURS.")
            return {}
        if not self.key_pair or not self.keep_failed_from:
            raise UsageError(
                "--keep-failed needs to know who may log in, and from where.",
                remedy="Add --key-pair NAME, a key pair of yours in the cloud, and --keep-failed-from ADDRESS.",
            )
        return {
            "keep_failed_hours": self.keep_failed,
            "keep_failed_key": self.key_pair,
            "keep_failed_from": _one_address(self.keep_failed_from),
        }


def _one_address(text: str) -> str:
    """One address, as Neutron takes it.

    Raises:
        UsageError: it is not an address, or it is a whole network.
    """
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise UsageError(
            f"'{one_line(text, 60)}' is not one address.",
            meaning="Port 22 is opened for one address alone, never for a network.",
            remedy="Give the address from which you will log in, such as 192.0.2.17.",
        ) from None


def work_options(function: Function, *, key: str = "--key") -> Function:
    """Add the options, in their order.

    Args:
        function: the command's.
        key: a second name of --key-pair, where the command has no other use for it.
    """
    for option in reversed(_options(key)):
        function = option(function)
    return function


_RUNNING = (
    click.option(
        "--test",
        "tests",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Run this script in the test instance, in both boots; repeatable.",
    ),
    click.option("--test-user", default="", metavar="NAME", help="Who runs the tests; by default root."),
    click.option(
        "--test-timeout",
        type=Duration(),
        default=FILE_SECONDS,
        metavar="TIME",
        help="Time limit of one test; by default 60s.",
    ),
    click.option(
        "--all-tests-timeout",
        type=Duration(),
        default=ALL_SECONDS,
        metavar="TIME",
        help="Time limit of all tests of one boot together; by default 5m.",
    ),
    click.option("--twins", is_flag=True, help="Launch two test instances at once, and compare them."),
)


def _options(key: str) -> tuple[Any, ...]:
    names = ("--key-pair", key) if key else ("--key-pair",)
    return (
        *_RUNNING,
        click.option(
            "--keep-failed",
            type=click.IntRange(1, MOST_HOURS),
            metavar="HOURS",
            help="Keep a test instance for so long whose checks or tests have failed.",
        ),
        click.option(*names, "key_pair", default="", metavar="NAME", help="The key pair to log in to it with."),
        click.option(
            "--keep-failed-from", default="", metavar="ADDRESS", help="The one address from which its port 22 is open."
        ),
    )
