"""An image file for a person: what it is, what lies on its disk, and the checklist of the system in it."""

from __future__ import annotations

from imaging.commands.output.checklist_text import unanswered_line, write_checklist
from imaging.commands.output.streams import Line, write_page
from imaging.guest.inspected_file import InspectedFile
from models.findings import Checklist
from models.text import sentence
from models.words.image_file import file_lines


def write_file(found: InspectedFile, checklist: Checklist, *, everything: bool) -> None:
    """Write to standard output what was found in a file."""
    write_page([Line(line) for line in (*file_lines(found.file), "")])
    heading = f"{found.file.path}; guidelines: {checklist.profile}"
    write_checklist(checklist, heading, _hints(found, checklist), everything=everything)


def _hints(found: InspectedFile, checklist: Checklist) -> list[str]:
    if found.unread_because:
        return [f"Not inspected: {sentence(found.unread_because)}"]
    unanswered = unanswered_line(checklist)
    return [f"{unanswered} A file cannot tell what only a running system knows."] if unanswered else []
