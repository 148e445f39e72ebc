"""Each door reads what strangers write, or refuses it with an `ImagingError`."""

from __future__ import annotations

import pytest

from tests.fuzz.door import shown
from tests.fuzz.doors import DOORS
from tests.support.examples import examples

COUNT = examples(100)
"""Bad inputs per door; `python -m tests.fuzz` tries as many as there is time for."""


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.kind}: {door.name}")
def test_no_input_is_too_bad_to_be_answered(door):
    for bad in door.inputs(COUNT):
        escaped = door.attack(bad)
        assert escaped is None, f"{type(escaped).__name__}: {str(escaped)[:300]} from {shown(bad)}"
