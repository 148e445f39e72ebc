"""Files of clouds for the tests of whom they may be trusted from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from imaging.cloud.login.resolution import Ask, ResolvedCloud, resolve_cloud
from tests.cloud.conftest import password_entry

OURS, EVIL = "https://cloud.example:5000", "https://evil.example:5000"
OWN = {"ssh_config": "ssh_config", "console_silence_seconds": 7, "allow_http": ["image"]}
SECRET = "from-the-users-own-file"


def without_password(url: str, **more: Any) -> dict[str, Any]:
    entry = password_entry(url, **more)
    del entry["auth"]["password"]
    return entry


def write(folder: Path, name: str, mode: int = 0o600, **entries: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(yaml.safe_dump({"clouds": entries}))
    path.chmod(mode)
    return path


async def resolved(name: str | None = "dev", ask: Ask | None = None) -> ResolvedCloud:
    return await resolve_cloud(name, ask=ask)


def said(found: ResolvedCloud) -> str:
    return " ".join(notice.text for notice in found.notices)


def without_url(entry: dict[str, Any]) -> dict[str, Any]:
    entry["auth"].pop("auth_url")
    return entry
