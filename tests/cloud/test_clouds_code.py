"""Nothing in a file of clouds is run."""

from __future__ import annotations

from tests.cloud.clouds_files import resolved, write
from tests.cloud.conftest import password_entry


class TestCode:
    """Nothing in a file of clouds is run."""

    async def test_a_hook_is_not(self, here, user_folder, scripted, clock, monkeypatch):
        from imaging.cloud.connection import connect

        (here / "planted.py").write_text("from pathlib import Path\ndef hook(_):\n    Path('ran').touch()\n")
        monkeypatch.syspath_prepend(here)
        for folder in (here, user_folder):
            write(folder, "clouds.yaml", dev=password_entry(scripted.url, vendor_hook="planted:hook"))
            found = await resolved()
            assert "vendor_hook" not in found.config
            await (await connect(found, clock)).close()
            (here / "clouds.yaml").unlink(missing_ok=True)
        assert not (here / "ran").exists()
