"""The user's own editor has the terminal for a while; then the console is drawn whole again."""

from __future__ import annotations

from tests.acceptance.program import Machine
from tests.acceptance.terminal import wait_for
from tests.acceptance.test_console_is_lost import choose

_EDITOR = """#!/bin/sh
clear
echo "HERE IS THE EDITOR"
read -r line
printf '%s\\n' "$line" >"$1"
"""


def test_the_description_is_written_in_the_editor_and_the_wizard_is_drawn_again(machine: Machine) -> None:
    script = machine.home / "my-editor"
    script.write_text(_EDITOR)
    script.chmod(0o700)
    with machine.console(EDITOR=str(script), VISUAL="") as console:
        choose(console, "db-07")
        console.press("i")
        console.sees("Name of the image", "Made from the instance")
        console.press("enter")
        console.sees("Your editor")
        console.press("ctrl+o")
        shown = console.sees("HERE IS THE EDITOR")
        assert "Name of the image" not in shown
        console.press("Written elsewhere.")
        console.press("enter")
        shown = console.sees("Name of the image", "Written elsewhere.", "Your editor", "db-07")
        assert "HERE IS THE EDITOR" not in shown
        console.press("More: ")
        console.sees("More:")
        wait_for(lambda: not list((machine.state / "editor").iterdir()))
        console.press("escape", "q")


_PAGER = """#!/bin/sh
test -t 0 && test -t 1 || exit 3
clear
echo "HERE IS THE PAGER, on a terminal of $(stty size)"
head -n 3 "$1"
read -r line
"""


def test_the_report_is_shown_in_the_pager_and_the_run_is_drawn_whole_again(machine: Machine) -> None:
    script = machine.home / "my-pager"
    script.write_text(_PAGER)
    script.chmod(0o700)
    done = machine.imaging("verify", "astro-base-2024", "--os-cloud", "demo", "--network", "astro-net", "--json")
    assert done.status == 0, done.err
    with machine.console(PAGER=str(script)) as console:
        console.sees("16 instances")
        console.press("3")
        console.sees("astro-base-2024", "1 run")
        console.press("enter")
        console.sees("Runs › astro-base-2024", "Report")
        before = console.comes_to_rest()
        console.press("r")
        shown = console.sees("HERE IS THE PAGER, on a terminal of 24 80", "# ")
        assert "Runs › astro-base-2024" not in shown
        console.press("enter")
        console.sees("Runs › astro-base-2024", "Report")
        wait_for(lambda: console.text == before, lambda: f"{before}\n\nis now\n\n{console.text}")
        console.press("q", "q")
        console.ended()
