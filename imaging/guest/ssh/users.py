"""As whom to log in, guessed from the image: each distribution's own name for the user that cloud-init makes."""

from __future__ import annotations

import os
import pwd
import re

from imaging.guest.host_keys.names import is_user
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.guest.facts import GuestFacts

_BY_SYSTEM = tuple(
    (re.compile(rf"(?i)(?<![a-z])(?:{words})"), users)
    for words, users in (
        ("ubuntu", ("ubuntu",)),
        ("rocky", ("rocky", "cloud-user")),
        ("alma(linux)?", ("almalinux", "cloud-user")),
        ("centos", ("centos", "cloud-user")),
        ("debian", ("debian",)),
        ("rhel|red ?hat", ("cloud-user", "ec2-user")),
        ("fedora", ("fedora",)),
        ("(open)?suse|sles", ("opensuse", "sles", "ec2-user")),
        ("amazon|amzn", ("ec2-user",)),
        ("arch", ("arch",)),
        ("freebsd", ("freebsd",)),
        ("cirros", ("cirros",)),
    )
)
"""What os_distro or the image's name says, and the names that its images have used."""

COMMON = ("ubuntu", "rocky", "debian", "cloud-user")
"""Tried where nothing tells the system. Few: each is a failed login, and many of them get an address banned."""

_EXOSPHERE = "exouser"
"""The user that Exosphere, the usual interface of Jetstream2, adds to each instance."""


def guesses(instance: Instance, image: Image | None) -> tuple[str, ...]:
    """The users to try, the likeliest first.

    Args:
        instance: its metadata tells whether Exosphere made it; its name is never trusted for a guess.
        image: what it was launched from; None when unknown.
    """
    found = list(_by_image(image) or COMMON)
    if any(key.startswith("exo") for key in instance.metadata):
        found.insert(0, _EXOSPHERE)
    return tuple(dict.fromkeys(found))


def likely_user(image: Image | None, guest: GuestFacts | None = None) -> str | None:
    """The account to propose for a login to a new instance of an image; None where nothing tells.

    Args:
        image: its `os_admin_user`, or the account that its distribution makes; None when it cannot be read.
        guest: what an inspection of the image's source found: the account that its cloud-init makes counts first.
    """
    accounts = guest.accounts.value if guest is not None else None
    if accounts is not None and is_user(accounts.default_user):
        return accounts.default_user
    return next(iter(_by_image(image)), None)


def own_name() -> str | None:
    """The name of the user who runs the program, as far as the system knows it."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None
    return name if is_user(name) else None


def _by_image(image: Image | None) -> tuple[str, ...]:
    if image is None:
        return ()
    named = image.properties.get("os_admin_user", "")
    # Anybody with rights on the image can write this property, and a name like `-o…` would be an option.
    told = (named,) if is_user(named) else ()
    # The property first: names of images are free text.
    for text in (image.properties.get("os_distro", ""), image.name):
        for pattern, users in _BY_SYSTEM:
            if pattern.search(text):
                return (*told, *users)
    return told
