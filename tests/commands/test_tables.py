"""Tables: aligned on a terminal, plain in a pipe, and safe with any name that an instance has."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rich.cells import cell_len

from imaging.commands.output import streams
from imaging.commands.output.streams import Line, write, write_page
from imaging.commands.output.tables import Cell, Column, write_table


def _columns(*names: str, spared: str = "") -> list[Column]:
    return [Column(name, spared=int(name == spared)) for name in names]


HOSTILE = "[/red]\x1b[2J"


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(streams, "on_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_in_a_pipe_a_row_is_a_line_with_tabs(capsys):
    write_table(_columns("NAME", "ID"), [(Cell("db-07"), Cell("i1")), (Cell("天" * 255), Cell("i2"))])

    assert capsys.readouterr().out == f"NAME\tID\ndb-07\ti1\n{'天' * 255}\ti2\n"


def test_a_tab_or_line_end_in_a_name_makes_no_column_or_row(capsys):
    write_table(_columns("NAME", "ID"), [(Cell("a\tb\nc"), Cell("i1"))])

    assert capsys.readouterr().out.splitlines()[1] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\ti1"


def test_a_hostile_name_is_text_in_a_pipe(capsys):
    write_table(_columns("NAME"), [(Cell(HOSTILE),)])

    assert capsys.readouterr().out == "NAME\n[/red]\n"


def test_a_hostile_name_is_text_on_a_terminal(capsys, terminal):
    write_table(_columns("NAME", "ID"), [(Cell(HOSTILE), Cell("i1"))])

    shown = capsys.readouterr().out
    assert "[/red]" in shown
    assert "\x1b[2J" not in shown


def test_a_wide_name_is_cut_on_a_terminal_and_the_id_is_not(capsys, terminal):
    write_table(_columns("NAME", "ID"), [(Cell("天" * 255), Cell("0d6d6a1e-1111-2222-3333-444444444444", whole=True))])

    shown = capsys.readouterr().out
    assert "…" in shown
    assert "0d6d6a1e-1111-2222-3333-444444444444" in shown
    assert len(shown.splitlines()) == 2


def test_colours_are_left_out_where_they_are_not_wanted(capsys, terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    write_table(_columns("STATUS"), [(Cell("ACTIVE", "green"),)])

    assert "\x1b[32m" not in capsys.readouterr().out


def test_colours_are_shown_where_there_are_some(capsys, terminal):
    write_table(_columns("STATUS"), [(Cell("ACTIVE", "green"),)])

    assert "\x1b[32m" in capsys.readouterr().out


def test_an_empty_table_is_its_headings(capsys):
    write_table(_columns("NAME", "ID"), [])

    assert capsys.readouterr().out == "NAME\tID\n"


def test_what_a_stream_cannot_carry_is_replaced(monkeypatch, tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        write("天 done")

    assert (tmp_path / "out").read_text(encoding="ascii") == "? done\n"


def test_a_narrow_terminal_leaves_out_what_can_be_spared(capsys, terminal):
    row = (Cell("a long name of an instance"), Cell("ACTIVE"), Cell("0d6d6a1e-1111-2222-3333-444444444444", whole=True))
    write_table(_columns("NAME", "STATUS", "ID", spared="ID"), [row])
    assert "0d6d6a1e" in capsys.readouterr().out

    wide = (Cell("n" * 40), *row[1:])
    write_table(_columns("NAME", "STATUS", "ID", spared="STATUS"), [wide])
    shown = capsys.readouterr().out
    assert "0d6d6a1e" in shown
    assert "STATUS" in shown

    write_table(_columns("NAME", "STATUS", "ID", spared="STATUS"), [(Cell("n" * 40), Cell("s" * 30), row[2])])
    shown = capsys.readouterr().out
    assert "STATUS" not in shown
    assert "n" * 40 in shown


def test_in_a_pipe_nothing_is_left_out(capsys):
    write_table(_columns("NAME", "ID", spared="ID"), [(Cell("n" * 100), Cell("i" * 100))])

    assert "i" * 100 in capsys.readouterr().out


def test_numbers_are_aligned_for_people_and_exact_in_a_pipe(capsys, monkeypatch):
    columns = (Column("NAME"), Column("SIZE_BYTES", "SIZE", is_number=True))
    rows = [(Cell("天天"), Cell("5.1 GiB", data=5476083302)), (Cell("base"), Cell("24 GiB", data=25769803776))]
    write_table(columns, rows)
    assert capsys.readouterr().out == "NAME\tSIZE_BYTES\n天天\t5476083302\nbase\t25769803776\n"

    monkeypatch.setattr(streams, "on_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    write_table(columns, rows)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "NAME     SIZE",
        "天天  5.1 GiB",
        "base   24 GiB",
    ]


def test_a_long_message_is_broken_between_words(capsys, terminal):
    write("  What to do: " + "set it again " * 8)

    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].startswith("  set")


def test_a_long_command_is_broken_so_that_a_shell_still_reads_it(capsys, terminal):
    command = "printf '%s|' " + " ".join(f"'a word of {number}'" for number in range(9))
    write(f"  $ {command}")

    shown = capsys.readouterr().out
    assert all(len(line) <= 80 for line in shown.splitlines())
    pasted = shown.replace("  $ ", "", 1)
    assert _of_shell(pasted) == _of_shell(command) != ""


@pytest.mark.parametrize("command", ["true \\" + "x " * 60, "true # " + "x " * 60, "cat <<END" + " x" * 60])
def test_a_command_in_which_a_line_end_means_something_stays_whole(capsys, terminal, command):
    write(f"$ {command}")

    assert len(capsys.readouterr().out.splitlines()) == 1


def _of_shell(command: str) -> str:
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True).stdout


def test_a_page_has_80_columns_in_a_pipe_and_wide_characters_count_twice(capsys):
    write_page([Line("      " + "天" * 100), Line("word " * 40)])

    lines = capsys.readouterr().out.splitlines()
    assert max(cell_len(line) for line in lines) <= 80
    assert "".join(lines).count("天") == 100
    assert "".join(lines).count("word") == 40


@pytest.mark.parametrize("columns, width", [(40, 60), (72, 72), (200, 100)])
def test_a_page_is_as_wide_as_the_terminal_within_what_can_be_read(capsys, terminal, monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", str(columns))
    write_page([Line("x " * 200)])

    assert len(capsys.readouterr().out.splitlines()[0]) in {width, width - 1}
