"""Tables: aligned on a terminal, plain in a pipe, and safe with whatever name an instance has."""

from __future__ import annotations

import sys

import pytest

from imaging.commands.output import streams
from imaging.commands.output.streams import write
from imaging.commands.output.tables import Cell, write_table

HOSTILE = "[/red]\x1b[2J"


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(streams, "on_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_in_a_pipe_a_row_is_a_line_with_tabs(capsys):
    write_table(("NAME", "ID"), [(Cell("db-07"), Cell("i1")), (Cell("天" * 255), Cell("i2"))])

    assert capsys.readouterr().out == f"NAME\tID\ndb-07\ti1\n{'天' * 255}\ti2\n"


def test_a_tab_or_line_end_in_a_name_makes_no_column_or_row(capsys):
    write_table(("NAME", "ID"), [(Cell("a\tb\nc"), Cell("i1"))])

    assert capsys.readouterr().out.splitlines()[1] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\ti1"


def test_a_hostile_name_is_text_in_a_pipe(capsys):
    write_table(("NAME",), [(Cell(HOSTILE),)])

    assert capsys.readouterr().out == "NAME\n[/red]\n"


def test_a_hostile_name_is_text_on_a_terminal(capsys, terminal):
    write_table(("NAME", "ID"), [(Cell(HOSTILE), Cell("i1"))])

    shown = capsys.readouterr().out
    assert "[/red]" in shown
    assert "\x1b[2J" not in shown


def test_a_wide_name_is_cut_on_a_terminal_and_the_id_is_not(capsys, terminal):
    write_table(("NAME", "ID"), [(Cell("天" * 255), Cell("0d6d6a1e-1111-2222-3333-444444444444", whole=True))])

    shown = capsys.readouterr().out
    assert "…" in shown
    assert "0d6d6a1e-1111-2222-3333-444444444444" in shown
    assert len(shown.splitlines()) == 2


def test_colours_are_left_out_where_they_are_not_wanted(capsys, terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    write_table(("STATUS",), [(Cell("ACTIVE", "green"),)])

    assert "\x1b[32m" not in capsys.readouterr().out


def test_colours_are_shown_where_there_are_some(capsys, terminal):
    write_table(("STATUS",), [(Cell("ACTIVE", "green"),)])

    assert "\x1b[32m" in capsys.readouterr().out


def test_an_empty_table_is_its_headings(capsys):
    write_table(("NAME", "ID"), [])

    assert capsys.readouterr().out == "NAME\tID\n"


def test_what_a_stream_cannot_carry_is_replaced(monkeypatch, tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        write("天 done")

    assert (tmp_path / "out").read_text(encoding="ascii") == "? done\n"


def test_a_narrow_terminal_leaves_out_what_can_be_spared(capsys, terminal):
    row = (Cell("a long name of an instance"), Cell("ACTIVE"), Cell("0d6d6a1e-1111-2222-3333-444444444444", whole=True))
    write_table(("NAME", "STATUS", "ID"), [row], spare=("ID",))
    assert "0d6d6a1e" in capsys.readouterr().out

    wide = (Cell("n" * 40), *row[1:])
    write_table(("NAME", "STATUS", "ID"), [wide], spare=("STATUS",))
    shown = capsys.readouterr().out
    assert "0d6d6a1e" in shown
    assert "STATUS" in shown

    write_table(("NAME", "STATUS", "ID"), [(Cell("n" * 40), Cell("s" * 30), row[2])], spare=("STATUS",))
    shown = capsys.readouterr().out
    assert "STATUS" not in shown
    assert "n" * 40 in shown


def test_in_a_pipe_nothing_is_left_out(capsys):
    write_table(("NAME", "ID"), [(Cell("n" * 100), Cell("i" * 100))], spare=("ID",))

    assert "i" * 100 in capsys.readouterr().out


def test_a_long_message_is_broken_between_words_but_a_command_is_not(capsys, terminal):
    write("  What to do: " + "put it right " * 8 + "\n  $ openstack " + "x" * 100)

    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines[:-1])
    assert lines[1].startswith("    ")
    assert lines[-1] == "  $ openstack " + "x" * 100
