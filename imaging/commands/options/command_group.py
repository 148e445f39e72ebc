"""Commands whose `--help` teaches by example, and a group that loads a command only when it is asked for.

Loading late keeps `imaging --help` quick, and keeps Textual out of every command but the console.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from imaging.runtime.imports.loading import loading

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Example:
    """A command line, and what it does in a few words."""

    line: str
    does: str


def write_examples(formatter: click.HelpFormatter, examples: Sequence[Example]) -> None:
    """Write the section *Examples*: each command line below what it does, never wrapped, so that it can be copied."""
    with formatter.section("Examples"):
        for place, example in enumerate(examples):
            if place:
                formatter.write_paragraph()
            formatter.write(f"{'':>{formatter.current_indent}}# {example.does}\n")
            formatter.write(f"{'':>{formatter.current_indent}}$ {example.line}\n")


class CommandWithExamples(click.Command):
    """A command with examples below its options."""

    def __init__(self, *args: Any, examples: Sequence[Example] = (), **kwargs: Any) -> None:
        """Take the examples beside what click takes."""
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples where click would write an epilog."""
        if self.examples:
            write_examples(formatter, self.examples)
        super().format_epilog(ctx, formatter)


@dataclass(frozen=True)
class Entry:
    """A command that is not loaded yet."""

    module: str
    """Where it lives; it is the object `command` there."""
    summary: str
    """The line in the list of commands, which is also the first line of the command's own help."""


class LateGroup(click.Group):
    """A group whose commands are modules, imported when they are called."""

    def __init__(
        self, *args: Any, entries: Mapping[str, Entry], examples: Sequence[Example] = (), **kwargs: Any
    ) -> None:
        """Take the commands by name beside what click takes."""
        super().__init__(*args, **kwargs)
        self.entries = dict(entries)
        self.examples = tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer meets them, not by alphabet."""
        del ctx
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; for the shell's completion one that knows no more than its parameters."""
        if ctx.resilient_parsing and cmd_name in self.entries:
            from imaging.commands.shell.light_commands import light_command  # noqa: PLC0415  # for completion alone

            return light_command(cmd_name)
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        with loading():
            command = importlib.import_module(entry.module).command
        if not isinstance(command, click.Command):
            msg = f"{entry.module}.command is not a command"
            raise TypeError(msg)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown name is refused with the near ones."""
        name = args[0]
        if name not in self.entries and not name.startswith("-") and not ctx.resilient_parsing:
            from models.words.near_names import did_you_mean  # noqa: PLC0415  # pydantic: not for a `--help`

            ctx.fail(f"There is no command {name[:_LONGEST_SHOWN]!r}. {did_you_mean(name, self.entries)}".rstrip())
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples where click would write an epilog."""
        if self.examples:
            write_examples(formatter, self.examples)
        super().format_epilog(ctx, formatter)
