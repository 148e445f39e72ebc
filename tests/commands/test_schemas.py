"""The schemas in docs/schemas are those of the models that write the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.commands.documents.schemas import DOCUMENTS, schema_file, schema_name, schema_text, write_schemas

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.mark.parametrize("document", DOCUMENTS, ids=schema_name)
def test_a_schema_is_fresh(document):
    said = (FOLDER / schema_file(document)).read_text(encoding="utf-8")

    assert said == schema_text(document), "run: python -m imaging.commands.documents.schemas docs/schemas"


def test_no_schema_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == {schema_file(document) for document in DOCUMENTS}


def test_a_reader_may_meet_fields_that_it_does_not_know():
    assert all("additionalProperties" not in schema_text(document) for document in DOCUMENTS)


def test_every_schema_is_named_in_the_documentation():
    text = (FOLDER.parent / "json.md").read_text(encoding="utf-8")

    assert all(schema_name(document) in text and schema_file(document) in text for document in DOCUMENTS)


def test_schemas_are_written_into_a_folder_that_is_not_there_yet(tmp_path):
    write_schemas(tmp_path / "new")

    assert len(list((tmp_path / "new").iterdir())) == len(DOCUMENTS)
