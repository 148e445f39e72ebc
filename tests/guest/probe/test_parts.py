"""A part of the probe is declared in one line; its script, its reader and its field belong to it, and nothing else."""

from __future__ import annotations

import ast
import base64
import gzip
from pathlib import Path

import pytest

from imaging.guest import deep_check, probe
from imaging.guest.deep_check.boothook import boothook, unhurried, user_data
from imaging.guest.probe import PARTS, script
from imaging.guest.report import readers
from imaging.guidelines.guest import parts as asked_by_rules
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guest.files import Questions

PROBE = Path(probe.__path__[0])
READERS = Path(readers.__path__[0])
DEEP_CHECK = Path(deep_check.__path__[0])


def test_every_part_has_a_field_in_the_facts_and_every_field_its_part():
    fields = {name for name, field in GuestFacts.model_fields.items() if issubclass_of_fact(field.annotation)}
    assert set(PARTS) == fields


def issubclass_of_fact(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Fact)


def test_every_part_has_a_script_and_every_script_its_part():
    assert set(PARTS) == {path.stem.removeprefix("part_") for path in PROBE.glob("part_*.sh")}
    assert [name for name in PARTS if f"\npart_{name}() {{" not in text_of(PROBE / f"part_{name}.sh")] == []


def test_every_part_has_a_reader_and_every_reader_its_part():
    assert set(PARTS) == {path.stem for path in READERS.glob("*.py")} - {"__init__", "parts"}
    assert [part.name for part in PARTS.values() if part.read.__module__ != f"{readers.__name__}.{part.name}"] == []


def test_every_part_can_be_asked_for_by_rules():
    accessors = {name for name in vars(asked_by_rules) if name in GuestFacts.model_fields}
    assert set(PARTS) == accessors


@pytest.mark.parametrize("file", [PROBE / "assembly.py", DEEP_CHECK / "boothook.py"], ids=lambda path: path.name)
def test_what_puts_the_scripts_together_names_no_part(file):
    texts = [node.value for node in ast.walk(ast.parse(text_of(file))) if isinstance(node, ast.Constant)]
    assert [each for each in texts if isinstance(each, str) and each.split() and set(each.split()) <= set(PARTS)] == []


@pytest.mark.parametrize(
    "file",
    [PROBE / "head.sh", PROBE / "framing.sh", DEEP_CHECK / "boothook.sh", DEEP_CHECK / "unhurried.sh"],
    ids=lambda path: path.name,
)
def test_what_runs_the_parts_names_none(file):
    """By the names that are no words of other things."""
    assert words_of(text_of(file)) & {name for name in PARTS if "_" in name} == set()


def words_of(text: str) -> set[str]:
    return set("".join(each if each.isalnum() or each == "_" else " " for each in text).split())


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def test_the_seconds_of_a_part_go_with_it_into_the_script():
    text = script(Questions(), {"sightings", "system"}, nonce="abc")
    assert f"parts='system:{PARTS['system'].seconds} sightings:{PARTS['sightings'].seconds}'" in text


def test_a_deep_check_takes_first_what_is_declared_as_early():
    early = next(
        line for line in unhurried("parts=''\nimaging_probe\n").splitlines() if line.endswith('early="$early $each" ;;')
    )
    assert words_of(early.partition(")")[0]) == {part.name for part in PARTS.values() if part.early}


def test_a_deep_check_leaves_out_parts_in_their_declared_turn():
    turns = sorted(part.dropped for part in PARTS.values() if part.dropped)
    assert turns == list(range(1, len(turns) + 1))
    by_turn = {part.dropped: part.name for part in PARTS.values()}
    hook = boothook("imaging_probe\n", "abc").decode("ascii")
    assert f"dropped_first='{' '.join(by_turn[turn] for turn in turns)}'" in hook


def test_a_deep_check_asks_for_no_part_of_what_runs():
    asked = gzip.decompress(base64.b64decode(packed(user_data(Questions(), "abc")))).decode("ascii")
    assert [name for name in PARTS if f"part_{name}()" not in asked] == [
        part.name for part in PARTS.values() if part.running_only
    ]


def packed(hook: bytes) -> str:
    """The probe in a boothook, which may be compressed itself."""
    text = (gzip.decompress(hook) if hook[:2] == b"\x1f\x8b" else hook).decode("ascii")
    return max(text.replace("'", "\n").replace('"', "\n").splitlines(), key=len)
