"""The house is as ARCHITECTURE.md says: each folder has its line and its layer, and what is large says why."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.gate.loading import REPOSITORY

ARCHITECTURE = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = PROJECT["tool"]["importlinter"]
NOT_INSTALLED = {"bench", "screenshots", "tests", ".ci"}
"""What measures, pictures and tests the program."""
OF_ONE_LAYER = {"imaging.democloud"}
"""A process of its own: its routes and its web server know each other."""
MOST_MODULES, MOST_LINES, LONGEST_FUNCTION = 12, 300, 35
LARGE_FILES = {
    "imaging/democloud/services/volume.py": "all routes of its Cinder",
    "imaging/files/disk/tree.py": "every way to find and read something in a tree of files",
    "imaging/runs/journal/journal.py": "every statement that reads or writes the journal",
    "screens/wizard/wizard.py": "the wizard: what each of its keys and messages does",
}
LONG_FUNCTIONS = {
    "imaging/cloud/instance_facts.py:gather_facts": "one question and one field for each fact",
    "imaging/democloud/machines/image_creation.py:_snapshot_disk": "one state after the other, as in Nova",
    "imaging/democloud/seed/servers.py:_add_server": "one record with its ports and volumes",
    "imaging/democloud/services/compute.py:compute_app": "the table of Nova's routes",
    "imaging/democloud/services/identity.py:identity_app": "the table of Keystone's routes",
    "imaging/democloud/services/server_views.py:full_view": "the fields of a server, one a line",
    "imaging/democloud/services/servers.py:make_server": "the fields of a server, one a line",
}
"""Lines without the docstring."""


@cache
def modules() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    return [Path(name) for name in listed]


def of_the_program() -> list[Path]:
    return [path for path in modules() if path.parts[0] in LINTER["root_packages"]]


def folders() -> set[str]:
    return {f"{path.parent}/" for path in of_the_program()} - {"imaging/"}  # which holds nothing but folders


def test_every_folder_at_the_top_level_is_a_layer_or_is_not_installed():
    top = {path.parts[0] for path in modules() if len(path.parts) > 1}
    assert top - NOT_INSTALLED == set(LINTER["root_packages"])
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(LINTER["root_packages"])


def test_the_program_is_one_order_of_layers():
    first = LINTER["contracts"][0]
    named = {name.strip() for layer in first["layers"] for name in layer.split("|")}
    rooms = {name.replace(".", "/") for name in named}
    assert rooms == {"models", "screens", "tui"} | {
        f"imaging/{path.parts[1]}" for path in of_the_program() if path.parts[0] == "imaging" and len(path.parts) > 2
    } - {"imaging/democloud"}


def test_a_new_folder_fails_the_check_until_it_has_its_layer():
    exhaustive = [contract["containers"] for contract in LINTER["contracts"] if contract.get("exhaustive")]
    divided = {str(path.parent.parent) for path in of_the_program() if path.name == "__init__.py"} - {"."}
    at_most_two = {folder.replace("/", ".") for folder in divided if folder.count("/") < 2}
    assert at_most_two - OF_ONE_LAYER == {name for names in exhaustive for name in names}


def test_every_folder_has_its_line_in_the_map():
    mapped = set(re.findall(r"^\| `([a-z_/]+/)` \| [^|]+ \|$", ARCHITECTURE, re.MULTILINE))
    assert mapped == folders()


def test_a_folder_with_more_than_a_dozen_modules_is_one_of_a_kind_that_the_map_names():
    counted = Counter(f"{path.parent}/" for path in of_the_program() if path.name != "__init__.py")
    crowded = {folder for folder, count in counted.items() if count > MOST_MODULES}
    sentence = ARCHITECTURE.partition("A folder of one kind may hold more")[2].partition("\n\n")[0]
    assert crowded == set(re.findall(r"`([a-z_/]+/)`", sentence))


def test_a_long_file_is_listed_with_its_reason():
    long = {str(path) for path in of_the_program() if _text(path).count("\n") > MOST_LINES}
    assert long == set(LARGE_FILES)


def test_a_long_function_is_listed_with_its_reason():
    long = {
        f"{path}:{name}" for path in of_the_program() for name, length in _functions(path) if length > LONGEST_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS)


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    """The functions of a file, each with its lines without its docstring."""
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            described = (first.end_lineno or 0) - first.lineno + 1 if told else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - described


def _text(path: Path) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")
