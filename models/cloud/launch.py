"""What is asked of Nova when the console launches or attaches something."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from models.base import Frozen


class LaunchRequest(Frozen):
    """A server to be launched from an image on one network, or on none."""

    name: str
    image_id: str
    flavor_id: str
    network_id: str | None
    """None: no network at all, which a cloud allows from microversion 2.37 on."""
    security_group_name: str | None = None
    config_drive: bool = False
    """Whether it gets its metadata and user data on a small disk of its own, so that no network is needed."""
    metadata: Mapping[str, str] = Field(default_factory=dict)
    key_name: str | None = None
    """The key pair that is put into it; None for none, as for every instance that is removed again at once."""
    user_data: str | bytes | None = None
    """Plain text, or what cloud-init unpacks by itself; the adapter encodes it.

    Anybody inside the machine can read it: no secrets.
    """


class AttachRequest(Frozen):
    """A volume to be attached again as it was. What the cloud is too old for is left out by the adapter."""

    volume_id: str
    device: str | None = None
    delete_on_termination: bool | None = None
    tag: str | None = None
