"""Passports: one of a run with everything in it, one that knows next to nothing, and one of hostile texts."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from imaging.reports.passport.gathering import passport_of
from models.cloud.image import Image
from models.run.claim import Claim
from models.run.passport import Passport
from models.run.record import StepRecord
from models.steps import StepName, StepState
from models.works.inventory import (
    InstalledPackage,
    Inventory,
    InventoryChange,
    PackageManager,
    PlacedDirectory,
    VersionChange,
)
from tests.reports import samples
from tests.support.known import present

BEGAN = samples.BEGAN


def step(name: StepName, begun: float, ended: float, note: str = "") -> StepRecord:
    return StepRecord(
        step=name,
        state=StepState.DONE,
        started_at=BEGAN + timedelta(seconds=begun),
        ended_at=BEGAN + timedelta(seconds=ended),
        note=note,
    )


def package(manager: PackageManager, name: str, version: str = "1.0", **fields: str) -> InstalledPackage:
    return InstalledPackage(manager=manager, name=name, version=version, **fields)


PACKAGES = (
    package(PackageManager.DPKG, "postgresql-16", "16.4-1+b1", architecture="amd64"),
    package(PackageManager.RPM, "kernel-core", "5.14.0-1.el9", architecture="x86_64"),
    package(PackageManager.RPM, "kernel-core", "5.14.0-2.el9", architecture="x86_64"),
    package(PackageManager.CONDA, "numpy", "2.1", build="py312_0", place="/opt/conda"),
    package(PackageManager.CONDA, "numpy", "2.1", build="py312_0", place="/opt/conda/envs/lab"),
    package(PackageManager.PYTHON, "Flask_Login", "0.6", place="/srv/venv"),
)
INSTALLED = Inventory(
    packages=PACKAGES,
    directories=(PlacedDirectory(path="/opt/conda", size_bytes=5 * 2**30, files=120_000),),
    read_from="a test instance of it",
)
CHANGE = InventoryChange(
    base_id="base-1",
    base_name="Debian 12",
    added=PACKAGES[:1],
    changed=(VersionChange(name="openssl", manager=PackageManager.DPKG, before="3.0.1", after="3.0.2"),),
)
IMAGE = Image(
    id="image-1",
    name="db-07-v1",
    status="active",
    size_bytes=3 * 2**30,
    virtual_size_bytes=20 * 2**30,
    min_disk_gib=20,
    disk_format="raw",
    hash_algorithm="sha512",
    content_hash="ab" * 64,
    created_at=BEGAN,
    properties={"description": "PostgreSQL 16\nwith PostGIS"},
)


def whole() -> Passport:
    """Everything is known."""
    steps = (
        step(StepName.CHECK, 0, 2),
        step(StepName.STOP, 3, 40),
        step(StepName.DETACH, 40, 52, "2 volumes detached"),
        step(StepName.WAIT_FOR_IMAGE, 55, 300),
        step(StepName.RESTORE, 300, 340),
        step(StepName.VERIFY, 380, 460),
        StepRecord(step=StepName.PUBLISH, state=StepState.SKIPPED),
    )
    claim = Claim(run_id="r1", instance_id="i1", host="login1", claimed_at=BEGAN, was_running=True, was_locked=False)
    run = samples.troubled().model_copy(
        update={"steps": steps, "claim": claim, "ended_at": BEGAN + timedelta(seconds=500)}
    )
    return present(passport_of(run, image=IMAGE, installed=INSTALLED, change=CHANGE))


def bare() -> Passport:
    """Nothing but the run is known."""
    return present(passport_of(samples.run(works=None, verdict=None, steps=())))


@cache
def hostile() -> Passport:
    """Every text of a stranger is hostile."""
    texts = samples.HOSTILE
    packages = tuple(
        package(manager, text, text, architecture=text, build=text, place=text)
        for text in texts
        for manager in PackageManager
    )
    inventory = Inventory(
        packages=packages,
        unread=texts,
        directories=tuple(PlacedDirectory(path=text, size_bytes=2**20) for text in texts),
        read_from=texts[0],
    )
    change = InventoryChange(
        base_id=texts[0],
        base_name=texts[1],
        unknown_because=texts[4],
        added=packages,
        removed=packages,
        changed=tuple(
            VersionChange(name=text, manager=PackageManager.DPKG, place=text, before=text, after=text) for text in texts
        ),
    )
    image = IMAGE.model_copy(
        update={
            "id": texts[3],
            "name": texts[0],
            "visibility": texts[4],
            "properties": {"description": "\n".join(texts)},
        }
    )
    return present(passport_of(samples.hostile(), image=image, installed=inventory, change=change))
