"""What README shows of a run without a screen is what the demonstration cloud needs today."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.acceptance.program import Machine
from tests.support.demo import REPOSITORY

_WRITTEN = re.compile(r"^printf '([^']*)' >(\S+)$", re.MULTILINE)
_SHOWN = re.compile(r"^\.venv/bin/imaging --demo ((?:.*\\\n)*.*)$", re.MULTILINE)


def shown() -> list[list[str]]:
    """The commands of README on the demonstration cloud, word by word."""
    return [
        shlex.split(found[1].replace("\\\n", " "))
        for found in _SHOWN.finditer((REPOSITORY / "README.md").read_text("utf-8"))
    ]


def scripts() -> dict[str, str]:
    """The tests that README writes with printf, by file name."""
    text = (REPOSITORY / "README.md").read_text("utf-8")
    return {name: text.encode().decode("unicode_escape") for text, name in _WRITTEN.findall(text)}


def test_a_test_of_ones_own_is_run_in_an_image_by_the_command_as_written(machine: Machine, tmp_path: Path):
    (verify,) = (command for command in shown() if command[0] == "verify")
    named = verify[verify.index("--test") + 1]
    path = tmp_path / named
    path.write_text(scripts()[named], "utf-8")
    words = [str(path) if word == named else word for word in verify]
    planned = machine.imaging(*words, "--os-cloud", "demo", "--plan", "--json")
    assert planned.status == 0, planned.err
    assert f"Your tests ({named})" in " ".join(planned.document["warnings"])


def test_all_that_the_inspection_finds_to_block_db_07_is_waived_or_fixed_by_the_command_as_written(machine: Machine):
    check, create, *_ = shown()
    assert check[:2] == ["check", "db-07"]
    inspected = machine.imaging(*check, "--os-cloud", "demo", "--json")
    blocking = {
        each["rule"]
        for each in inspected.document["findings"]
        if (each["outcome"], each["severity"]) == ("fail", "block") and each["fixed_by"] is None
    }
    planned = machine.imaging(*(word for word in create if word != "--yes"), "--os-cloud", "demo", "--plan", "--json")
    assert planned.status == 0, planned.err
    found = planned.document["findings"]
    assert found["blockers"] == []
    assert {each["rule"] for each in found["waivers"]} == blocking != set()
