"""What the user is told about the line to a cloud by what its entry says."""

from __future__ import annotations

import pytest

from imaging.cloud.login.resolution import ResolvedCloud
from tests.cloud.clouds_files import OURS, resolved, said
from tests.cloud.conftest import password_entry


class TestLineNotices:
    """What others on the way can read or change is said."""

    @pytest.mark.parametrize("how", [{"verify": False}, {"insecure": True}, {"insecure": "true"}])
    async def test_that_the_certificate_is_not_checked(self, write_clouds, how):
        write_clouds(dev=password_entry(OURS, **how))
        assert "certificate is not checked" in said(await resolved())

    async def test_that_the_login_is_not_encrypted(self, write_clouds):
        write_clouds(dev=password_entry("http://cloud.example:5000"))
        assert "http://cloud.example:5000 by plain HTTP" in said(await resolved())

    @pytest.mark.parametrize("host", ["127.0.0.1:5000", "127.8.9.1", "[::1]:5000"])
    async def test_not_within_the_machine(self, write_clouds, host):
        write_clouds(dev=password_entry(f"http://{host}"))
        assert (await resolved()).notices == ()

    async def test_that_plain_http_is_allowed(self, write_clouds, monkeypatch):
        monkeypatch.setenv("IMAGING_ALLOW_HTTP", "cinder")
        write_clouds(dev=password_entry(OURS, imaging={"allow_http": ["image"]}))
        assert "allowed for block-storage, image" in said(await resolved())

    async def test_a_usual_cloud_needs_no_word(self, write_clouds):
        write_clouds(dev=password_entry(OURS))
        found = await resolved()
        assert found.notices == ()
        assert ResolvedCloud.from_pipe(found.to_pipe()) == found
