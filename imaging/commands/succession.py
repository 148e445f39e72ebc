"""`imaging succession`: images that follow each other: what changed, and what becomes of the older one."""

from __future__ import annotations

import click

from imaging.commands.documents.succession import succession_document
from imaging.commands.flow import session
from imaging.commands.flow.inspection import guests
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.things_named import image_named
from imaging.commands.output.prompts import is_interactive, typed
from imaging.commands.output.streams import say, write, write_json
from imaging.guidelines.lineage.succession import deletion_hindrances, image_side
from imaging.guidelines.lineage.succession_place import SuccessionPlace, place_lines
from models.cloud.image import Image
from models.errors import UsageError
from models.exit_code import ExitCode
from models.run.record import RunRecord


@click.command(
    name="succession",
    cls=CommandWithExamples,
    examples=(
        Example(
            "imaging create db-07 --succeeds db-07-v1 --name db-07-v2 --plan", "an image that follows an older one"
        ),
        Example("imaging succession db-07-v2", "what changed since the image that it follows"),
        Example("imaging succession db-07-v1 --hide", "leave the older one out of lists; --unhide shows it again"),
        Example("imaging succession db-07-v1 --delete", "delete the older one, after its name is typed"),
    ),
)
@click.argument("image")
@click.option("--hide", is_flag=True, help="Hide IMAGE from lists, once the one that follows it is proved to work.")
@click.option("--unhide", is_flag=True, help="Show IMAGE in lists again.")
@click.option(
    "--delete", "deletes", is_flag=True, help="Delete IMAGE, if nothing forbids it; its name has to be typed."
)
@click.option("--confirm", metavar="NAME", help="With --delete, for scripts: the name of IMAGE, typed beforehand.")
@everywhere
def command(
    invocation: Invocation, image: str, *, hide: bool, unhide: bool, deletes: bool, confirm: str | None
) -> ExitCode:
    """Say which image IMAGE follows, which one follows it, and what changed; hide or delete it.

    IMAGE is a name or an id. Packages are compared by the lists that are kept on this machine; where none is kept, the
    parts of the image that are needed are fetched. What cannot be read is unknown, never the same.

    An older image is hidden or deleted only by these options, and only while the image that follows it is noted to
    work. It is deleted only if it is unprotected, private, was never visible to other projects as far as that can be
    seen, and no instance of this project uses it. Instances of other projects cannot be seen.
    """
    if sum((hide, unhide, deletes)) > 1:
        raise UsageError("Only one of --hide, --unhide and --delete can be used.")
    if confirm is not None and not deletes:
        raise UsageError("--confirm needs --delete.")
    if hide or unhide or deletes:
        session.refuse_read_only()
    if deletes and confirm is None and not is_interactive():
        raise UsageError(
            "The name has to be typed, but standard input is not a terminal.",
            meaning="Nothing was changed.",
            remedy="Add --confirm NAME.",
        )
    if deletes:
        return session.run(_delete(invocation, image, confirm))
    if hide or unhide:
        return session.run(_hide(invocation, image, hidden=hide))
    return session.run(_show(invocation, image))


async def _show(invocation: Invocation, wanted: str) -> ExitCode:
    place = await _read(invocation, wanted)
    if invocation.json:
        write_json(
            succession_document(
                image_side(place.image),
                hidden=place.image.hidden,
                older=place.succession,
                newer=place.newer,
                hindrances=place.hindrances,
            )
        )
    else:
        for line in place_lines(place, deleted_by=f"imaging succession {place.image.id} --delete"):
            write(line)
    return ExitCode.DONE


async def _read(invocation: Invocation, wanted: str) -> SuccessionPlace:
    from imaging.runs.lineage.installed import InstalledReader  # noqa: PLC0415  # it brings openstacksdk
    from imaging.runs.lineage.place_reading import links_of, with_change  # noqa: PLC0415  # the same

    runs = await _runs()
    async with session.logged_in(invocation) as here:
        image = await image_named(here.cloud, wanted)
        reader = InstalledReader(here.cloud, guests(here).inventories, here.clock, say)
        return await with_change(await links_of(here.cloud, image.id, runs), reader)


async def _runs() -> tuple[RunRecord, ...] | None:
    from imaging.runs.lineage.older_image import whole_journal  # noqa: PLC0415  # the same

    async with session.own_runs() as runs:
        return await whole_journal(runs)


async def _hide(invocation: Invocation, wanted: str, *, hidden: bool) -> ExitCode:
    from imaging.runs.lineage import older_image  # noqa: PLC0415  # it brings openstacksdk

    async with session.logged_in(invocation) as here:
        image = await image_named(here.cloud, wanted)
        await (older_image.hide if hidden else older_image.unhide)(here.cloud, image)
    undo = "unhide" if hidden else "hide"
    state = "hidden from lists" if hidden else "shown in lists"
    say(f"{image.name} is {state}. This undoes it: imaging succession {image.id} --{undo}")
    return ExitCode.DONE


async def _delete(invocation: Invocation, wanted: str, confirmed: str | None) -> ExitCode:
    from imaging.runs.lineage.older_image import (  # noqa: PLC0415  # as above
        NOT_SEEN,
        delete_older,
        deletion_facts,
        refuse_to_delete,
    )

    runs = await _runs()
    async with session.logged_in(invocation) as here:
        image, login = await image_named(here.cloud, wanted), await here.cloud.login()
        facts = await deletion_facts(here.cloud, image.id, runs)
        refuse_to_delete(image, deletion_hindrances(facts, login.identity.project_id))
        say(NOT_SEEN)
        name = image.name if confirmed is None and _types(image) else confirmed
        if name is None or name != image.name:
            raise UsageError(f"The name of the image is {image.name}.", meaning="Nothing was changed.")
        refuse_to_delete(image, await delete_older(here.cloud, image.id, name, runs))
    say(f"{image.name} ({image.id}) is deleted.")
    return ExitCode.DONE


def _types(image: Image) -> bool:
    return typed(f"This deletes {image.name} ({image.id}); nothing brings it back.", image.name)
