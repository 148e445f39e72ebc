"""Whether certificates are checked is said correctly for every value of `verify`."""

from __future__ import annotations

import pytest

from imaging.cloud.login.notices import line_notices


def is_said(**config: object) -> bool:
    return any(notice.short == "TLS UNCHECKED" for notice in line_notices(config, ()))


@pytest.mark.parametrize("verify", [False, "", 0, [], {}])
def test_certificates_that_are_not_checked_are_said(verify):
    assert is_said(verify=verify)


@pytest.mark.parametrize("config", [{}, {"verify": True}, {"verify": None}, {"verify": {"id": {}}}, {"verify": [1]}])
def test_nothing_is_said_where_they_are_checked(config):
    assert not is_said(**config)


def test_insecure_is_said_whatever_verify_is():
    assert is_said(insecure=True, verify=True)
