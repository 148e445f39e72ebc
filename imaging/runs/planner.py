"""What a run would do, for each kind of run: planned with the cloud, and shown before anything is done."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from imaging.cloud.interface import Cloud
from imaging.guest.kept_inventories import InventoryStore
from imaging.guidelines.machine import facts_of_machine
from imaging.guidelines.sealing.planning import plan_seal
from imaging.runs.plan.base_listing import with_base
from imaging.runs.plan.deep_check.planning import plan_deep_check
from imaging.runs.plan.export.planning import plan_export
from imaging.runs.plan.export.wanted import WantedExport
from imaging.runs.plan.image_check_plan import plan_image_check
from imaging.runs.plan.image_plan import plan_run, plan_verification
from imaging.runs.plan.import_file.costs import Uploads, measured_rate
from imaging.runs.plan.import_file.planning import FileToImport, plan_import
from imaging.runs.plan.seal.planning import plan_seal_of_image
from imaging.runs.test_instance.works.errand import refuse_large_tests
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.errors import UsageError
from models.fact import Fact
from models.formatting import counted
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.plan import Plan
from models.run.request import RunRequest
from models.works.inventory import Inventory

_NAMED = 8
"""So many key pairs are named to choose from."""


class Planner:
    """Plans runs; changes nothing, in the cloud or on this machine."""

    def __init__(self, clock: Clock, *, uploads: Callable[[], Awaitable[Uploads]], state: Path) -> None:
        """`uploads` tell how quick earlier ones were; in `state` lists of packages are kept, and never conversions."""
        self._clock = clock
        self._uploads = uploads
        self._state = state
        self._inventories = InventoryStore(state)

    async def create(
        self,
        cloud: Cloud,
        instance_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        guest: Fact[GuestFacts] | None = None,
        read: InstanceFacts | None = None,
    ) -> Plan:
        """Say what a run would do to an instance; changes nothing. See `imaging.runs.plan.image_plan.plan_run`."""
        plan = await plan_run(cloud, self._clock, instance_id, request, profile, guest=guest, read=read)
        return await self._whole(cloud, plan, profile)

    async def verification(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what a test launch of an image would do; changes nothing."""
        plan = await plan_verification(cloud, self._clock, image_id, request, profile)
        return await self._whole(cloud, plan, profile)

    async def deep_check(self, cloud: Cloud, instance_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what an inspection through a temporary instance would cost; changes nothing."""
        return await plan_deep_check(cloud, self._clock, instance_id, request, profile)

    async def image_check(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what the inspection of an image would cost; changes nothing."""
        return await plan_image_check(cloud, self._clock, image_id, request, profile)

    async def seal(
        self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile, *, guest: Fact[GuestFacts]
    ) -> Plan:
        """Say what the seal of an image would do, by what an inspection of it found; changes nothing."""
        operations = plan_seal(facts_of_machine(guest, self._clock.now()), profile, request)
        plan = await plan_seal_of_image(cloud, self._clock, image_id, request, profile, seal=operations, guest=guest)
        return await self._whole(cloud, plan, profile)

    async def import_file(self, cloud: Cloud, file: FileToImport, request: RunRequest, profile: Profile) -> Plan:
        """Say what the import of an inspected file would do; changes nothing."""
        login = await cloud.login()
        rate = measured_rate(await self._uploads(), login.identity)
        never = (self._state, Path(tempfile.gettempdir()))
        plan = await plan_import(cloud, self._clock, file, request, profile, rate=rate, never=never)
        return await _checked(cloud, plan, profile)

    async def export(
        self,
        cloud: Cloud,
        image_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        wanted: WantedExport,
        guest: Fact[GuestFacts],
    ) -> Plan:
        """Say what an export of an image would do; changes nothing."""
        return await plan_export(cloud, self._clock, image_id, request, profile, wanted=wanted, guest=guest)

    async def _whole(self, cloud: Cloud, plan: Plan, profile: Profile) -> Plan:
        """The plan with the list of its base, if that was asked for, once it is known that it can be begun."""

        async def known(image_id: str) -> Inventory | None:
            return await in_thread(self._inventories.read, image_id)

        return await _checked(cloud, await with_base(cloud, plan, profile, known), profile)


async def _checked(cloud: Cloud, plan: Plan, profile: Profile) -> Plan:
    """The plan, once it is known that a test instance can be given the tests and the key pair.

    Raises:
        UsageError: the tests are larger than a cloud takes, or there is no such key pair.
    """
    await in_thread(refuse_large_tests, plan, profile)  # packing many takes seconds
    name = plan.request.keep_failed_key
    if name:
        known = sorted(pair.name for pair in await cloud.compute.key_pairs())
        if name not in known:
            raise UsageError(f"There is no key pair {name} of yours in this cloud.", remedy=_key_pairs_in_words(known))
    return plan


def _key_pairs_in_words(names: Sequence[str]) -> str:
    """Which key pair could be named instead."""
    if not names:
        return "You have none: `openstack keypair create --public-key FILE NAME` makes one of your public key."
    more = f", and {counted(len(names) - _NAMED, 'other')}" if len(names) > _NAMED else ""
    return f"Yours are: {', '.join(names[:_NAMED])}{more}."
