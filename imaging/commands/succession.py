"""`imaging succession`: images that follow each other: what changed, and what becomes of the older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from imaging.commands.documents.succession import succession_document
from imaging.commands.flow import session
from imaging.commands.flow.inspection import guests
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.things_named import image_named
from imaging.commands.output.prompts import is_interactive, typed
from imaging.commands.output.streams import say, write_json
from imaging.guidelines.lineage.change_lines import change_lines
from imaging.guidelines.lineage.succession import DeletionHindrance, deletion_hindrances, image_side
from models.cloud.image import Image
from models.errors import ImagingError, UsageError
from models.exit_code import ExitCode
from models.run.record import RunRecord
from models.works.lineage import ImageSide, Succession


@dataclass(frozen=True)
class _Found:
    image: Image
    older: Succession | None
    older_gone: str
    """Why nothing is compared although it follows an image; empty otherwise."""
    newer: ImageSide | None
    hindrances: tuple[DeletionHindrance, ...]


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
    found = await _read(invocation, wanted)
    if invocation.json:
        write_json(
            succession_document(
                image_side(found.image),
                hidden=found.image.hidden,
                older=found.older,
                newer=found.newer,
                hindrances=found.hindrances,
            )
        )
    else:
        for line in _lines(found):
            click.echo(line)
    return ExitCode.DONE


async def _read(invocation: Invocation, wanted: str) -> _Found:
    from imaging.runs.lineage.installed import InstalledReader  # noqa: PLC0415  # it brings openstacksdk
    from imaging.runs.lineage.older_image import deletion_facts, newer_of, noted_image  # noqa: PLC0415  # the same

    runs = await _runs()
    async with session.logged_in(invocation) as here:
        image, login = await image_named(here.cloud, wanted), await here.cloud.login()
        older, newer = await noted_image(here.cloud, image.noted_older), await newer_of(here.cloud, image)
        succession = None
        if older is not None:
            reader = InstalledReader(here.cloud, guests(here).inventories, here.clock, say)
            change = await reader.change(older.id, image.id)
            succession = Succession(older=image_side(older), newer=image_side(image), change=change)
        facts = await deletion_facts(here.cloud, image.id, runs)
        gone = "" if image.noted_older is None or older is not None else f"{image.noted_older}, which is gone"
        return _Found(
            image=image,
            older=succession,
            older_gone=gone,
            newer=image_side(newer) if newer is not None else None,
            hindrances=deletion_hindrances(facts, login.identity.project_id),
        )


async def _runs() -> tuple[RunRecord, ...] | None:
    try:
        async with session.own_runs() as runs:
            return tuple(await runs.runs())
    except ImagingError:
        return None


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
    from imaging.runs.lineage.older_image import NOT_SEEN, delete_older, deletion_facts  # noqa: PLC0415  # as above

    runs = await _runs()
    async with session.logged_in(invocation) as here:
        image, login = await image_named(here.cloud, wanted), await here.cloud.login()
        facts = await deletion_facts(here.cloud, image.id, runs)
        _refuse(image, deletion_hindrances(facts, login.identity.project_id))
        say(NOT_SEEN)
        name = image.name if confirmed is None and _types(image) else confirmed
        if name is None or name != image.name:
            raise UsageError(f"The name of the image is {image.name}.", meaning="Nothing was changed.")
        _refuse(image, await delete_older(here.cloud, image.id, name, runs))
    say(f"{image.name} ({image.id}) is deleted.")
    return ExitCode.DONE


def _types(image: Image) -> bool:
    return typed(f"This deletes {image.name} ({image.id}); nothing brings it back.", image.name)


def _refuse(image: Image, hindrances: tuple[DeletionHindrance, ...]) -> None:
    """Say all that forbids it.

    Raises:
        UsageError: there is something.
    """
    if hindrances:
        raise UsageError(
            f"{image.name} is not deleted. {' '.join(each.reason for each in hindrances)}",
            meaning="Nothing was changed.",
        )


def _lines(found: _Found) -> Iterator[str]:
    image = found.image
    yield f"{image.name} ({image.id}){', hidden from lists' if image.hidden else ''}"
    if found.older is not None:
        yield f"It follows {found.older.older.name} ({found.older.older.id})."
        yield from (f"  {line}" for line in change_lines(found.older))
    else:
        yield f"It follows {found.older_gone}." if found.older_gone else "It follows no image."
    if found.newer is not None:
        yield f"It is followed by {found.newer.name} ({found.newer.id})."
    elif image.noted_newer is not None:
        yield f"It is followed by {image.noted_newer}, which is gone."
    else:
        yield "No image follows it."
        return
    if found.hindrances:
        yield "It is not offered to be deleted:"
        yield from (f"  {each.reason}" for each in found.hindrances)
    else:
        yield f"Nothing that this project can see forbids to delete it: imaging succession {image.id} --delete"
