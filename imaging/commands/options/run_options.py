"""The options of `create`, `import`, `seal` and `verify` that say how a run is to be done, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import click

from imaging.commands.options.base_listing import LIST_BASE_OPTION
from imaging.commands.options.durations import Duration
from imaging.commands.options.following import FOLLOWING_OPTIONS
from imaging.commands.options.invocation import Function
from imaging.commands.options.work_tests import work_options
from models.run.request import Mode, OnFailure, Visibility

_LAUNCH_OPTIONS = (
    click.option("--network", metavar="NETWORK", help="Name or id of the test instance's network."),
    click.option("--flavor", metavar="FLAVOR", help="Name or id of its flavor; by default the smallest that fits."),
    click.option("--keep-test", is_flag=True, help="Keep the test instance."),
)
_TEST_OPTIONS = (
    *_LAUNCH_OPTIONS,
    click.option(
        "--timeout",
        type=Duration(),
        default="2h",
        show_default=True,
        metavar="TIME",
        help="Time limit for the whole run, such as 90m.",
    ),
)


def _choices(values: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([value.value for value in values])


_TEXT_OPTIONS = (
    click.option("--name", metavar="N", help="Name of the image."),
    click.option("--description", metavar="T", help="What the image contains, and how it differs from its base."),
)
_KEEP_OPTIONS = (
    click.option("--keep-home", multiple=True, metavar="USER", help="Sealed: keep this user's home; repeatable."),
    click.option("--keep", multiple=True, metavar="PATH", help="Sealed: keep this file or directory; repeatable."),
)
_ANSWER_OPTIONS = (
    click.option("--attest", multiple=True, metavar="RULE", help="Confirm what a rule asks; repeatable."),
    click.option("--waive", multiple=True, metavar="RULE=WHY", help="Continue despite a finding; repeatable."),
    click.option(
        "--uninspected",
        default="",
        metavar="WHY",
        help="Continue although the guest was not inspected, or not wholly.",
    ),
)
_NO_TEST = click.option("--no-test", is_flag=True, help="Do not launch a test instance.")
_PUBLISH_OPTIONS = (
    click.option(
        "--visibility",
        type=_choices(Visibility),
        default=Visibility.PRIVATE.value,
        show_default=True,
        help="Who can see the finished image.",
    ),
    click.option("--member", multiple=True, metavar="PROJECT", help="Id of a project to share with; repeatable."),
    click.option(
        "--publish-unverified",
        metavar="N",
        help="Publish the image even if it has not booted, or does not work; N repeats its name.",
    ),
)
_ALLOW_PARTLY = click.option(
    "--allow-partly",
    is_flag=True,
    help="Exit with 0 also where nothing failed, but something is unknown or was skipped.",
)
_CREATE_OPTIONS = (
    *_TEXT_OPTIONS,
    click.option(
        "--mode",
        type=_choices(Mode),
        default=None,
        help="plain: the root disk as it is, including /home and /root. sealed: without what the guidelines say is"
        " deleted, done on a temporary clone. By default sealed for an image that others will see, else plain.",
    ),
    *_KEEP_OPTIONS,
    *_ANSWER_OPTIONS,
    *_TEST_OPTIONS,
    _NO_TEST,
    LIST_BASE_OPTION,
    click.option(
        "--on-failure",
        type=_choices(OnFailure),
        default=OnFailure.RESTORE.value,
        show_default=True,
        help="What happens to the instance if the run fails.",
    ),
    *_PUBLISH_OPTIONS,
    *FOLLOWING_OPTIONS,
)


def create_options(function: Function) -> Function:
    """Add the options of `imaging create`, in their order."""
    # --key is the private key with which the guest is inspected.
    return _with_options(work_options(function, key=""), _CREATE_OPTIONS)


_IMPORT_OPTIONS = (
    *_TEXT_OPTIONS,
    *_ANSWER_OPTIONS,
    *_LAUNCH_OPTIONS,
    click.option(
        "--timeout",
        type=Duration(),
        default=None,
        metavar="TIME",
        help="Time limit for the whole run; by default 2h, or three times the estimate if that is longer.",
    ),
    _NO_TEST,
    *_PUBLISH_OPTIONS,
    *FOLLOWING_OPTIONS,
)


def import_options(function: Function) -> Function:
    """Add the options of `imaging import` that say what the image is to be, in their order."""
    return _with_options(work_options(function), _IMPORT_OPTIONS)


def seal_options(function: Function) -> Function:
    """Add the options of `imaging seal`, in their order."""
    options = (*_TEXT_OPTIONS, *_KEEP_OPTIONS, *_TEST_OPTIONS, LIST_BASE_OPTION, *FOLLOWING_OPTIONS)
    return _with_options(work_options(function), options)


def launch_options(function: Function) -> Function:
    """Add the options of a test launch, in their order."""
    return _with_options(work_options(function), (*_TEST_OPTIONS, LIST_BASE_OPTION, _ALLOW_PARTLY))


def _with_options(function: Function, options: Sequence[Function]) -> Function:
    for option in reversed(options):
        function = option(function)
    return function
