"""`imaging instances --json`: one instance of the list; and an instance as other documents name it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document, Named
from models.cloud.instance import Instance
from models.cloud.login import Login


class InstanceState(Named):
    """An instance and the state it is in."""

    status: str


class InstanceDocument(Document):
    """One instance of `imaging instances`."""

    version: Literal["imaging.instance/1"] = Field(default="imaging.instance/1", alias="schema")
    id: str
    name: str
    status: str
    task_state: str | None
    locked: bool | None
    locked_reason: str | None
    mine: bool | None = Field(description="True if the logged-in user created it; null if unknown.")
    volume_backed: bool
    flavor: str | None
    volumes: tuple[str, ...] = Field(description="Ids of the attached volumes, including a root volume.")
    addresses: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None


def instance_document(instance: Instance, login: Login) -> InstanceDocument:
    """One instance of the list."""
    return InstanceDocument(
        id=instance.id,
        name=instance.name,
        status=instance.status,
        task_state=instance.task_state,
        locked=instance.locked,
        locked_reason=instance.locked_reason,
        mine=None if instance.user_id is None else instance.user_id == login.identity.user_id,
        volume_backed=instance.volume_backed,
        flavor=instance.flavor.name or instance.flavor.id,
        volumes=instance.attached_volume_ids,
        addresses=tuple(address.address for address in instance.addresses),
        created_at=instance.created_at,
        updated_at=instance.updated_at,
    )
