"""Puts other words into the journal than those that the program writes, so that code that reads them back is found out.

What a run decides must rest on codes, ids and states. So every sentence that is written down can be replaced, on its
way into the journal, and a run that is killed and resumed must end as ever.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel

from imaging.runs.journal import rows
from imaging.runs.journal.rows import Changes
from models.run import intent
from models.run.record import LeftBehind
from models.steps import StepName

Words = Callable[[str], str]

SENTENCES: dict[str, frozenset[str]] = {
    "Phase": frozenset({"text"}),
    "StepRecord": frozenset({"note"}),
    "RunRecord": frozenset({"changed_meanwhile", "base_unread"}),
    "Trouble": frozenset({"what", "meaning", "remedy"}),
    "LeftBehind": frozenset({"reason"}),
    "Claim": frozenset({"damage"}),
    "Verdict": frozenset({"reason", "hints"}),
    "PlannedStep": frozenset({"summary"}),
    "PlannedVolume": frozenset({"in_guest"}),
    "TestLaunchPlan": frozenset({"why", "refused_because", "no_twin_because"}),
    "Plan": frozenset({"warnings"}),
    "BasePlan": frozenset({"refused_because"}),
    "Finding": frozenset({"title", "evidence"}),
    "Remedy": frozenset({"text", "by_hand_because"}),
    "Checklist": frozenset({"not_inspected_because"}),
    "SealOperation": frozenset({"title"}),
    "SealPlan": frozenset({"impossible", "refusals"}),
    "KeptThing": frozenset({"why"}),
    "OperationResult": frozenset({"note"}),
    "SealReport": frozenset({"why", "appeared"}),
    "SealedImageReport": frozenset({"trouble", "not_searched", "packed_left"}),
    "SealVerdict": frozenset({"reasons", "proofs", "kept"}),
    "Fact": frozenset({"unknown_because", "incomplete_because"}),
}
"""The fields that hold words for people, by model."""

NO_SENTENCES: dict[str, frozenset[str]] = {
    "Intent": frozenset({"target"}),
    "RunRecord": frozenset({"id", "host", "image_id", "interim_image_id", "test_flavor", "report_path"}),
    "Trouble": frozenset({"request_id"}),
    "Owned": frozenset({"id", "name"}),
    "LeftBehind": frozenset({"id", "name"}),
    "RunnerPresence": frozenset({"host"}),
    "ImageData": frozenset({"image_id", "content_hash"}),
    "Claim": frozenset({"run_id", "instance_id", "host", "lock_reason"}),
    "ClaimedVolume": frozenset({"id", "device", "tag"}),
    "Verdict": frozenset({"evidence"}),
    "PlannedStep": frozenset({"commands"}),
    "Plan": frozenset({"root_volume_id"}),
    "BasePlan": frozenset({"image_id", "name"}),
    "Finding": frozenset({"rule", "chapter"}),
    "Checklist": frozenset({"profile"}),
    "Remedy": frozenset({"command"}),
    "SealTarget": frozenset({"name", "must_read"}),
    "SealOperation": frozenset({"reasons"}),
    "SealPlan": frozenset({"accounts", "homes", "units", "mask"}),
    "KeptThing": frozenset({"path", "owner"}),
    "SealReport": frozenset({"nonce", "digest"}),
    "NeedleSighting": frozenset({"kind", "path"}),
    "BootSeen": frozenset({"machine_id_digest", "host_key_digests", "dhcp_ids", "failed_units", "enabled_units"}),
}
"""Ids, names, commands and what others wrote: they are data, not our words."""


def other_words(text: str) -> str:
    """A sentence that shares no word with the one that it stands for."""
    return f"reworded {zlib.crc32(text.encode()):08x}"


def telling_words(text: str) -> str:
    """A sentence that begins with, and holds, the words by which decisions were once made."""
    told = "launch create a security group quota m1.tiny on needs SSH emergency mode time was up"
    return f"{told} {zlib.crc32(text.encode()):08x}"


def as_written(text: str) -> str:
    """The sentence itself."""
    return text


WORDINGS = (telling_words, other_words, as_written)


def reword(monkeypatch: pytest.MonkeyPatch, words: Words) -> None:
    """From now on every sentence is written into the journal in other words."""
    encode, add_phase, leave, update = rows.encode, Changes.add_phase, Changes.leave, Changes._update
    last: dict[tuple[str, StepName], str] = {}

    def encode_reworded(value: Any) -> Any:
        return encode(reworded(value, words) if isinstance(value, BaseModel) else value)

    def add_reworded_phase(changes: Changes, step: StepName, at: datetime, text: str) -> None:
        if last.get((changes.run_id, step)) != text:  # the run knows its repetitions by what it wrote itself
            last[changes.run_id, step] = text
            add_phase(changes, step, at, words(text))

    def leave_reworded(changes: Changes, thing: LeftBehind) -> None:
        leave(changes, reworded(thing, words))

    def update_reworded(changes: Changes, table: str, key: Any, columns: dict[str, Any], known: Any) -> None:
        said = {name for name in ("note", "changed_meanwhile") if columns.get(name)}
        update(changes, table, key, columns | {name: words(columns[name]) for name in said}, known)

    monkeypatch.setattr(rows, "encode", encode_reworded)
    monkeypatch.setattr(Changes, "add_phase", add_reworded_phase)
    monkeypatch.setattr(Changes, "leave", leave_reworded)
    monkeypatch.setattr(Changes, "_update", update_reworded)
    monkeypatch.setattr(intent, "_SENTENCES", {action: words(text) for action, text in intent._SENTENCES.items()})


def reworded(value: Any, words: Words) -> Any:
    """A model, or models, with other words in the fields that hold sentences."""
    if isinstance(value, tuple):
        return tuple(reworded(each, words) for each in value)
    if not isinstance(value, BaseModel):
        return value
    sentences = SENTENCES.get(model_name(type(value)), frozenset())
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    changed = {
        name: _reworded_text(field, words) if name in sentences else reworded(field, words)
        for name, field in fields.items()
    }
    return value.model_copy(update={name: field for name, field in changed.items() if field is not fields[name]})


def model_name(model: type[BaseModel]) -> str:
    """The name of a model, without what a generic one is of."""
    return model.__name__.partition("[")[0]


def _reworded_text(value: str | tuple[str, ...] | None, words: Words) -> str | tuple[str, ...] | None:
    """Whether there is a sentence is no matter of its words: an empty one stays empty."""
    if isinstance(value, tuple):
        return tuple(words(each) for each in value)
    return words(value) if value else value
