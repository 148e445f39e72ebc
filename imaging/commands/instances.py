"""`imaging instances`: the instances of the project."""

from __future__ import annotations

import click

from imaging.commands import session
from imaging.commands.converting import instance_document
from imaging.commands.documents import InstanceDocument
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.output import write_json
from imaging.commands.tables import Cell, write_table
from imaging.commands.teaching import Example, TeachingCommand

_HEADINGS = ("NAME", "STATUS", "TASK", "VOLUMES", "LOCKED", "MADE BY", "FLAVOR", "ID")
_STATUS_STYLES = {"ACTIVE": "green", "SHUTOFF": "yellow", "ERROR": "red"}


@click.command(
    name="instances",
    cls=TeachingCommand,
    examples=(
        Example("imaging instances", "all instances of the project"),
        Example("imaging --demo instances", "those of the demonstration cloud"),
        Example("imaging instances --json | jq -r '.[] | select(.mine) | .name'", "the names of your own ones"),
    ),
)
@everywhere
def command(said: Invocation) -> None:
    """List the instances of the project.

    All of the project are listed; those that another member made say so. On a terminal the table is aligned, and on
    a narrow one columns are left out; in a pipe it is whole, with tabs between the columns.
    """
    found = session.run(_instances(said))
    if said.json:
        write_json(found)
    else:
        write_table(_HEADINGS, map(_row, found), spare=("ID", "FLAVOR"))


async def _instances(said: Invocation) -> list[InstanceDocument]:
    async with session.logged_in(said) as here:
        login = await here.cloud.login()
        return [
            instance_document(instance, login) async for page in here.cloud.compute.instances() for instance in page
        ]


def _row(instance: InstanceDocument) -> tuple[Cell, ...]:
    return (
        Cell(instance.name),
        Cell(instance.status, _STATUS_STYLES.get(instance.status, "")),
        Cell(instance.task_state or "-"),
        Cell(len(instance.volumes)),
        Cell("locked" if instance.locked else "-"),
        Cell({True: "you", False: "another", None: "-"}[instance.mine]),
        Cell(instance.flavor or "-"),
        Cell(instance.id, whole=True),
    )
