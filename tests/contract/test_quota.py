"""What is used of what there is: -1 means no limit."""

from __future__ import annotations

from tests.contract.making import Choice
from tests.contract.subject import Subject


def test_nova_tells_instances_cores_and_memory(cloud: Subject, server: str, choice: Choice):
    absolute = cloud.compute.get("/limits").json()["limits"]["absolute"]
    assert absolute["totalInstancesUsed"] >= 1
    assert absolute["totalCoresUsed"] >= choice.flavor["vcpus"]
    assert absolute["totalRAMUsed"] >= choice.flavor["ram"]
    for limit in ("maxTotalInstances", "maxTotalCores", "maxTotalRAMSize", "maxServerMeta"):
        assert isinstance(absolute[limit], int)


def test_a_launch_counts_at_once(cloud: Subject, server: str):
    used = cloud.compute.get("/limits").json()["limits"]["absolute"]["totalInstancesUsed"]
    servers = cloud.compute.get("/servers?limit=1000").json()["servers"]
    assert used == len(servers)


def test_cinder_tells_volumes_gigabytes_and_snapshots(cloud: Subject, volume: str):
    absolute = cloud.volume.get("/limits").json()["limits"]["absolute"]
    assert absolute["totalVolumesUsed"] >= 1
    assert absolute["totalGigabytesUsed"] >= 1
    for limit in ("maxTotalVolumes", "maxTotalVolumeGigabytes", "maxTotalSnapshots"):
        assert isinstance(absolute[limit], int)
    assert isinstance(absolute["totalSnapshotsUsed"], int)
