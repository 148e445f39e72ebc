"""`imaging images`: the images that the project can see."""

from __future__ import annotations

import click

from imaging.commands.documents.image import ImageDocument, image_document
from imaging.commands.flow import session
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.output.streams import say, write_json
from imaging.commands.output.tables import Cell, Column, write_table
from imaging.guidelines.lineage.list_notes import ImageNotes
from models.formatting import size

_COLUMNS = (
    Column("NAME"),
    Column("STATUS"),
    Column("VISIBILITY"),
    Column("OWNER"),
    Column("VERDICT"),
    Column("SEALED"),
    Column("SIZE_BYTES", "SIZE", is_number=True),
    Column("MIN_DISK_GIB", "MIN DISK", is_number=True, spared=1),
    Column("ID", spared=2),
    Column("WORKS"),
    Column("NOTES", spared=3),
)


@click.command(
    name="images",
    cls=CommandWithExamples,
    examples=(
        Example("imaging images", "every image that the project can see"),
        Example("imaging images --mine", "only those that belong to the project"),
        Example(
            "imaging images --json | jq -r '.[] | select(.verdict == \"booted\") | .id'",
            "those that have booted",
        ),
        Example(
            "imaging images --json | jq -r '.[] | select(.sealed == \"sealed\") | .id'",
            "those that are proved to be sealed",
        ),
        Example(
            "imaging images --json | jq -r '.[] | select(.works == \"yes\") | .id'",
            "those whose checks and tests passed in two boots",
        ),
    ),
)
@click.option("--mine", is_flag=True, help="Only images that belong to the project.")
@everywhere
def command(invocation: Invocation, mine: bool) -> None:
    """List the images that the project can see.

    VERDICT is the result of a test launch of that image, SEALED the verdict on its seal, and WORKS what its checks and
    tests came to, if they are noted on the image. NOTES says that its base image has a newer release, that another
    image follows it, that it is older than the guidelines want, or that the support of its system has ended.
    """
    found = session.run(_images(invocation, mine=mine))
    if invocation.json:
        write_json(found)
    else:
        write_table(_COLUMNS, map(_row, found))
        for image in found:
            for note in image.notes if image.mine else ():
                say(f"Note on {image.name}: {note.text}")


async def _images(invocation: Invocation, *, mine: bool) -> list[ImageDocument]:
    async with session.logged_in(invocation) as here:
        login = await here.cloud.login()
        found = [image async for page in here.cloud.images.images() for image in page]
        notes = ImageNotes(found, session.profile(invocation), session.now(), login.identity.project_id)
    documents = [image_document(image, login, notes.of(image)) for image in found]
    return [image for image in documents if image.mine or not mine]


def _row(image: ImageDocument) -> tuple[Cell, ...]:
    return (
        Cell(image.name),
        Cell(image.status, "green" if image.status == "active" else "yellow"),
        Cell(image.visibility),
        Cell({True: "project", False: "another", None: "-"}[image.mine]),
        Cell(image.verdict or "-"),
        Cell(image.sealed or "-", {"sealed": "green", "not sealed": "red"}.get(image.sealed or "", "")),
        Cell("-") if image.size_bytes is None else Cell(size(image.size_bytes), whole=True, data=image.size_bytes),
        Cell(f"{image.min_disk_gib} GiB" if image.min_disk_gib else "-", whole=True, data=image.min_disk_gib),
        Cell(image.id, whole=True),
        Cell(image.works or "-", {"yes": "green", "no": "red", "partly": "yellow"}.get(image.works or "", "")),
        Cell(", ".join(note.code.value for note in image.notes) or "-"),
    )
