"""The options of `create` and `verify` that say how a run is to be done, and the request that they come to."""

from __future__ import annotations

import getpass
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import click

from imaging.cloud.interface import Cloud
from imaging.commands.choosing import choose
from imaging.commands.invocation import Function
from imaging.guidelines.catalogue import RULES
from models.base import Frozen
from models.errors import UsageError
from models.request import Attestation, Mode, OnFailure, Visibility, Waiver

_DURATION = re.compile(r"(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s?)?")


class Duration(click.ParamType[int]):
    """A length of time: `90s`, `30m`, `2h`, `1h30m`, or seconds alone. Gives seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        if isinstance(value, int):
            return value
        match = _DURATION.fullmatch(str(value).strip())
        parts = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
        seconds = parts.get("hours", 0) * 3600 + parts.get("minutes", 0) * 60 + parts.get("seconds", 0)
        if not seconds:
            self.fail(f"{value!r} is not a length of time such as 30m, 2h or 1h30m.", param, ctx)
        return seconds


def attestations(rules: Sequence[str], now: datetime) -> tuple[Attestation, ...]:
    """The user's word on some rules.

    Raises:
        UsageError: there is no such rule, or it asks for nobody's word.
    """
    given_by = _user()
    for rule in rules:
        if _known(rule).asked_for is None:
            asking = ", ".join(known.id for known in RULES if known.asked_for is not None)
            raise UsageError(f"The rule {rule} does not ask for your word.", remedy=f"These do: {asking}.")
    return tuple(Attestation(rule=rule, given_by=given_by, given_at=now) for rule in dict.fromkeys(rules))


def waivers(texts: Sequence[str]) -> tuple[Waiver, ...]:
    """The user's decisions to go on in spite of a finding, each given as RULE=WHY.

    Raises:
        UsageError: there is no such rule, or no reason is given.
    """
    found = []
    for text in texts:
        rule, _, reason = (part.strip() for part in text.partition("="))
        if not reason:
            raise UsageError(
                f"--waive {text} gives no reason.", remedy="Write the reason behind the rule: --waive RULE=WHY."
            )
        _known(rule)
        found.append(Waiver(rule=rule, reason=reason))
    return tuple(found)


def _known(rule: str) -> Any:
    for known in RULES:
        if known.id == rule:
            return known
    raise UsageError(
        f"There is no rule named {rule}.", remedy="`imaging check INSTANCE` lists the rules with their names."
    )


def _user() -> str:
    """Who gives their word: the name of the login on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


class LaunchOptions(Frozen):
    """What the user said about the test launch."""

    network: str | None
    flavor: str | None
    keep_test: bool
    timeout: int

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


class CreateOptions(LaunchOptions):
    """What the user said behind `imaging create INSTANCE`."""

    name: str | None
    description: str | None
    mode: Mode
    attest: tuple[str, ...]
    waive: tuple[str, ...]
    no_test: bool
    on_failure: OnFailure
    visibility: Visibility
    member: tuple[str, ...]
    publish_unverified: str | None


_TEST_OPTIONS = (
    click.option("--network", metavar="NETWORK", help="Name or id of the test instance's network."),
    click.option("--flavor", metavar="FLAVOR", help="Name or id of its flavor, instead of the smallest that fits."),
    click.option("--keep-test", is_flag=True, help="Do not remove the test instance afterwards."),
    click.option(
        "--timeout",
        type=Duration(),
        default="2h",
        show_default=True,
        metavar="TIME",
        help="How long the whole run may take, such as 90m.",
    ),
)


def _choices(values: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([value.value for value in values])


_CREATE_OPTIONS = (
    click.option("--name", metavar="N", help="Name of the image."),
    click.option("--description", metavar="T", help="What is in the image, and how it differs from its base."),
    click.option(
        "--mode",
        type=_choices(Mode),
        default=Mode.PLAIN.value,
        show_default=True,
        help="plain: the root disk as it is, with all that lies in /home and /root.",
    ),
    click.option("--attest", multiple=True, metavar="RULE", help="Give your word on a rule; repeatable."),
    click.option("--waive", multiple=True, metavar="RULE=WHY", help="Go on in spite of a finding; repeatable."),
    *_TEST_OPTIONS,
    click.option("--no-test", is_flag=True, help="Do not launch a test instance."),
    click.option(
        "--on-failure",
        type=_choices(OnFailure),
        default=OnFailure.PUT_BACK.value,
        show_default=True,
        help="What becomes of the instance when the run fails.",
    ),
    click.option(
        "--visibility",
        type=_choices(Visibility),
        default=Visibility.PRIVATE.value,
        show_default=True,
        help="Who may see the image in the end.",
    ),
    click.option("--member", multiple=True, metavar="PROJECT", help="Project id to share with; repeatable."),
    click.option(
        "--publish-unverified",
        metavar="N",
        help="Share it even if it was not seen to boot; type its name once more.",
    ),
)


def create_options(function: Function) -> Function:
    """Add the options of `imaging create`, in their order."""
    for option in reversed(_CREATE_OPTIONS):
        function = option(function)
    return function


def launch_options(function: Function) -> Function:
    """Add the options of a test launch, in their order."""
    for option in reversed(_TEST_OPTIONS):
        function = option(function)
    return function
