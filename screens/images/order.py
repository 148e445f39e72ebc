"""The order of the list of images: what each column is sorted by."""

from __future__ import annotations

from collections.abc import Callable

from models.cloud.image import Image
from models.cloud.login import Login
from screens.images.history import ImageHistory
from screens.images.rows import (
    BOOT_TEST,
    CREATED,
    IMAGE,
    OWNER,
    SEAL,
    SIZE,
    VISIBLE,
    WORKS,
    is_own,
    proof_sign,
    seal_sign,
    works_of,
)
from screens.order import A_TO_Z, NEWEST_FIRST, Order, Orders, newest_first, worst_first
from screens.style.glyphs import UNICODE
from screens.style.tones import Tone


def orders(login: Callable[[], Login | None], history: Callable[[], ImageHistory]) -> Orders[Image]:
    """The orders of the list.

    Args:
        login: who is logged in, as far as that is known yet.
        history: what the journal knows of the images.
    """

    def by_owner(image: Image) -> tuple[bool, float]:
        """The project's own by their age; others come by their names, for a project has few and sees many."""
        own = is_own(image, login())
        return not own, newest_first(image.created_at) if own else 0.0

    def by_proof(image: Image) -> tuple[int, str]:
        sign = proof_sign(image, history(), UNICODE)
        return worst_first(sign.tone), sign.word

    def by_works(image: Image) -> int:
        sign = works_of(image, history(), UNICODE)
        return worst_first(sign.tone if sign is not None else Tone.QUIET)

    def by_seal(image: Image) -> int:
        sign = seal_sign(image, history(), UNICODE)
        return worst_first(sign.tone if sign is not None else Tone.QUIET)

    return Orders(
        Order(OWNER, by_owner, ("this project's first", "others' first")),
        Order(BOOT_TEST, by_proof, ("not booted first", "not tested first")),
        Order(WORKS, by_works, ("not working first", "not asked first")),
        Order(SEAL, by_seal, ("not sealed first", "without a seal first")),
        Order(IMAGE, lambda one: one.name.casefold(), A_TO_Z),
        Order(SIZE, lambda one: -(one.size_bytes or 0), ("largest first", "smallest first")),
        Order(CREATED, lambda one: newest_first(one.created_at), NEWEST_FIRST),
        Order(VISIBLE, lambda one: one.visibility, A_TO_Z),
        first=OWNER,
        ties=lambda one: (one.name.casefold(), one.id),
    )
