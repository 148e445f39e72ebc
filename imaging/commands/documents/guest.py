"""`imaging probe --json`: what was found inside an instance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document
from imaging.commands.documents.instance import InstanceState
from models.cloud.instance import Instance
from models.guest.facts import GuestFacts


class GuestDocument(Document):
    """`imaging probe`: what was found inside an instance. Each part has a value, or says why it is unknown."""

    version: Literal["imaging.guest/1"] = Field(default="imaging.guest/1", alias="schema")
    instance: InstanceState
    facts: GuestFacts


def guest_document(instance: Instance, facts: GuestFacts) -> GuestDocument:
    """The facts of a guest."""
    return GuestDocument(
        instance=InstanceState(id=instance.id, name=instance.name, status=instance.status), facts=facts
    )
