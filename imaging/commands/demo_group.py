"""`imaging demo serve`: the demonstration cloud alone."""

from __future__ import annotations

import os
import sys

import click

from imaging.commands.demo import serve_command, serve_environment
from imaging.commands.teaching import Example, TeachingCommand


@click.group(name="demo")
def command() -> None:
    """Run the demonstration cloud alone.

    It is a small OpenStack on this machine alone, with a project in it to try things on.
    """


@command.command(
    name="serve",
    cls=TeachingCommand,
    examples=(
        Example("imaging demo serve", "run it until ctrl+c; the first line is the path of its clouds.yaml"),
        Example(
            "imaging demo serve --port 5000 --scale 1000", "a project of a thousand instances, on a port of your choice"
        ),
        Example(
            "OS_CLIENT_CONFIG_FILE=PATH OS_CLOUD=demo openstack server list", "look at it with the openstack command"
        ),
    ),
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port on 127.0.0.1; a free one if not given."
)
@click.option("--scale", type=click.IntRange(min=1), metavar="N", help="So many instances more.")
def serve(port: int, scale: int | None) -> None:
    """Run the demonstration cloud until it is interrupted.

    The first line on standard output is the path of a clouds.yaml whose cloud is named `demo`. The console and the
    ordinary openstack command both work with it.
    """
    sys.stdout.flush()
    line = serve_command(port=port, scale=scale)
    os.execve(line[0], line, serve_environment())  # noqa: S606  # it takes our place: ctrl+c and exit status are its own
