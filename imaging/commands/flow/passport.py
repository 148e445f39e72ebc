"""The passport of an image, found among those that the runs of this machine have kept."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.commands.flow import session
from imaging.commands.options.invocation import Invocation
from imaging.commands.options.things_named import image_named
from imaging.commands.output.streams import say
from imaging.guest.kept_inventories import InventoryStore
from imaging.reports.passport.gathering import image_id_of, passport_of
from imaging.reports.passport.json_form import as_json, digest_of
from imaging.runtime.redaction import redactor
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import CloudError, UsageError
from models.run.passport import PASSPORT, PASSPORT_ABOUT
from models.run.record import RunRecord


async def passport_of_image(invocation: Invocation, wanted: str) -> tuple[str, bool | None]:
    """The JSON form of the passport of an image, and whether it is the one that the image names.

    Where the image is gone or the cloud does not answer, it is found by what the runs of this machine know of it.

    Returns:
        The document; and True, False, or None where the image names none or cannot be asked.

    Raises:
        UsageError: there is no such image, or no run of this machine made or verified it.
    """
    async with session.own_runs() as runs:
        known = await runs.runs()
    try:
        async with session.logged_in(invocation) as here:
            image: Image | None = await image_named(here.cloud, wanted)
    except (CloudError, UsageError) as error:
        if isinstance(error, UsageError) and not any(_is_about(run, wanted, None) for run in known):
            raise
        say(f"Warning: the digest on the image was not compared: {error.what}")
        image = None
    about = [run for run in known if _is_about(run, wanted, image)]
    documents = await in_thread(_documents, about, image)
    if not documents:
        raise UsageError(
            f"No run of this machine has made or verified {image.name if image else wanted}.",
            remedy=f"This makes a passport of it: imaging verify {image.id if image else wanted}",
        )
    return _chosen(documents, image)


def _is_about(run: RunRecord, wanted: str, image: Image | None) -> bool:
    image_id = image_id_of(run)
    if image_id is None:
        return False
    return image_id == image.id if image is not None else wanted in {image_id, run.plan.request.name}


def _documents(about: Sequence[RunRecord], image: Image | None) -> list[str]:
    """What the runs have kept, the newest first; of one that has kept none, made from the journal."""
    from imaging.runs.run_files import passport_in_folder  # noqa: PLC0415  # it brings openstacksdk: not for a `--help`

    paths = session.paths()
    found = []
    for run in about:
        kept = passport_in_folder(paths, run.id)
        if kept is None and run.state.is_over:
            installed = InventoryStore(paths.state).read(image_id_of(run) or "")
            made = passport_of(run, image=image, installed=installed)
            kept = redactor.clean_known(as_json(made)) if made is not None else None
        if kept is not None:
            found.append(kept)
    return found


def _chosen(documents: Sequence[str], image: Image | None) -> tuple[str, bool | None]:
    """The passport that the image names, else the newest."""
    noted = image.properties.get(PASSPORT, "") if image is not None else ""
    if image is None or not noted or image.properties.get(PASSPORT_ABOUT) != image.id:
        if image is not None:
            say("The image names no digest of a passport, so this one was not compared.")
        return documents[0], None
    for document in documents:
        if digest_of(document) == noted:
            return document, True
    say(f"Warning: the image names another passport, {noted}: another machine has written a later one.")
    return documents[0], False
