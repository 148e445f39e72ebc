"""The proof that an image is sealed: what a test instance of it finds on its own disk, over two boots.

`needles` says what to search for, `proof_user_data` is what the test instance is launched with, `second_user_data` a
second one, with which it is compared; `read_proof_report` reads what either then shows on its console. All are pure.
"""

from __future__ import annotations

from imaging.guest.seal_proof.needles import Needle, NeedleKind, Needles, needles
from imaging.guest.seal_proof.proof_report import of_names, proof_listener, proof_word, read_proof_report
from imaging.guest.seal_proof.user_data import WORD as PROOF_WORD
from imaging.guest.seal_proof.user_data import proof_user_data, second_user_data, seconds_for

__all__ = [
    "PROOF_WORD",
    "Needle",
    "NeedleKind",
    "Needles",
    "needles",
    "of_names",
    "proof_listener",
    "proof_user_data",
    "proof_word",
    "read_proof_report",
    "second_user_data",
    "seconds_for",
]
