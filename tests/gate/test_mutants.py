"""What `make mutants` is told: the rooms are there, and so is the line of each fault that no test has to notice."""

from __future__ import annotations

import tomllib

import pytest

from tests.gate.loading import REPOSITORY
from tests.mutants.survivors import accepted, change_of

SETTINGS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
ROOMS = {pattern: list(REPOSITORY.glob(pattern)) for pattern in SETTINGS["only_mutate"]}
MODULES = {
    str(file.relative_to(REPOSITORY).with_suffix("")).replace("/", "."): " ".join(file.read_text("utf-8").split())
    for files in ROOMS.values()
    for file in files
}
DIFF = """\
--- imaging/runs/core/polling.py
+++ imaging/runs/core/polling.py
@@ -1,4 +1,4 @@
 def limit():
-    if seconds < 5:
+    if seconds <= 5:
         return
"""


@pytest.mark.parametrize("pattern", ROOMS)
def test_every_room_that_is_broken_on_purpose_is_there(pattern):
    assert ROOMS[pattern]


def test_the_tests_that_have_to_notice_are_there():
    named = [word.removeprefix("--deselect=") for word in SETTINGS["pytest_add_cli_args_test_selection"]]
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


def test_a_fault_is_known_by_its_function_and_its_lines():
    change = change_of("imaging.runs.core.polling.xǁWaitǁlimit__mutmut_7", DIFF)
    assert (change.function, change.was, change.now) == (
        "imaging.runs.core.polling.Wait.limit",
        "if seconds < 5:",
        "if seconds <= 5:",
    )


def test_a_fault_that_no_test_has_to_notice_has_its_reason_and_still_stands_in_the_program():
    for change, reason in accepted().items():
        module = next(name for name in MODULES if change.function.startswith(f"{name}."))
        assert reason.strip(), change
        assert change.was in MODULES[module], change
