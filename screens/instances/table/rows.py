"""How an instance looks in the list: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from models.cloud.instance import Instance
from models.cloud.login import Login
from models.formatting import local_day
from models.run.claim import run_on
from models.works.verdict import WorksWord
from screens.instances.table.entry import InstanceEntry, LastImage
from screens.instances.table.readiness import readiness_of
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.style.wording import Sign, instance_sign, short_seal_sign, works_sign
from screens.widgets.columns import Cell, Column

NAME, STATE, READINESS, IMAGE, SEAL, FLAVOR, VOLUMES, OWNER, RUN, CREATED, ADDRESS, REMARKS = (
    "Name", "State", "Readiness", "Last image", "Seal", "Flavor", "Vol", "Owner", "Runs now", "Created", "Address",
    "Remarks",
)  # fmt: skip
"""The titles of the columns, which also name the orders."""

_READINESS_CELLS = 18
COLUMNS = (
    Column(NAME, 13, grow=3),
    Column(STATE, 11, grow=1),
    Column(READINESS, _READINESS_CELLS, grow=3),
    Column(IMAGE, 14, grow=1, drop=1),
    Column(SEAL, 9, drop=5),
    Column(FLAVOR, 9, drop=3),
    Column(VOLUMES, 4, drop=2, right=True),
    Column(OWNER, 5, drop=4),
    Column(CREATED, 10, drop=6),
    Column(RUN, 16, drop=7, grow=1),
    Column(ADDRESS, 15, drop=8),
    Column(REMARKS, 13, grow=1, drop=9),
)
"""Where it is wide columns come, and none goes: each width has those of all smaller ones."""

_SHORT = {"SHELVED_OFFLOADED": "SHELVED", "VERIFY_RESIZE": "RESIZED", "HARD_REBOOT": "REBOOT"}
_VERDICTS = {"booted": "boots", "failed": "fails", "inconclusive": "maybe"}

_WORKS = {WorksWord.YES.value: "works", WorksWord.NO.value: "fails"}
"""What is known of an image that boots; where it is not known whether it works, it is said to boot."""


def cells(entry: InstanceEntry, glyphs: Glyphs) -> Sequence[Cell]:
    """One row of the list."""
    instance, state = entry.instance, state_sign(entry.instance, glyphs)
    return (
        Cell(instance.name or "(no name)", Tone.QUIET if entry.is_anothers else Tone.PLAIN),
        Cell(str(state), state.tone),
        *_readiness_and_image(entry, glyphs),
        Cell(instance.flavor.name or instance.flavor.id or "", Tone.QUIET),
        Cell(str(len(instance.attached_volume_ids) or glyphs.none), Tone.QUIET),
        Cell("other" if entry.is_anothers else "you", Tone.QUIET),
        Cell(local_day(instance.created_at), Tone.QUIET),
        Cell(activity_words(entry), Tone.ACCENT),
        Cell(address_of(instance), Tone.QUIET),
        Cell(", ".join(remarks(instance)), Tone.WARN),
    )


def _readiness_and_image(entry: InstanceEntry, glyphs: Glyphs) -> Sequence[Cell]:
    """How ready it is, its last image and the seal of that; a long text takes the place of an image that is missing."""
    ready = readiness_of(entry, glyphs).sign
    if entry.image is None and cell_len(str(ready)) > _READINESS_CELLS:
        return (Cell(str(ready), ready.tone, span=3),)
    seal = short_seal_sign(entry.image.seal if entry.image is not None else None, glyphs)
    sealed = Cell(str(seal), seal.tone) if seal is not None else Cell("")
    return (Cell(str(ready), ready.tone), image_cell(entry.image, glyphs), sealed)


def state_sign(instance: Instance, glyphs: Glyphs) -> Sign:
    """The state in one word that fits its column; the details have Nova's own."""
    if run_on(instance) is not None:
        return Sign(glyphs.changing, "imaging", Tone.WARN)
    sign = instance_sign(instance, glyphs)
    return Sign(sign.glyph, _SHORT.get(sign.word, sign.word), sign.tone)


def image_cell(image: LastImage | None, glyphs: Glyphs) -> Cell:
    """When the last image was made, and whether it boots, or even works."""
    if image is None:
        return Cell(glyphs.none, Tone.QUIET)
    day = f"{image.made_at.astimezone():%d %b}" if image.made_at else "?"
    if image.boots and image.works in _WORKS:
        sign = works_sign(WorksWord(image.works), glyphs)
        return Cell(f"{day} {sign.glyph} {_WORKS[image.works]}", sign.tone)
    word = _VERDICTS.get(image.verdict or "", "")
    if not word:
        return Cell(f"{day} no test", Tone.QUIET)
    glyph, tone = {
        True: (glyphs.good, Tone.GOOD),
        False: (glyphs.bad, Tone.BAD),
        None: (glyphs.unknown, Tone.WARN),
    }[image.boots]
    return Cell(f"{day} {glyph} {word}", tone)


def activity_words(entry: InstanceEntry) -> str:
    """What runs on the instance now, empty for nothing."""
    if entry.activity is not None:
        return entry.activity.step or "about to begin"
    if run_on(entry.instance) is not None:
        return "a run"
    return (entry.instance.task_state or "").replace("_", " ")


def address_of(instance: Instance) -> str:
    """The address that is reached from outside if there is one, else the first."""
    floating = [each.address for each in instance.addresses if each.kind == "floating"]
    return next(iter(floating or [each.address for each in instance.addresses]), "")


def is_anothers(instance: Instance, login: Login | None) -> bool:
    """Whether another member of the project made it, as far as that is known."""
    return login is not None and instance.user_id is not None and instance.user_id != login.identity.user_id


def remarks(instance: Instance) -> Sequence[str]:
    """What is out of the ordinary."""
    found = []
    if instance.locked:
        found.append("locked")
    if instance.volume_backed:
        found.append("volume-backed")
    return found


def matching(entries: Iterable[InstanceEntry], text: str, glyphs: Glyphs) -> list[InstanceEntry]:
    """Those in which every word of the text occurs: in name, state, readiness, flavor, id or an address."""
    words = text.casefold().split()
    if not words:
        return list(entries)
    return [one for one in entries if all(word in _searched(one, glyphs) for word in words)]


def _searched(entry: InstanceEntry, glyphs: Glyphs) -> str:
    one = entry.instance
    addresses = " ".join(address.address for address in one.addresses)
    said = f"{readiness_of(entry, glyphs).sign.word} {activity_words(entry)}"
    return f"{one.name} {one.status} {one.task_state or ''} {one.flavor.name} {one.id} {addresses} {said}".casefold()
