"""Evidence about files of a guest: short, on one line, and commands that do what they say."""

from __future__ import annotations

import shlex

import pytest

from imaging.guest.report.rows import Rows
from imaging.guidelines.evidence import (
    ROOM,
    fitted,
    left_out,
    listing_of_odd,
    on_names,
    removal,
    removal_or_listing,
    shortened,
)
from models.findings import Remedy
from models.text import one_line


def test_as_many_things_are_named_as_there_is_room_for():
    assert fitted("There: ", ["a", "b"]) == "There: a, b."
    many = fitted("There: ", [f"/home/alice/file-{at}" for at in range(100)])
    assert len(many) <= ROOM
    assert many.startswith("There: /home/alice/file-0, /home/alice/file-1, ")
    assert many.endswith(" more.")


def test_a_long_name_loses_its_middle():
    text = fitted("There: ", [f"/home/{'x' * 400}/key.pem", "b"])
    assert len(text) <= ROOM
    assert text.startswith("There: /home/xxx")
    assert text.endswith("/key.pem and 1 more.")
    assert shortened("abcdef", 4) == "a…ef"


def test_a_name_stays_on_its_line():
    assert Remedy(text=fitted("There: ", ["a\nb\x1b[2Jc"])).text == "There: a\N{REPLACEMENT CHARACTER}bc."


def test_the_command_that_removes_names_each_path_as_a_shell_reads_it():
    hostile = "/home/a/$(reboot); rm -rf ~ 'x'"
    assert shlex.split(removal([hostile])) == ["sudo", "rm", "--", hostile]
    assert shlex.split(removal(["/x/-rf"], recursive=True)) == ["sudo", "rm", "-r", "--", "/x/-rf"]


def test_only_what_can_be_named_exactly_is_removed():
    assert removal(["/home/a/\N{REPLACEMENT CHARACTER}"]) is None
    assert removal(["relative"]) is None
    assert removal(["/home/a/\N{REPLACEMENT CHARACTER}", "/srv/b"]) == "sudo rm -- /srv/b"
    assert len(shlex.split(removal([f"/srv/{at}" for at in range(50)]))) == 27
    assert removal(["/license.dat"]) == "sudo rm -- /license.dat"


def test_what_a_command_leaves_out_is_said():
    few, many, odd = ["/srv/a"], [f"/srv/{at}" for at in range(50)], "/srv/a\nb/key"
    assert left_out(few) == ""
    assert left_out(many) == "The command names 24 of 50: run it, inspect again, and it names the next ones."
    assert left_out([odd]).startswith("A name holds characters that no command can")
    assert left_out([odd, *many, odd]).endswith(left_out([odd, odd]))
    assert listing_of_odd(few) is None
    assert listing_of_odd([odd, *few]) == "sudo ls -lAb -- /srv"
    assert removal_or_listing([odd, *few]) == "sudo rm -- /srv/a\nsudo ls -lAb -- /srv"


@pytest.mark.parametrize(
    "path", ["/", "/etc", "//", "/home/a/../../etc", "/home/a\nb", "/home/\x1b[2J/x", "/home/\u202ea"]
)
def test_no_command_removes_what_must_stay_or_cannot_be_typed(path):
    assert removal([path], recursive=True) is None


def test_commands_on_accounts_take_ordinary_names_alone():
    assert on_names(["sudo", "userdel"], ["alice", "-r", "a b", "bob.b"]) == "sudo userdel alice\nsudo userdel bob.b"
    assert on_names(["sudo", "userdel"], ["$(reboot)"]) is None


def test_a_name_with_an_escape_sequence_is_in_no_command():
    told = Rows([["dir", "/tmp/\x1b[mbob/keys"]]).texts("dir")
    assert removal([one_line(path) for path in told], recursive=True) is None
