"""How much of its quotas a project uses."""

from __future__ import annotations

from imaging.democloud.records.server import Server
from imaging.democloud.world import World


def living_servers(world: World, project_id: str) -> list[Server]:
    """The project's servers that are not deleted."""
    return [one for one in world.servers.values() if one.project_id == project_id and one.vm_state != "deleted"]


def compute_use(world: World, project_id: str) -> dict[str, int]:
    """Instances, cores and RAM (MiB) in use."""
    servers = living_servers(world, project_id)
    return {
        "instances": len(servers),
        "cores": sum(one.flavor.vcpus for one in servers),
        "ram": sum(one.flavor.ram for one in servers),
    }


def volume_use(world: World, project_id: str) -> dict[str, int]:
    """Volumes, snapshots and the GiB of both."""
    volumes = [one for one in world.volumes.values() if one.project_id == project_id]
    snapshots = [one for one in world.snapshots.values() if one.project_id == project_id]
    return {
        "volumes": len(volumes),
        "snapshots": len(snapshots),
        # Cinder counts snapshots with the full size of their volumes.
        "gigabytes": sum(one.size for one in volumes) + sum(one.size for one in snapshots),
    }


def too_much(world: World, project_id: str, asked: dict[str, int]) -> str | None:
    """Nova's sentence when a launch asks for more than is left, naming all that is short; None when there is room."""
    quotas, used = world.quotas[project_id], compute_use(world, project_id)
    limits = {"instances": quotas.instances, "cores": quotas.cores, "ram": quotas.ram}
    # -1 means unlimited, hence the 0.
    short = [name for name in sorted(asked) if 0 <= limits[name] < used[name] + asked[name]]
    if not short:
        return None
    asks = ", ".join(str(asked[name]) for name in short)
    uses = ", ".join(str(used[name]) for name in short)
    of = ", ".join(f"{limits[name]} {name}" for name in short)
    return f"Quota exceeded for {', '.join(short)}: Requested {asks}, but already used {uses} of {of}"
