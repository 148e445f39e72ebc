"""By which ids a guest goes: those that a hypervisor and cloud-init give to an instance of Nova."""

from __future__ import annotations

from imaging.democloud.records.server import Server


def machine_ids(server: Server, nonce: str) -> str:
    """What the console's script prints in this guest; everybody here is root, so the firmware is read."""
    sources = ["dmi"]
    if server.disk.cloud_init:
        sources = ["cloud-init", "kept", *sources]
    return "".join(f"@@imaging-machine {nonce} {source} {server.id}\n" for source in sources)
