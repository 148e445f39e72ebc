"""No model holds somebody else's text as it came: a text field cleans what it is given, wherever the model is made."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

import models
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.findings import Remedy
from models.run.record import Phase
from models.text import LONGEST_LINE, CleanLines, CleanText

PLAIN = {
    "models.cloud.launch.LaunchRequest": "sent and never read; user data must arrive as it is",
    "models.cloud.launch.AttachRequest": "sent and never read; made of a claim or an attachment, which are clean",
    "models.cloud.image_bytes.NewImage": "sent and never read: the image gets exactly that",
    "models.cloud.image.Image.properties": "its keys are sent back as they came and never shown; its values are clean",
    "models.guest.files.FileSearch": "what the guest is asked: expressions and globs of the tables, checked there",
    "models.guest.files.Questions": "what the guest is asked: paths of the rules",
    "models.guidelines.profile": "the guidelines' own files; what a finding quotes of them is cleaned there",
    "models.guidelines.tables": "the guidelines' own files; what a finding quotes of them is cleaned there",
    "models.run.file_plan.FilePlan.path": "a file is opened by it; people are shown its name",
    "models.run.file_plan.FilePlan.work_dir": "files are made in it, under names of our own",
    "models.run.file_plan.KeptFile.path": "a file is opened and removed by it",
    "models.run.export_plan.ExportPlan.path": "a file is written by it",
    "models.run.export_plan.ExportPlan.work_dir": "files are made in it, under names of our own",
    "models.run.request.RunRequest.name": "as the user typed it, for a rule names the character that Nova refuses",
    "models.run.request.RunRequest.description": "as the user typed it: the image gets exactly that",
    "models.works.test_file.TestFile.text": "the user's own script: the test instance must get exactly that",
    "models.settings.Settings": "the user's own file",
}
"""Models and fields whose texts are nobody else's, or must stay as they are, each with its reason."""
CLEANERS = [each for kind in (CleanText, CleanLines) for each in get_args(kind) if isinstance(each, BeforeValidator)]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOSTILE = "web\x1b[2J\u202e\n\x00\ud800"
CLEAN = "web\ufffd\ufffd\ufffd\ufffd"


def _models() -> Iterator[tuple[str, type[BaseModel]]]:
    for found in pkgutil.walk_packages(models.__path__, "models."):
        for _, kind in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            if issubclass(kind, BaseModel) and kind.__module__ == found.name and "[" not in kind.__name__:
                yield f"{found.name}.{kind.__name__}", kind


def _takes_any_text(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        kind, *told = get_args(hint)
        return not any(each in CLEANERS for each in told) and _takes_any_text(kind)
    return hint in {str, Any, object} or any(map(_takes_any_text, get_args(hint)))


def _plain_fields() -> Iterator[str]:
    for path, kind in _models():
        for field, hint in get_type_hints(kind, include_extras=True).items():
            if field in kind.model_fields and _takes_any_text(hint):
                yield f"{path}.{field}"


def _reason_for(field: str) -> str | None:
    parts = field.split(".")
    return next((name for end in range(len(parts), 1, -1) if (name := ".".join(parts[:end])) in PLAIN), None)


def test_each_text_field_cleans_or_says_why_it_need_not():
    assert [field for field in _plain_fields() if _reason_for(field) is None] == []


def test_no_reason_outlives_its_fields():
    assert {_reason_for(field) for field in _plain_fields()} - {None} == set(PLAIN)


def test_a_model_is_clean_from_wherever_it_is_made():
    made = Instance(id="id", name=HOSTILE, status="ACTIVE", metadata={HOSTILE: HOSTILE}, tags=(HOSTILE,))
    assert (made.name, made.metadata, made.tags) == (CLEAN, {CLEAN: CLEAN}, (CLEAN,))
    kept = Phase.model_validate_json('{"at": "2026-11-01T12:00:00Z", "text": "a\\u001b[2Jb\\u0007"}')
    assert kept.text == "ab\ufffd"
    assert kept.model_copy(update={"text": HOSTILE}).text == CLEAN


def test_a_field_of_several_lines_keeps_them_and_nothing_else():
    assert Remedy(text=HOSTILE, command="one\ntwo\x1b[2J\x07").command == "one\ntwo\ufffd"
    assert Image(id="id", name="", status="", properties={"description": "a\n\tb"}).description == "a\n\ufffdb"


@pytest.mark.parametrize("text", ["", "db-07", "é" * LONGEST_LINE, "a" * LONGEST_LINE])
def test_a_clean_text_stays_as_it_is(text):
    assert TypeAdapter(CleanText).validate_python(text) == text


def test_a_line_has_an_end():
    for text in ("a" * 100_000, "é" * 100_000):
        cleaned = TypeAdapter(CleanText).validate_python(text)
        assert len(cleaned) == LONGEST_LINE
        assert cleaned.endswith("…")


@pytest.mark.parametrize("value", [None, 7, b"db-07", ["db-07"]])
def test_what_is_no_text_is_refused_as_before(value):
    with pytest.raises(ValidationError):
        TypeAdapter(CleanText).validate_python(value)


def test_a_copy_is_held_to_the_model():
    phase = Phase(at=NOW, text="image saving")
    with pytest.raises(ValidationError):
        phase.model_copy(update={"txet": "image saving"})
    with pytest.raises(ValidationError):
        phase.model_copy(update={"at": "never"})
    assert phase.model_copy() == phase
