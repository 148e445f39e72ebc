"""As whom to log in, guessed from the image: each distribution's own name for the user that cloud-init makes."""

from __future__ import annotations

import re

from models.image import Image
from models.instance import Instance

_BY_SYSTEM = (
    (r"ubuntu", ("ubuntu",)),
    (r"rocky", ("rocky", "cloud-user")),
    (r"alma(linux)?", ("almalinux", "cloud-user")),
    (r"centos", ("centos", "cloud-user")),
    (r"debian", ("debian",)),
    (r"rhel|red ?hat", ("cloud-user", "ec2-user")),
    (r"fedora", ("fedora",)),
    (r"(open)?suse|sles", ("opensuse", "sles", "ec2-user")),
    (r"amazon|amzn", ("ec2-user",)),
    (r"arch", ("arch",)),
    (r"freebsd", ("freebsd",)),
    (r"cirros", ("cirros",)),
)
"""What os_distro or the image's name says, and the names that its images have used."""

COMMON = ("ubuntu", "rocky", "debian", "cloud-user")
"""Tried where nothing tells the system. Few: each is a failed login, and many of them get an address banned."""

_EXOSPHERE = "exouser"
"""The user that Exosphere, the usual interface of Jetstream2, adds to each instance."""
_VALID = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


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


def _by_image(image: Image | None) -> tuple[str, ...]:
    if image is None:
        return ()
    named = image.properties.get("os_admin_user", "")
    told = (named,) if _VALID.fullmatch(named) else ()
    for text in (image.properties.get("os_distro", ""), image.name):
        for pattern, users in _BY_SYSTEM:
            if re.search(rf"(?i)(?<![a-z])(?:{pattern})", text):
                return (*told, *users)
    return told
