"""The words that the server hands to a login shell, whichever it is."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.guest.inspection import START
from imaging.guest.ssh.commands.quoting import for_any_shell
from imaging.guest.ssh.commands.sudo import as_root
from tests.support.needs import needs

ODD = (
    "echo plain",
    "printf '%s' 'it'\\''s'",
    'printf "%s" "$HOME!x!!"',
    "printf 'a\nb\\n'",
    "echo `echo old` $(echo new) \\\\ \\'",
    "printf '%s' 'café \N{SNOWMAN}'",
    "for x in 1 2; do echo $x; done",
)


def said(*words: str) -> bytes:
    return subprocess.run(words, capture_output=True, check=False, env={"HOME": "/h", "PATH": "/bin:/usr/bin"}).stdout


HERE = [shell for shell in ("sh", "bash", "dash", "zsh", "csh", "tcsh", "fish", "ksh") if shutil.which(shell)]
"""What those that are missing would read differently is held by the tests below."""


@pytest.mark.parametrize("shell", HERE)
@pytest.mark.parametrize("command", [*ODD, START])
def test_each_login_shell_that_is_here_runs_the_same(shell: str, command: str):
    assert said(shell, "-c", for_any_shell(command)) == said("sh", "-c", command)


@given(st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=60))
def test_nothing_stands_there_that_any_login_shell_reads_in_its_own_way(command: str):
    text = for_any_shell(command)
    inner = re.fullmatch(r"sh -c '([^']*)'", text)
    assert inner is not None
    assert "!" not in text, "csh takes it for history even inside quotes"
    assert "\n" not in text, "csh ends a quote there"
    assert "\\\\" not in text, "fish makes one backslash of two"
    assert not inner[1].endswith("\\"), "fish takes it for an escaped quote"
    assert text.isascii()


@given(st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=60))
def test_what_is_carried_is_what_arrives(argument: str):
    kept = argument.rstrip("\n")  # `$(…)` drops line ends after the command's own end, where they mean nothing
    command = "printf '%s' '" + kept.replace("'", "'\\''") + "'"
    assert said("sh", "-c", for_any_shell(command)) == kept.encode()


def test_a_nul_cannot_be_carried():
    with pytest.raises(ValueError, match="NUL"):
        for_any_shell("a\0b")


@needs("root")
def test_root_needs_no_sudo():
    words = ("sh", "-c", f"PATH=/nowhere:$PATH; sudo() {{ echo asked; }}; {as_root('echo done')}")
    assert said(*words) == b"done\n"
