"""The passport of an image, written into the folder of its run, and its digest noted on the image."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from imaging.reports.passport.forms import PassportForm, passport_text
from imaging.reports.passport.gathering import base_id_of, image_id_of, passport_of
from imaging.reports.passport.json_form import MOST_BYTES, as_json, digest_of, passport_in
from imaging.runs.core.step_context import StepContext
from imaging.runs.lineage.installed import Installed, InstalledReader, change_between
from imaging.runtime.private_files import read_private, write_private
from imaging.runtime.redaction import redactor
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import ImagingError, NotFoundError
from models.run.passport import PASSPORT, PASSPORT_ABOUT, Passport
from models.run.record import RunRecord
from models.works.inventory import Inventory, InventoryChange

BASE_SECONDS: Final = 60.0
"""How long a run that is else at its end reads what is installed on the base of its image."""
_log = logging.getLogger(__name__)


async def write_passport(ctx: StepContext, run: RunRecord) -> None:
    """Goal: the passport lies in the run's folder in every form, and its digest is on the image.

    Nothing depends on it any more, so what keeps it from being written or noted is told in the log alone.

    Args:
        ctx: the step's.
        run: the record as it will be when the run is over.
    """
    image_id = image_id_of(run)
    if image_id is None:
        return
    try:
        image = await _image(ctx, image_id)
        installed = await in_thread(ctx.guests.inventories.read, image_id)
        change = await _change(ctx, run, image_id, installed)
        passport = passport_of(run, image=image, installed=installed, change=change)
        if passport is not None:
            digest = await in_thread(keep_passport, ctx.folder, passport)
            await ctx.cloud.images.update_image(image_id, properties={PASSPORT: digest, PASSPORT_ABOUT: image_id})
    except NotFoundError:
        _log.info("the image is gone, so it gets no passport")
    except (ImagingError, OSError) as error:  # another's image may not be changed, and the passport lies here
        _log.warning("the passport is not noted on the image: %s", error)
    except Exception as error:  # noqa: BLE001  # libraries write it of strangers' texts: the run has succeeded all the same
        _log.warning("the passport could not be written: %s", type(error).__name__)


def keep_passport(folder: Path, passport: Passport) -> str:
    """Write a passport in every form. Writes files: for a thread.

    Returns:
        The digest of its JSON form.

    Raises:
        OSError: it cannot be written.
    """
    # Texts of clouds and guests are in it; a secret that one of them echoes must not reach a file.
    text = redactor.clean_known(as_json(passport))
    write_private(folder / PassportForm.JSON.file_name, text)
    cleaned = passport_in(text)
    for form in (PassportForm.HTML, PassportForm.MARKDOWN, PassportForm.CYCLONEDX):
        write_private(folder / form.file_name, passport_text(cleaned, form))
    return digest_of(text)


def kept_passport(folder: Path) -> str | None:
    """The JSON form as it lies in a run's folder; None where none can be read. Reads a file: for a thread."""
    try:
        return read_private(folder / PassportForm.JSON.file_name, MOST_BYTES).decode()
    except (OSError, ValueError):
        return None


async def _image(ctx: StepContext, image_id: str) -> Image | None:
    """The image as the cloud describes it; None where the cloud does not answer.

    Raises:
        NotFoundError: it is gone.
    """
    try:
        return await ctx.cloud.images.image(image_id)
    except NotFoundError:
        raise
    except ImagingError as error:
        _log.warning("the image was not asked for its passport: %s", error)
        return None


async def _change(
    ctx: StepContext, run: RunRecord, image_id: str, installed: Inventory | None
) -> InventoryChange | None:
    """What is installed beyond the base; None where it is not known what is installed, or what the base is."""
    base_id = base_id_of(run.plan)
    if installed is None or not base_id or base_id == image_id:
        return None
    return change_between(await _installed_on_base(ctx, run, base_id), Installed(image_id, inventory=installed))


async def _installed_on_base(ctx: StepContext, run: RunRecord, base_id: str) -> Installed:
    base = run.plan.base
    kept = await in_thread(ctx.guests.inventories.read, base_id)
    if kept is None and run.base_unread and base is not None:
        # It was tried a moment ago in every way.
        return Installed(base_id, base.name, because=run.base_unread)
    reader = InstalledReader(ctx.cloud, ctx.guests.inventories, ctx.clock, seconds=BASE_SECONDS)
    return await reader.read(base_id)
