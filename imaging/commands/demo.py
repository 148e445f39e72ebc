"""`imaging demo serve`: the demonstration cloud alone."""

from __future__ import annotations

import os
import sys

import click

from imaging.commands.flow.demo_cloud import serve_command, serve_environment
from imaging.commands.options.command_group import CommandWithExamples, Example


@click.group(name="demo")
def command() -> None:
    """Run only the demonstration cloud.

    It is a small OpenStack on this machine, with a project to try things on.
    """


@command.command(
    name="serve",
    cls=CommandWithExamples,
    examples=(
        Example("imaging demo serve", "run it until ctrl+c; the first line is the path of its clouds.yaml"),
        Example(
            "imaging demo serve --port 5000 --scale 1000", "a project of a thousand instances, on a port of your choice"
        ),
        Example("OS_CLIENT_CONFIG_FILE=PATH OS_CLOUD=demo openstack server list", "use it with the openstack command"),
    ),
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port on 127.0.0.1; by default a free one."
)
@click.option("--scale", type=click.IntRange(min=1), metavar="N", help="Number of additional instances.")
def serve(port: int, scale: int | None) -> None:
    """Run the demonstration cloud until it is interrupted.

    The first line on standard output is the path of a clouds.yaml whose cloud is named `demo`. The console and the
    ordinary openstack command both work with it.
    """
    sys.stdout.flush()
    line = serve_command(port=port, scale=scale)
    os.execve(line[0], line, serve_environment())  # noqa: S606  # it takes our place: ctrl+c and exit status are its own
