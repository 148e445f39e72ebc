"""How an instance looks in the list: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.cloud.instance import Instance
from models.cloud.login import Login
from models.formatting import counted, local_day
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.style.wording import instance_sign
from screens.widgets.columns import Cell, Column

COLUMNS = (
    Column("State", 20),
    Column("Instance", 16, grow=3),
    Column("Owner", 5, drop=1),
    Column("Flavor", 11, drop=4),
    Column("Volumes", 9, drop=2),
    Column("Created", 10, drop=5),
    Column("Remarks", 13, grow=1, drop=3),
)


def cells(instance: Instance, login: Login | None, glyphs: Glyphs) -> Sequence[Cell]:
    """One row of the list."""
    sign = instance_sign(instance, glyphs)
    others = is_anothers(instance, login)
    return (
        Cell(str(sign), sign.tone),
        Cell(instance.name or "(no name)", Tone.QUIET if others else Tone.PLAIN),
        Cell("other" if others else "you", Tone.QUIET),
        Cell(instance.flavor.name or instance.flavor.id or "", Tone.QUIET),
        Cell(_volumes(instance), Tone.QUIET),
        Cell(local_day(instance.created_at), Tone.QUIET),
        Cell(", ".join(remarks(instance)), Tone.WARN),
    )


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


def _volumes(instance: Instance) -> str:
    attached = len(instance.attached_volume_ids)
    return counted(attached, "volume") if attached else ""


def matching(instances: Iterable[Instance], text: str) -> list[Instance]:
    """Those in which every word of the text occurs, in name, state, flavor, id or an address; sorted by name."""
    words = text.casefold().split()
    found = [one for one in instances if all(word in _searched(one) for word in words)] if words else list(instances)
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def _searched(instance: Instance) -> str:
    addresses = " ".join(address.address for address in instance.addresses)
    task = instance.task_state or ""
    return f"{instance.name} {instance.status} {task} {instance.flavor.name} {instance.id} {addresses}".casefold()
