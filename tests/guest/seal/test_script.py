"""The script is one that every shell understands."""

from __future__ import annotations

import subprocess

import pytest

from imaging.guest.seal.script import readable_script, seal_script
from models.guest.files import Questions
from models.seal.plan import OperationId, TargetAction
from tests.guest.seal.sealing import NONCE, plan, target
from tests.support.needs import SHELLCHECK, require

PLAN = plan(
    {OperationId.SECRETS: (target(TargetAction.REMOVE, "/srv/it's $(odd) `x` \" #= Ü"),)},
    accounts=("alice",), homes=("/home/alice",), units=("a b.service",), mask=("mesh@.service",),
)  # fmt: skip
WHOLE = seal_script(PLAN, Questions(), NONCE)


@pytest.mark.parametrize("shell", [["dash"], ["busybox", "sh"], ["bash", "--posix"]], ids=lambda shell: shell[0])
def test_shells_find_no_fault_in_it(shell):
    require(shell[0])
    checked = subprocess.run([*shell, "-n"], input=WHOLE.encode(), capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")


def test_shellcheck_finds_no_fault_in_it():
    text = readable_script(NONCE).encode()
    checked = subprocess.run([SHELLCHECK, "-s", "sh", "-"], input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout.decode()) == (0, "")


def test_it_says_first_what_it_is_and_for_whom():
    assert WHOLE.startswith(
        f"#!/bin/sh\n# imaging seal {NONCE}\n#\n# Given by the Imaging Console to a temporary clone"
    )


def test_nothing_is_left_to_be_filled_in():
    work = WHOLE.partition("\n#= ")[0]
    for place in ("@NONCE@", "@LIMIT@", "@WORD@", "@WIDTH@", "@DROPPED_FIRST@"):
        assert place not in work


def test_the_plan_and_the_probe_are_comments_to_a_shell():
    after = WHOLE.partition("\n#= ")[2]
    assert all(line.startswith(("#= ", "#: ")) for line in f"#= {after}".splitlines())
