"""What a model holds is clean, so the rooms that show and judge it do not clean it again; where they clean, why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[2]
ROOMS = ("imaging/commands", "imaging/guidelines", "imaging/reports", "imaging/runs", "screens", "tui")
CLEANERS = frozenset({"one_line", "many_lines"})
_ANY = "the last guard: it shows any text that it is handed"
_TYPED = "quotes what the user typed"
_ERROR = "quotes an error, which may have several lines"
WHY = {
    "imaging/commands/flow/brought_file.py": "names a file of the user's",
    "imaging/commands/options/guest.py": "names a file of the user's",
    "imaging/commands/options/things_named.py": _TYPED,
    "imaging/commands/options/work_tests.py": _TYPED,
    "imaging/commands/options/report_files.py": _TYPED,
    "imaging/commands/output/prompts.py": _ANY,
    "imaging/commands/output/reports/files.py": _TYPED,
    "imaging/commands/output/streams.py": _ANY,
    "imaging/commands/output/tables.py": _ANY,
    "imaging/commands/undo.py": _TYPED,
    "imaging/guidelines/evidence.py": "the last guard before a command: no path in it that cleaning would change",
    "imaging/reports/escaping.py": _ANY,
    "imaging/runs/engine/run_context.py": "compares a new sentence with the one that the journal holds",
    "imaging/runs/journal/journal.py": _TYPED,
    "imaging/runs/journal/rows.py": _ERROR,
    "imaging/runs/ownership/image_snapshots.py": "compares what the user typed with what the cloud made of it",
    "imaging/runs/ownership/images_and_servers.py": "the same; and reads JSON out of an image's property",
    "imaging/runs/ownership/volumes.py": "compares what the user typed with what the cloud made of it",
    "imaging/runs/plan/step_texts.py": "quotes the image's name, as the user typed it, for a shell",
    "imaging/runs/run_files.py": "reads a report and a console from their files",
    "imaging/runs/source/claim_reader.py": "reads JSON out of an instance's metadata",
    "imaging/runs/test_instance/console_watch.py": "writes a console to a file",
    "imaging/runs/test_instance/report_watch.py": "reads a console",
    "imaging/runs/test_instance/works/source_boot.py": "reads a console",
    "imaging/runs/test_instance/works/watch.py": "reads a console",
    "imaging/runs/test_instance/boot_verdict/console_reader.py": "reads a console",
    "screens/dialogs/ask_text.py": _ANY,
    "screens/dialogs/choose.py": _ANY,
    "screens/dialogs/choose_several.py": _ANY,
    "screens/dialogs/confirm.py": _ANY,
    "screens/dialogs/dialog.py": _ANY,
    "screens/dialogs/error.py": "quotes an exception of any library",
    "screens/dialogs/fix_again.py": _ANY,
    "screens/dialogs/guest_questions.py": _TYPED,
    "screens/dialogs/help.py": _ANY,
    "screens/dialogs/notice.py": _ANY,
    "screens/dialogs/secret.py": _ANY,
    "screens/images/rows.py": "makes one line of a description or a property, which may have several",
    "screens/guest_work/save_questions.py": _TYPED,
    "screens/instances/screen.py": _ERROR,
    "screens/programs/editor.py": _ERROR,
    "screens/runs/step_screen.py": _ANY,
    "screens/runs/texts/headline.py": "makes one line of a name that may be cut",
    "screens/widgets/lines.py": _ANY,
    "screens/widgets/text_lines.py": _ANY,
    "screens/widgets/rows.py": _ANY,
    "screens/wizard/review/text.py": "shows the image's name, as the user typed it; quotes an error",
    "screens/wizard/pages/content.py": _TYPED,
    "screens/own_tests/told.py": _ERROR,
    "tui/crash.py": "quotes an exception of any library",
    "tui/palette.py": "shows names uncut by their source in one line of the palette",
    "tui/terminal/switches.py": "puts a name into the title of the terminal",
}
"""By file: why it cleans a text, although what a model holds is clean."""


def _cleaning() -> Iterator[str]:
    for room in ROOMS:
        for file in (HOME / room).rglob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)}
            if names & CLEANERS:
                yield file.relative_to(HOME).as_posix()


def test_texts_are_cleaned_at_the_door_and_not_at_each_exit():
    assert sorted(set(_cleaning()) - set(WHY)) == []


def test_no_reason_outlives_its_file():
    assert sorted(set(WHY) - set(_cleaning())) == []
