"""The options of `create` and `verify` that say how a run is to be done, and the request that they come to."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import click

from imaging.cloud.interface import Cloud
from imaging.commands.options.base_listing import LIST_BASE_OPTION, BaseOptions
from imaging.commands.options.durations import Duration
from imaging.commands.options.following import FOLLOWING_OPTIONS, FollowingOptions
from imaging.commands.options.invocation import Function
from imaging.commands.options.things_named import choose
from imaging.commands.options.work_tests import WorkOptions, work_options
from imaging.guidelines.sealing.keeping import refused_path
from imaging.guidelines.waivers_and_attestations import refuse_unknown_answers
from models.errors import UsageError
from models.run.request import Attestation, Mode, OnFailure, Visibility, Waiver, usual_mode
from models.text import cut

USUAL_SECONDS = 7200
"""How long a run may take in all where the user sets no limit."""


def attestations(rules: Sequence[str], now: datetime) -> tuple[Attestation, ...]:
    """What the user confirms of some rules.

    Raises:
        UsageError: there is no such rule, or it asks for no confirmation.
    """
    given_by = _user()
    found = tuple(Attestation(rule=rule, given_by=given_by, given_at=now) for rule in dict.fromkeys(rules))
    refuse_unknown_answers(attestations=found)
    return found


def waivers(texts: Sequence[str]) -> tuple[Waiver, ...]:
    """The user's decisions to continue despite a finding, each given as RULE=WHY.

    Raises:
        UsageError: there is no such rule, or no reason is given.
    """
    parted = ([part.strip() for part in text.partition("=")] for text in texts)
    found = tuple(Waiver(rule=rule, reason=reason) for rule, _, reason in parted)
    refuse_unknown_answers(waivers=found)
    return found


def _user() -> str:
    """Who confirms: the name of the login on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


class LaunchOptions(WorkOptions):
    """What the user said about the test launch."""

    network: str | None
    flavor: str | None
    keep_test: bool
    timeout: int | None
    """In seconds; None where the plan is to set it."""

    @property
    def timeout_seconds(self) -> int:
        """The time limit of the whole run."""
        return self.timeout if self.timeout is not None else USUAL_SECONDS

    async def network_id(self, cloud: Cloud) -> str | None:
        """The id of the network that was named. Raises UsageError where that is not one."""
        if self.network is None:
            return None
        return choose("network", self.network, await cloud.networking.networks()).id

    async def flavor_id(self, cloud: Cloud) -> str | None:
        """The id of the flavor that was named. Raises UsageError where that is not one."""
        if self.flavor is None:
            return None
        return choose("flavor", self.flavor, await cloud.compute.flavors()).id


class ImageOptions(LaunchOptions, FollowingOptions):
    """What the user said of an image that a run makes, and of who may see it."""

    name: str | None
    description: str | None
    attest: tuple[str, ...]
    waive: tuple[str, ...]
    uninspected: str
    no_test: bool
    visibility: Visibility
    member: tuple[str, ...]
    publish_unverified: str | None

    def refuse_contradictions(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            UsageError: naming it.
        """
        if self.member and self.visibility is not Visibility.SHARED:
            raise UsageError("--member needs an image that is shared.", remedy="Add --visibility shared.")
        if self.no_test and self.keep_test:
            raise UsageError("--keep-test and --no-test contradict each other.", remedy="Use one of them.")
        if self.no_test and (self.tests or self.twins or self.keep_failed is not None):
            raise UsageError("Tests run in a test instance, and --no-test launches none.", remedy="Remove --no-test.")
        if self.no_test and self.hide_older:
            raise UsageError("--hide-older waits for the test launch, and --no-test makes none.", remedy="Remove one.")
        if self.publish_unverified is not None and self.publish_unverified != self.name:
            raise UsageError(
                "--publish-unverified must repeat the name that --name gives.",
                remedy=f"The name is {self.name!r}." if self.name else "Give --name too.",
            )
        if self.no_test and self.visibility is not Visibility.PRIVATE and self.publish_unverified is None:
            raise UsageError(
                "--no-test keeps the image private: only an image that has booted is shared.",
                remedy="Remove --no-test, or confirm with --publish-unverified and the image's name.",
            )


class CreateOptions(ImageOptions, BaseOptions):
    """What the user said behind `imaging create INSTANCE`."""

    mode: Mode | None
    keep_home: tuple[str, ...]
    keep: tuple[str, ...]
    on_failure: OnFailure

    @property
    def chosen_mode(self) -> Mode:
        """The mode; where none was named, sealed for what is seen beyond the project."""
        return self.mode or usual_mode(self.visibility)


class ImportOptions(ImageOptions):
    """What the user said behind `imaging import FILE` of the image and its test."""


class VerifyOptions(LaunchOptions, BaseOptions):
    """What the user said behind `imaging verify IMAGE`."""

    allow_partly: bool


class SealOptions(LaunchOptions, FollowingOptions, BaseOptions):
    """What the user said behind `imaging seal IMAGE`."""

    name: str | None
    description: str | None
    keep_home: tuple[str, ...]
    keep: tuple[str, ...]


def refuse_relative(paths: Sequence[str]) -> None:
    """Refuse what is to be kept and is named by no whole path.

    Raises:
        UsageError: naming the first.
    """
    for path in paths:
        if refused := refused_path(path):
            raise UsageError(f"--keep {cut(path, 60)}: {refused}.")


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
