"""The help teaches, is quick, and does not rot."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from imaging.commands.main import ENTRIES, cli
from imaging.commands.options.command_group import CommandWithExamples, Example, LateGroup

ROOT = Path(__file__).parents[2]
_ASK_FOR_HELP = """
import contextlib, io, json, sys
from imaging.commands.main import run
heavy = {}
for line in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()):
        status = run([*line, "--help"])
    heavy[" ".join(line)] = [status, sorted(HEAVY & set(sys.modules))]
print(json.dumps(heavy))
"""


def _commands() -> Iterator[tuple[list[str], click.Command]]:
    context = click.Context(cli)
    yield [], cli
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        yield [name], command
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield [name, inner], found


def _examples() -> Iterator[str]:
    for _, command in _commands():
        if isinstance(command, CommandWithExamples | LateGroup):
            yield from (example.line for example in command.examples if example.line.startswith("imaging"))


def test_the_help_of_no_command_loads_textual_or_the_sdk():
    program = f"HEAVY = {{'textual', 'openstack', 'keystoneauth1', 'requests'}}\n{_ASK_FOR_HELP}"
    lines = [line for line, _ in _commands()]

    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(lines),
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == {" ".join(line): [0, []] for line in lines}


def test_the_list_of_commands_loads_not_even_pydantic():
    program = f"HEAVY = {{'pydantic', 'rich', 'yaml', 'asyncio'}}\n{_ASK_FOR_HELP}"

    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps([[]]),
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == {"": [0, []]}


@pytest.mark.parametrize("name", ENTRIES)
def test_the_list_of_commands_says_what_the_command_itself_says(name):
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert command.help is not None
    assert ENTRIES[name].summary == command.help.partition("\n\n")[0].replace("\n", " ").strip()


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != "demo"])
def test_every_command_teaches_by_example(name):
    command = cli.get_command(click.Context(cli), name)

    assert isinstance(command, CommandWithExamples)
    assert command.examples
    assert "Examples:" in command.get_help(click.Context(command, info_name=name))


@pytest.mark.parametrize("line", sorted(set(_examples())))
def test_every_example_can_be_parsed(line):
    words = shlex.split(line.partition(" | ")[0].partition(" >")[0])[1:]
    if words == ["COMMAND", "--help"]:
        return
    command: click.Command = cli
    context = cli.make_context("imaging", words)
    while isinstance(command, click.Group) and (left := [*context._protected_args, *context.args]):
        name, found, left = command.resolve_command(context, left)
        assert found is not None
        command, context = found, found.make_context(name, list(left), parent=context)


def test_what_does_not_exist_yet_is_absent():
    assert not {"login", "logout", "doctor"} & set(ENTRIES)


def test_the_documentation_names_every_command_and_option():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    missing = {
        word
        for line, command in _commands()
        for word in [f"imaging {' '.join(line)}".strip(), *_options(command)]
        if not re.search(rf"{re.escape(word)}\b", text)
    }
    assert missing == set()


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (option for option in parameter.opts if option.startswith("--"))


def test_an_example_is_written_so_that_it_can_be_copied():
    command = CommandWithExamples("x", examples=[Example("imaging x --a-very-long-option " + "y" * 200, "does it")])

    shown = command.get_help(click.Context(command, info_name="x", terminal_width=40))

    assert "  # does it\n  $ imaging x --a-very-long-option " + "y" * 200 in shown


def test_the_version_is_told(imaging):
    done = imaging("--version")

    assert done.status == 0
    assert done.out.startswith("imaging")
