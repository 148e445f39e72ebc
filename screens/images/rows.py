"""How an image and its launch matrix look: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from imaging.guidelines.instance.flavor_fit import FlavorFit, real_minimum_disk_gib
from models.cloud.image import Image
from models.cloud.login import Login
from models.formatting import local_day, size, size_mib
from models.text import one_line
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import image_sign
from screens.widgets.columns import Cell, Column

COLUMNS = (
    Column("State", 10),
    Column("Image", 18, grow=3),
    Column("Visibility", 10, drop=2),
    Column("Owner", 15, drop=3),
    Column("Size", 8, right=True, drop=4),
    Column("Created", 10, drop=1),
    Column("Boot test", 12, drop=5),
)
FLAVOR_COLUMNS = (Column("Launch", 10), Column("Flavor", 11), Column("Why", 20, grow=1))


def fit_cells(fit: FlavorFit, glyphs: Glyphs) -> Sequence[Cell]:
    """One row of the launch matrix."""
    if fit.fits:
        return Cell(f"{glyphs.good} fits", Tone.GOOD), Cell(fit.flavor.name), Cell(fit.why)
    word, tone = (f"{glyphs.none} left out", Tone.QUIET) if fit.special else (f"{glyphs.bad} no fit", Tone.BAD)
    return Cell(word, tone), Cell(fit.flavor.name), Cell(fit.why, Tone.QUIET)


def cells(image: Image, login: Login | None, glyphs: Glyphs) -> Sequence[Cell]:
    """One row of the list."""
    sign = image_sign(image.status, glyphs)
    own = login is not None and image.owner == login.identity.project_id
    owner = "this project" if own else "another project" if login is not None and image.owner else ""
    return (
        Cell(str(sign), sign.tone),
        Cell(image.name or "(no name)", Tone.PLAIN if own else Tone.QUIET),
        Cell(image.visibility, Tone.QUIET),
        Cell(owner, Tone.QUIET),
        Cell("volumes" if image.is_volume_backed else size(image.size_bytes), Tone.QUIET),
        Cell(local_day(image.created_at), Tone.QUIET),
        Cell(image.noted_verdict or "", _verdict_tone(image)),
    )


def matching(images: Iterable[Image], text: str) -> list[Image]:
    """Those in which every word of the text occurs; the project's snapshots first would hide the rest, so by name."""
    words = text.casefold().split()
    found = [
        one
        for one in images
        if all(word in f"{one.name} {one.status} {one.visibility} {one.id}".casefold() for word in words)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def about_image(image: Image, glyphs: Glyphs) -> Content:
    """What is known of an image: description, sizes, id, and what a test launch of this very image came to."""
    needs = [
        f"{real_minimum_disk_gib(image)} GiB disk",
        f"{size_mib(image.min_ram_mib)} RAM" if image.min_ram_mib else "",
    ]
    facts = [image.disk_format or "", size(image.size_bytes), f"needs {', '.join(need for need in needs if need)}"]
    flags = [
        word
        for word, on in (("protected", image.protected), ("hidden", image.hidden), ("snapshot", image.is_snapshot))
        if on
    ]
    description = one_line(image.description, 400) or "no description"
    line = glyphs.plain(" · ").join(part for part in (*facts, *flags) if part)
    verdict = toned(f"   boot test: {one_line(image.noted_verdict or 'none')}", _verdict_tone(image))
    return joined(description, "\n", toned(line, Tone.QUIET), "\n", toned(image.id, Tone.QUIET), verdict)


def _verdict_tone(image: Image) -> Tone:
    return {None: Tone.QUIET, "booted": Tone.GOOD}.get(image.noted_verdict, Tone.WARN)
