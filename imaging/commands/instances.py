"""`imaging instances`: the instances of the project."""

from __future__ import annotations

import click

from imaging.commands.documents.instance import InstanceDocument, instance_document
from imaging.commands.flow import session
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.output.streams import write_json
from imaging.commands.output.tables import Cell, Column, write_table

_COLUMNS = (
    Column("NAME"),
    Column("STATUS"),
    Column("TASK"),
    Column("VOLUMES", is_number=True),
    Column("LOCKED"),
    Column("MADE_BY"),
    Column("FLAVOR", spared=1),
    Column("ID", spared=2),
)
_STATUS_STYLES = {"ACTIVE": "green", "SHUTOFF": "yellow", "ERROR": "red"}


@click.command(
    name="instances",
    cls=CommandWithExamples,
    examples=(
        Example("imaging instances", "all instances of the project"),
        Example("imaging --demo instances", "those of the demonstration cloud"),
        Example("imaging instances --json | jq -r '.[] | select(.mine) | .name'", "the names of your own instances"),
    ),
)
@everywhere
def command(invocation: Invocation) -> None:
    """List the instances of the project.

    MADE BY says who created each. On a terminal the table is aligned, and columns are left out if it is narrow;
    in a pipe it is complete, with tabs between the columns, of which the first line gives the names.
    """
    found = session.run(_instances(invocation))
    if invocation.json:
        write_json(found)
    else:
        write_table(_COLUMNS, map(_row, found))


async def _instances(invocation: Invocation) -> list[InstanceDocument]:
    async with session.logged_in(invocation) as here:
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
