"""An `ImagingError` can be shown and written down with any text of a stranger in it."""

from __future__ import annotations

import pytest

from models.errors import ImagingError
from tests.fuzz.hostile import TEXTS


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
def test_an_error_that_quotes_a_stranger_is_bounded_and_printable(text):
    shown = str(ImagingError(f"There is no {text}.", meaning=text, remedy=f"Try {text * 3}."))
    assert shown.replace("\n", "").isprintable()
    assert len(shown) < 6_200
    shown.encode("utf-8")
