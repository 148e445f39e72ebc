"""`imaging completion`: the script by which a shell completes the command line."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.output.streams import on_terminal, say, write_raw

_NAME = "imaging"
_VARIABLE = "_IMAGING_COMPLETE"
_INSTALLATION = {
    "bash": (
        "mkdir -p ~/.local/share/bash-completion/completions",
        "imaging completion bash >~/.local/share/bash-completion/completions/imaging",
    ),
    "zsh": (
        "mkdir -p ~/.zfunc",
        "imaging completion zsh >~/.zfunc/_imaging",
        "# in ~/.zshrc, before compinit: fpath+=(~/.zfunc)",
    ),
    "fish": (
        "mkdir -p ~/.config/fish/completions",
        "imaging completion fish >~/.config/fish/completions/imaging.fish",
    ),
}
"""By shell: how its completion is installed for one user."""


@click.command(
    name="completion",
    cls=CommandWithExamples,
    examples=(
        Example("imaging completion bash >~/.local/share/bash-completion/completions/imaging", "install it for bash"),
        Example("imaging completion zsh >~/.zfunc/_imaging", "for zsh, with fpath+=(~/.zfunc) in ~/.zshrc"),
        Example("imaging completion fish >~/.config/fish/completions/imaging.fish", "for fish"),
    ),
)
@click.argument("shell", type=click.Choice(tuple(_INSTALLATION)))
def command(shell: str) -> None:
    """Print the completion script of bash, zsh or fish.

    The script says how it is installed. Names of instances and images are those of the lists that a command or the
    console read last: completion itself asks no cloud. A name with other characters than letters, digits, `.`, `_`
    and `-` is completed by its id.
    """
    write_raw(_script(shell))
    if on_terminal():
        say("\nTo install it:")
        for line in _INSTALLATION[shell]:
            say(f"  {line}")


def _script(shell: str) -> str:
    """Click's script; how it is installed stands behind its first line, which has a meaning for zsh."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover  # the argument names those that click has
        raise LookupError(shell)
    found = kind(click.Command(_NAME), {}, _NAME, _VARIABLE)
    first, _, rest = (found.source_template % found.source_vars()).partition("\n")
    notes = "".join(f"# {line.removeprefix('# ')}\n" for line in ("To install it:", *_INSTALLATION[shell]))
    return f"{first}\n{notes}{rest}" if first.startswith("#") else f"{notes}{first}\n{rest}"
