"""The commands as far as completion must know them: from a table, for to load a command takes half a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import click

from imaging.commands.shell.values import completer

TABLE = "commands.tsv"
"""Written by `python -m imaging.commands.command_table`."""


@dataclass(frozen=True)
class Row:
    """A parameter of a command, or a command that has none."""

    command: str
    """Its words, such as `demo serve`."""
    names: str = ""
    """`--all`, or the name of an argument; empty for a command itself."""
    value: str = ""
    """`flag`, `choice:a,b`, `FILE`, `FOLDER`, or what is completed, such as `INSTANCE`; empty for a free text."""
    is_repeatable: bool = False
    says: str = ""
    """Its help in short."""

    @classmethod
    def read(cls, line: str) -> Row:
        """A line of the table."""
        command, names, value, repeatable, says = line.split("\t")
        return cls(command, names, value, repeatable == "*", says)

    def __str__(self) -> str:
        """The line of the table."""
        return "\t".join((self.command, self.names, self.value, "*" if self.is_repeatable else "", self.says))


def rows() -> tuple[Row, ...]:
    """The table."""
    text = (resources.files("imaging.commands.shell") / TABLE).read_text("utf-8")
    return tuple(Row.read(line) for line in text.splitlines())


def light_command(name: str) -> click.Command:
    """A command that can complete its parameters, and do nothing else."""
    table = rows()
    inner = sorted({row.command for row in table if row.command.startswith(f"{name} ")})
    says = next((row.says for row in table if row.command == name and not row.names), "")
    parameters = list(_parameters(table, name))
    if not inner:
        return click.Command(name.rpartition(" ")[2], params=parameters, help=says)
    commands = {command.rpartition(" ")[2]: light_command(command) for command in inner}
    return click.Group(name, commands=commands, params=parameters, help=says)


def _parameters(table: tuple[Row, ...], command: str) -> Iterator[click.Parameter]:
    for row in table:
        if row.command == command and row.names.startswith("-"):
            yield _option(row)
        elif row.command == command and row.names:
            repeatable = -1 if row.is_repeatable else 1
            yield click.Argument(
                [row.names], nargs=repeatable, type=_type(row.value), shell_complete=completer(row.value)
            )


def _option(row: Row) -> click.Option:
    names = row.names.split(",")
    if row.value == "flag":
        return click.Option(names, is_flag=True, help=row.says)
    return click.Option(
        names, type=_type(row.value), multiple=row.is_repeatable, help=row.says, shell_complete=completer(row.value)
    )


def _type(value: str) -> click.ParamType[Any] | None:
    if value.startswith("choice:"):
        return click.Choice(value.removeprefix("choice:").split(","))
    return {"FILE": click.Path(), "FOLDER": click.Path(file_okay=False)}.get(value)
