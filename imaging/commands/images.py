"""`imaging images`: the images that the project can see."""

from __future__ import annotations

import click

from imaging.commands import session
from imaging.commands.converting import image_document
from imaging.commands.documents import ImageDocument
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.output import write_json
from imaging.commands.tables import Cell, write_table
from imaging.commands.teaching import Example, TeachingCommand

_HEADINGS = ("NAME", "STATUS", "VISIBILITY", "OWNER", "VERDICT", "MIB", "MIN DISK", "ID")
_MIB = 1024 * 1024


@click.command(
    name="images",
    cls=TeachingCommand,
    examples=(
        Example("imaging images", "every image that the project can see"),
        Example("imaging images --mine", "only those that belong to the project"),
        Example(
            "imaging images --json | jq -r '.[] | select(.verdict == \"booted\") | .id'", "those that were seen to boot"
        ),
    ),
)
@click.option("--mine", is_flag=True, help="Only images that belong to the project.")
@everywhere
def command(said: Invocation, mine: bool) -> None:
    """List the images that the project can see.

    VERDICT is what a test launch of that very image came to, where one is noted on it.
    """
    found = session.run(_images(said, mine=mine))
    if said.json:
        write_json(found)
    else:
        write_table(_HEADINGS, map(_row, found), spare=("ID", "MIN DISK"))


async def _images(said: Invocation, *, mine: bool) -> list[ImageDocument]:
    async with session.logged_in(said) as here:
        login = await here.cloud.login()
        found = [image_document(image, login) async for page in here.cloud.images.images() for image in page]
    return [image for image in found if image.mine or not mine]


def _row(image: ImageDocument) -> tuple[Cell, ...]:
    return (
        Cell(image.name),
        Cell(image.status, "green" if image.status == "active" else "yellow"),
        Cell(image.visibility),
        Cell({True: "project", False: "another", None: "-"}[image.mine]),
        Cell(image.verdict or "-"),
        Cell("-" if image.size_bytes is None else image.size_bytes // _MIB),
        Cell(image.min_disk_gib),
        Cell(image.id, whole=True),
    )
