"""The order of the list of instances: what each column is sorted by."""

from __future__ import annotations

from screens.instances.table.entry import InstanceEntry
from screens.instances.table.readiness import readiness_of
from screens.instances.table.rows import (
    ADDRESS,
    CREATED,
    FLAVOR,
    IMAGE,
    NAME,
    OWNER,
    READINESS,
    REMARKS,
    RUN,
    SEAL,
    STATE,
    VOLUMES,
    activity_words,
    address_of,
    remarks,
)
from screens.order import A_TO_Z, NEWEST_FIRST, Order, Orders, filled_first, newest_first, worst_first
from screens.style.glyphs import UNICODE
from screens.style.tones import Tone
from screens.style.wording import short_seal_sign


def _by_name(entry: InstanceEntry) -> tuple[bool, str, str]:
    """Names that begin with a letter or a digit come first; among equals the id decides."""
    name = entry.name.casefold()
    return not name[:1].isalnum(), name, entry.id


def _by_image(entry: InstanceEntry) -> float:
    return newest_first(entry.image.made_at if entry.image else None)


def _by_seal(entry: InstanceEntry) -> int:
    sign = short_seal_sign(entry.image.seal if entry.image else None, UNICODE)
    return worst_first(sign.tone if sign is not None else Tone.QUIET)


ORDERS: Orders[InstanceEntry] = Orders(
    Order(NAME, _by_name, A_TO_Z),
    Order(STATE, lambda one: one.instance.status, A_TO_Z),
    Order(READINESS, lambda one: readiness_of(one, UNICODE).rank, ("worst first", "ready first")),
    Order(RUN, lambda one: filled_first(activity_words(one)), ("running first", "running last")),
    Order(IMAGE, _by_image, NEWEST_FIRST),
    Order(SEAL, _by_seal, ("not sealed first", "without a seal first")),
    Order(FLAVOR, lambda one: (one.instance.flavor.name or "").casefold(), A_TO_Z),
    Order(VOLUMES, lambda one: -len(one.instance.attached_volume_ids), ("most first", "fewest first")),
    Order(OWNER, lambda one: one.is_anothers, ("yours first", "others' first")),
    Order(CREATED, lambda one: newest_first(one.instance.created_at), NEWEST_FIRST),
    Order(ADDRESS, lambda one: address_of(one.instance), A_TO_Z),
    Order(REMARKS, lambda one: filled_first(", ".join(remarks(one.instance))), A_TO_Z),
    first=NAME,
    ties=_by_name,
)
