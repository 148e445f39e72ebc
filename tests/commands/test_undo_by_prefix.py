"""`imaging undo 0 --yes`: the beginning of a run's id may as well be the name of an instance."""

from __future__ import annotations

import pytest

from imaging.commands.undo import _refuse_beginning
from models.errors import UsageError
from tests.screens.samples import run


def test_a_beginning_is_refused_where_nobody_sees_what_it_stands_for():
    record = run("k3f9a1")
    with pytest.raises(UsageError, match=f"the beginning of the run id {record.id}") as refused:
        _refuse_beginning(record, record.id[:1])
    assert f"imaging undo {record.id} --yes" in refused.value.remedy


def test_a_whole_id_is_taken():
    record = run("k3f9a1")
    _refuse_beginning(record, record.id)
