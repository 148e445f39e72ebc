"""The options of each command that plans a run: only the plan, agreed beforehand, and what a file is taken for."""

from __future__ import annotations

from pathlib import Path

import click

from imaging.commands.options.invocation import Function
from models.image_file.image_format import ImageFormat

PLAN_OPTION = click.option(
    "--plan", "plan_only", is_flag=True, help="Only print what would be done, with the commands to do it by hand."
)
YES_OPTION = click.option(
    "--yes", is_flag=True, help="Agree to the plan beforehand; this does not stand for --attest or --waive."
)
FORMAT_OPTION = click.option(
    "--format",
    "declared",
    type=click.Choice([kind.value for kind in ImageFormat]),
    help="What FILE is said to be; without it its content tells.",
)


def work_dir_option(purpose: str) -> Function:
    """The directory for large files that are removed again; `purpose` is what the help says about it."""
    return click.option(
        "--work-dir",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False, exists=True, writable=True),
        help=purpose,
    )
