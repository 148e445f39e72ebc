"""What the user said about a run, and the request that it comes to."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Self

from imaging.cloud.interface import Cloud
from imaging.commands.options.base_listing import BaseOptions
from imaging.commands.options.following import FollowingOptions
from imaging.commands.options.things_named import choose
from imaging.commands.options.work_tests import WorkOptions
from imaging.guidelines.sealing.keeping import refused_path
from imaging.guidelines.waivers_and_attestations import refuse_unknown_answers
from models.errors import UsageError
from models.run.request import Attestation, Mode, OnFailure, RunRequest, Visibility, Waiver, usual_mode
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
    """What the user said about an image that a run makes, and of who may see it."""

    name: str | None
    description: str | None
    attest: tuple[str, ...]
    waive: tuple[str, ...]
    uninspected: str
    no_test: bool
    visibility: Visibility
    member: tuple[str, ...]
    publish_unverified: str | None

    async def image_request(self, cloud: Cloud, profile: str) -> RunRequest:
        """What these options ask for, but for attestations and waivers.

        Raises:
            UsageError: one of them names something that is not there.
        """
        return RunRequest(
            name=self.name or "",
            description=self.description or "",
            uninspected=self.uninspected.strip(),
            profile=profile,
            visibility=self.visibility,
            members=self.member,
            publish_unverified=self.publish_unverified is not None,
            network_id=await self.network_id(cloud),
            flavor_id=await self.flavor_id(cloud),
            test=not self.no_test,
            keep_test=self.keep_test,
            timeout_seconds=self.timeout_seconds,
        )

    def with_texts(self, name: str, description: str, *, draft: bool) -> Self:
        """These options with a name and a description: proposed ones for a draft, the user's own for an image.

        Raises:
            UsageError: one is missing, and this is no draft; the message suggests one.
        """
        name, description = self.name or name, self.description or description
        if draft:
            return self.model_copy(update={"name": name, "description": description})
        given = (("--name", self.name), ("--description", self.description))
        missing = " and ".join(option for option, text in given if text is None)
        raise UsageError(
            f"The image needs {missing}.",
            meaning="Nothing was changed.",
            remedy=f"For example: --name {shlex.quote(name)} --description {shlex.quote(description)}",
        )

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

    async def image_request(self, cloud: Cloud, profile: str) -> RunRequest:
        """As of every image; and what is kept of the instance, and what happens to it."""
        request = await super().image_request(cloud, profile)
        return request.model_copy(
            update={
                "mode": self.chosen_mode,
                "keep_homes": self.keep_home,
                "keep_paths": self.keep,
                "list_base": self.list_base,
                "on_failure": self.on_failure,
            }
        )


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
