"""In all that the command line prints, no text of a stranger begins a line that a pipeline would obey."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from imaging.commands.output.streams import Line, say, write, write_json, write_json_line, write_page
from imaging.commands.output.tables import Cell, Column, write_table
from models.base import Frozen

COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE)
HOSTILE = (
    "::error::x",
    "  ::set-output name=a::b",
    "##[error]x",
    "a ##vso[task.setvariable]b",
    "###[x]",
    "::::",
    "\N{NO-BREAK SPACE}::error::x",
    "a\n::x",
)


class Document(Frozen):
    text: str


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_is_a_command(capsys: pytest.CaptureFixture[str], text: str):
    say(text)
    write(text)
    write_page([Line(text), Line(f"{'word ' * 14}{text}")])
    write_table([Column("NAME"), Column("ID")], [[Cell(text), Cell("1")]])
    write_json(Document(text=text))
    write_json_line(Document(text=text))
    shown = capsys.readouterr()
    assert COMMAND.search(shown.out + shown.err) is None


def test_only_what_cleans_its_texts_writes_to_standard_output():
    commands = Path(__file__).parents[2] / "imaging" / "commands"
    writing = {
        str(file.relative_to(commands))
        for file in commands.rglob("*.py")
        if re.search(r"\bclick\.s?echo\(|(?<![.\w])print\(", file.read_text())
    }
    # The last two write nothing but words of the program's own.
    assert writing == {"output/streams.py", "output/tables.py", "main.py", "command_table.py"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reader_of_json_gets_the_text_as_it_is(capsys: pytest.CaptureFixture[str], text: str):
    write_json_line(Document(text=text))
    assert json.loads(capsys.readouterr().out) == {"text": text}


def test_what_is_no_command_stays_as_it_is(capsys: pytest.CaptureFixture[str]):
    write("fe80::1 a::b # heading ## [x] 10:02::03")
    assert capsys.readouterr().out == "fe80::1 a::b # heading ## [x] 10:02::03\n"
