"""The JSON Schemas of the documents: `python -m imaging.commands.documents.schemas docs/schemas` writes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from imaging.commands.documents.check import CheckDocument
from imaging.commands.documents.guest import GuestDocument
from imaging.commands.documents.image import ImageDocument
from imaging.commands.documents.inspect import InspectDocument
from imaging.commands.documents.instance import InstanceDocument
from imaging.commands.documents.plan import PlanDocument
from imaging.commands.documents.run import RunDocument
from imaging.commands.documents.succession import SuccessionDocument
from imaging.commands.documents.verdict import VerdictDocument
from models.base import Frozen
from models.image_file.exported import ExportedImage
from models.run.passport import Passport

DOCUMENTS: tuple[type[Frozen], ...] = (
    CheckDocument, GuestDocument, InstanceDocument, ImageDocument, RunDocument, PlanDocument,
    VerdictDocument, InspectDocument, ExportedImage, Passport,
    SuccessionDocument,
)  # fmt: skip
"""The documents that have a schema of their own."""


def schema_name(document: type[Frozen]) -> str:
    """The value of the field `schema`, such as `imaging.run/1`."""
    return str(document.model_fields["version"].default)


def schema_file(document: type[Frozen]) -> str:
    """The name of the file that holds the schema, such as `run-1.json`."""
    return schema_name(document).removeprefix("imaging.").replace("/", "-") + ".json"


def schema_text(document: type[Frozen]) -> str:
    """The schema, as it is written to the file."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:imaging-console:schema:{schema_file(document).removesuffix('.json')}",
    }
    schema = head | document.model_json_schema(by_alias=True, mode="serialization")
    # Readers must be ready for fields that a later program adds within the same version.
    _allow_more(schema)
    return json.dumps(schema, indent=2) + "\n"


def _allow_more(schema: object) -> None:
    if isinstance(schema, dict):
        schema.pop("additionalProperties", None)
        for part in schema.values():
            _allow_more(part)
    elif isinstance(schema, list):
        for part in schema:
            _allow_more(part)


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in DOCUMENTS:
        (folder / schema_file(document)).write_text(schema_text(document), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
