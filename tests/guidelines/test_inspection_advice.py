"""What an inspection left open is advised to be found out in another way than the one that could not tell."""

from __future__ import annotations

import pytest

from imaging.guidelines.wording import how_to_answer
from models.findings import Checklist, InspectionMethod


def advice(method: InspectionMethod, *, as_root: bool = True) -> str:
    return how_to_answer(Checklist(profile="t", findings=(), inspected_by=method, inspected_as_root=as_root))


def test_behind_a_deep_check_no_other_one_is_advised() -> None:
    assert "--probe" in advice(InspectionMethod.DEEP_CHECK)
    assert "sudo" in advice(InspectionMethod.DEEP_CHECK)
    assert "--deep" not in advice(InspectionMethod.DEEP_CHECK)


def test_one_by_ssh_without_root_is_to_be_made_with_it() -> None:
    assert "may use sudo" in advice(InspectionMethod.SSH, as_root=False)
    assert "--deep" in advice(InspectionMethod.SSH, as_root=False)


def test_one_by_ssh_as_root_is_to_be_made_again_only_where_time_was_up() -> None:
    assert "only where time was up" in advice(InspectionMethod.SSH)
    assert "by hand" in advice(InspectionMethod.SSH)
    assert "sudo" not in advice(InspectionMethod.SSH)


@pytest.mark.parametrize("as_root", [True, False])
def test_a_report_is_to_be_made_as_root_unless_it_was(*, as_root: bool) -> None:
    said = advice(InspectionMethod.BROUGHT, as_root=as_root)
    assert ("sudo sh probe.sh" in said) is not as_root
    assert "--probe" in said
