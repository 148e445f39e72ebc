"""What a seal takes from the project, said before anything is stopped."""

from __future__ import annotations

import hashlib

import pytest

from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.seal.costs import user_data_refusal
from models.guidelines.profile import Profile
from models.guidelines.tables import SecretRow
from models.seal.plan import SealPlan

NOTHING = SealPlan(operations=())


def asking(rows: int) -> Profile:
    """A profile with so many searches of its own, of which no packer makes less."""
    noise = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(rows))
    own = tuple(SecretRow(id=f"own-{each}", rule="SEC-TOKEN", kind="a key", paths=(f"/srv/{each}",)) for each in noise)
    return load_profile("openstack").model_copy(update={"secrets": own})


def test_what_the_profiles_ask_fits_into_every_instance():
    assert user_data_refusal(NOTHING, asking(0), test=True) is None


@pytest.mark.slow
def test_a_profile_that_asks_more_than_the_second_test_instance_can_be_told_is_refused():
    refusals = {rows: user_data_refusal(NOTHING, asking(rows), test=True) for rows in range(0, 400, 5)}
    refused = [each for each in refusals.values() if each]
    assert refused
    assert "second test instance" in refused[0] or "The plan of the seal" in refused[0]
    assert "Let the profile search for less" in refused[0] or "let the profile search for less" in refused[0]


def test_where_nothing_is_tested_only_the_clone_is_told():
    rows = next(rows for rows in range(0, 400, 5) if user_data_refusal(NOTHING, asking(rows), test=True))
    with_test = user_data_refusal(NOTHING, asking(rows), test=True)
    assert with_test is not None
    assert "second test instance" not in (user_data_refusal(NOTHING, asking(rows), test=False) or "")
