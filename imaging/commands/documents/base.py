"""What every document that `--json` writes has in common."""

from __future__ import annotations

from pydantic import ConfigDict

from models.base import Frozen


class Document(Frozen):
    """Something that is written as JSON, by the names that are documented."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class Named(Document):
    """A thing of the cloud by id and name."""

    id: str
    name: str
