"""Running the shown command: exactly that one, as root, with its output; and the scripts as any guest can read them."""

from __future__ import annotations

import subprocess
from importlib.resources import files

import pytest

from imaging.guest.remedies.scripts import script
from models.errors import GuestError, GuestUnreachableError
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.remedies.local_shell import LocalRootShell
from tests.support.needs import SHELLCHECK, tool

SCRIPTS = {"fstab_line": "edit", "let_go": "let_go", "current_mounts": "tables", "whole_disk": "inspect"}


def command(text):
    return RemedyAction(kind=ActionKind.RUN, summary="As agreed.", command=text)


class TestACommand:
    async def test_is_run_as_it_was_shown_and_its_output_comes_back(self, do, told):
        shell = LocalRootShell()
        result = await do(shell, command("printf 'one\\n\\033[31mtwo\\n'"))
        assert shell.commands == ["printf 'one\\n\\033[31mtwo\\n'"]
        assert result.output == "one\ntwo"
        assert "succeeded" in result.done
        assert "cannot undo" in result.undo
        assert told[0].startswith("Running printf")

    async def test_tells_how_much_it_has_said(self, do, told):
        await do(LocalRootShell(), command("head -c 10000 /dev/zero | tr '\\000' x"))
        assert told[-1].endswith("9 KiB of output")

    async def test_that_fails_says_its_last_words(self, do):
        with pytest.raises(GuestError, match="exit status 100: E: Could not get lock") as caught:
            await do(LocalRootShell(), command("echo Reading; echo 'E: Could not get lock' >&2; exit 100"))
        assert "not undone" in caught.value.meaning

    async def test_that_fails_on_standard_output_says_that(self, do):
        with pytest.raises(GuestError, match="exit status 1: Error: no such package"):
            await do(LocalRootShell(), command("echo 'Error: no such package'; exit 1"))

    async def test_whose_connection_is_cut_may_go_on(self, do):
        shell = LocalRootShell()
        shell.cut_after = 0
        with pytest.raises(GuestUnreachableError, match="`true` may have been done"):
            await do(shell, command("true"))

    async def test_that_is_empty_is_none(self, do):
        with pytest.raises(GuestError, match="no command"):
            await do(LocalRootShell(), command(" "))


class TestTheScripts:
    @pytest.mark.parametrize("name", sorted(SCRIPTS))
    @pytest.mark.parametrize("checker", ["dash -n", "busybox sh -n", "bash --posix -n", "shellcheck -s sh"])
    def test_are_plain_posix(self, tmp_path, name, checker):
        words = checker.split()
        words[0] = str(SHELLCHECK) if words[0] == "shellcheck" else tool(words[0])
        file = tmp_path / "script.sh"
        file.write_bytes(script(name, SCRIPTS[name], "an argument", "it's"))
        done = subprocess.run([*words, str(file)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_never_unmount_lazily_or_by_force(self):
        for name in SCRIPTS:
            text = files("imaging.guest.remedies").joinpath(f"{name}.sh").read_text()
            assert not any(flag in text for flag in ("umount -l", "umount -f", "--lazy", "--force", "kill"))

    def test_take_no_argument_with_a_nul(self):
        with pytest.raises(GuestError, match="NUL"):
            script("let_go", "let_go", "a\0b")
