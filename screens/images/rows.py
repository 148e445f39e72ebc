"""How an image and its launch matrix look: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from imaging.guidelines.instance.flavor_fit import FlavorFit, real_minimum_disk_gib
from models.cloud.image import Image
from models.cloud.login import Login
from models.formatting import local_day, size, size_mib
from models.guidelines.image_note import ImageNote, NoteCode
from models.text import many_lines
from screens.images.history import ImageHistory
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import (
    Sign,
    boot_test_sign,
    image_sign,
    seal_word_sign,
    short_seal_sign,
    works_sign,
)
from screens.widgets.columns import Cell, Column

BOOT_TEST, WORKS, SEAL, IMAGE, SIZE, CREATED, VISIBLE, OWNER = (
    "Boot test", "Works", "Seal", "Image", "Size", "Created", "Visible", "Owner",
)  # fmt: skip
"""The titles of the columns, which also name the orders."""
COLUMNS = (
    Column(BOOT_TEST, 14),
    Column(WORKS, 11),
    Column(SEAL, 9, drop=1),
    Column(IMAGE, 16, grow=3),
    Column(SIZE, 9, right=True),
    Column(CREATED, 10, drop=2),
    Column(VISIBLE, 9, drop=3),
    Column(OWNER, 15, drop=4),
)
_QUIET_NOTES = frozenset({NoteCode.FOLLOWED})
FLAVOR_COLUMNS = (Column("Launch", 10), Column("Flavor", 11), Column("Why", 20, grow=1))


def fit_cells(fit: FlavorFit, glyphs: Glyphs) -> Sequence[Cell]:
    """One row of the launch matrix."""
    if fit.fits:
        return Cell(f"{glyphs.good} fits", Tone.GOOD), Cell(fit.flavor.name), Cell(fit.why)
    word, tone = (f"{glyphs.none} left out", Tone.QUIET) if fit.special else (f"{glyphs.bad} no fit", Tone.BAD)
    return Cell(word, tone), Cell(fit.flavor.name), Cell(fit.why, Tone.QUIET)


def proof_sign(image: Image, history: ImageHistory, glyphs: Glyphs) -> Sign:
    """Whether an image is known to boot; while it is not active, its state in Glance's own word instead."""
    if image.status != "active":
        return image_sign(image.status, glyphs)
    return boot_test_sign(history.word(image), glyphs)


def seal_sign(image: Image, history: ImageHistory, glyphs: Glyphs) -> Sign | None:
    """The verdict on its seal; None of an image that nobody has sealed."""
    word = history.seal(image)
    return seal_word_sign(word, glyphs) if word is not None else None


def works_of(image: Image, history: ImageHistory, glyphs: Glyphs) -> Sign | None:
    """Whether it works beyond its boot; None where nobody knows."""
    word = history.works_word(image)
    return works_sign(word, glyphs) if word is not None else None


def cells(image: Image, login: Login | None, history: ImageHistory, glyphs: Glyphs) -> Sequence[Cell]:
    """One row of the list."""
    sign = proof_sign(image, history, glyphs)
    own = is_own(image, login)
    works = works_of(image, history, glyphs)
    seal = short_seal_sign(history.seal(image), glyphs)
    owner = "this project" if own else "another project" if login is not None and image.owner else ""
    return (
        Cell(str(sign), sign.tone),
        Cell(str(works), works.tone) if works is not None else Cell(""),
        Cell(str(seal), seal.tone) if seal is not None else Cell(""),
        Cell(_shown_name(image), Tone.PLAIN if own and not image.hidden else Tone.QUIET),
        Cell(image_size(image), Tone.QUIET),
        Cell(local_day(image.created_at), Tone.QUIET),
        Cell(image.visibility, Tone.QUIET),
        Cell(owner, Tone.QUIET),
    )


def _shown_name(image: Image) -> str:
    """Its name; a hidden one says so first, where no narrow column cuts it."""
    name = image.name or "(no name)"
    return f"(hidden) {name}" if image.hidden else name


def image_size(image: Image) -> str:
    """What it takes; of a volume-backed one the data is in volume snapshots."""
    return "volumes" if image.is_volume_backed else size(image.size_bytes)


def is_own(image: Image, login: Login | None) -> bool:
    """Whether it belongs to the project."""
    return login is not None and image.owner == login.identity.project_id


def matching(images: Iterable[Image], text: str) -> list[Image]:
    """Those in which every word of the text occurs, in the order in which they are given."""
    words = text.casefold().split()
    return [one for one in images if all(word in _searched(one) for word in words)]


def _searched(image: Image) -> str:
    hidden = " hidden" if image.hidden else ""
    return f"{image.name} {image.status} {image.visibility} {image.id}{hidden}".casefold()


def facts_of(image: Image, history: ImageHistory, glyphs: Glyphs, notes: Iterable[ImageNote] = ()) -> Content:
    """What must not be pushed away by anything: the verdict, the size and the id, why it did not boot, and notes."""
    sign = proof_sign(image, history, glyphs)
    memory = f", {size_mib(image.min_ram_mib)} RAM" if image.min_ram_mib else ""
    facts = [image_size(image), f"needs {real_minimum_disk_gib(image)} GiB disk{memory}", image.visibility]
    flags = (
        (image.disk_format or "", bool(image.disk_format)),
        ("protected", image.protected),
        ("hidden", image.hidden),
        ("snapshot", image.is_snapshot),
    )
    facts += [word for word, on in flags if on]
    first = joined(
        toned(str(sign), sign.tone), toned(glyphs.plain(" · ") + glyphs.plain(" · ").join(facts), Tone.QUIET)
    )
    lines = [first, Content(image.id)]
    if (works := works_of(image, history, glyphs)) is not None:
        verdict = history.works(image)
        why = f"  {verdict.reason}" if verdict is not None and verdict.reason else ""
        words = toned(f"{works.glyph} works: {works.word}", works.tone)
        lines.append(joined(words, toned(glyphs.plain(why), Tone.QUIET)))
    if (seal := seal_sign(image, history, glyphs)) is not None:
        kept = f" Kept on purpose: {image.noted_as_kept}" if image.noted_as_kept else ""
        lines.append(joined(toned(str(seal), seal.tone), toned(kept, Tone.QUIET)))
    if cause := history.cause(image):
        lines.append(toned(glyphs.plain(cause), Tone.BAD if sign.tone is Tone.BAD else Tone.WARN))
    lines += [toned(glyphs.plain(note.text), Tone.QUIET if note.code in _QUIET_NOTES else Tone.WARN) for note in notes]
    return Content("\n").join(lines)


def description_of(image: Image) -> Content:
    """The description, whole."""
    return Content(many_lines(image.description).strip() or "No description")
