"""In each state the wizard advises an inspection that is possible in it."""

from __future__ import annotations

import pytest

from models.cloud.instance import Instance
from screens.wizard.pages.inspecting import how_to_inspect


@pytest.mark.parametrize(
    "status, said, not_said",
    [
        ("ACTIVE", "Press p", "(d in the list)"),
        ("SHUTOFF", "a deep check inspect its disk (d in the list)", "Press p"),
        ("ERROR", "no inspection is possible", "(d in the list)"),
        ("SHELVED_OFFLOADED", "no inspection is possible", "Press p"),
    ],
)
def test_only_a_possible_inspection_is_advised(status, said, not_said):
    advice = how_to_inspect(Instance(id="i", name="x", status=status))
    assert said in advice
    assert not_said not in advice
