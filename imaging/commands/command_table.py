"""Writes the table of commands that completion reads: `python -m imaging.commands.command_table >TABLE`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from imaging.commands.main import cli
from imaging.commands.shell.light_commands import Row

_VALUES = frozenset({"INSTANCE", "IMAGE", "RUN", "RUN|INSTANCE", "RULE", "QUESTION", "PROFILE", "CLOUD"})
_FILES = frozenset({"FILE", "FOLDER"})
_CALLED_OTHERWISE = {
    "--os-cloud": "CLOUD",
    "--attest": "QUESTION",
    "--waive": "RULE",
    "RUN_OR_INSTANCE": "RUN|INSTANCE",
}
"""Where the word in the help is another one."""
_LONGEST_HELP = 80


def table() -> str:
    """The table, a line for each command and parameter."""
    context = click.Context(cli)
    found: list[Row] = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            found += _rows(name, command)
    return "".join(f"{row}\n" for row in found)


def _rows(name: str, command: click.Command) -> Iterator[Row]:
    yield Row(name, says=command.get_short_help_str(_LONGEST_HELP))
    for parameter in command.params:
        yield _row(name, parameter)
    if isinstance(command, click.Group):
        for inner, found in command.commands.items():
            yield from _rows(f"{name} {inner}", found)


def _row(command: str, parameter: click.Parameter) -> Row:
    if isinstance(parameter, click.Option):
        says = (parameter.help or "").partition(";")[0].split(". ")[0][:_LONGEST_HELP]
        return Row(command, ",".join(parameter.opts), _value(parameter), parameter.multiple, says)
    return Row(command, parameter.human_readable_name.lower(), _value(parameter), parameter.nargs == -1)


def _value(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return "flag"
    if isinstance(parameter.type, click.Choice):
        return f"choice:{','.join(map(str, parameter.type.choices))}"
    word = parameter.metavar or parameter.human_readable_name.upper()
    word = _CALLED_OTHERWISE.get(parameter.opts[0], _CALLED_OTHERWISE.get(word, word))
    return word if word in _VALUES | _FILES else ""


if __name__ == "__main__":
    click.echo(table(), nl=False)
