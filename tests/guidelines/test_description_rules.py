"""Chapter *Description*, and the draft of one."""

from __future__ import annotations

from imaging.guidelines.description_draft import draft_description
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.findings import Outcome, Severity
from models.guest.directories import Directories, Entry
from models.guest.packages import Package, Packages
from models.steps import StepName
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from tests.guidelines.building import BASE, PGDATA, attached, facts, finding, profile, request, unread
from tests.guidelines.guest_building import guest_fact


def described(rule: str, text: str, **other):
    return finding(rule, request=request(description=text), **other)


def test_no_description_blocks():
    for text in ("", "  \n "):
        assert described("DESC-PRESENT", text).blocks


def test_the_base_images_own_description_counts_as_none():
    found = described("DESC-PRESENT", "  ubuntu 24.04,  updated weekly ")
    assert found.blocks
    assert "base image's own" in found.evidence


def test_a_short_one_or_the_mere_name_is_warned_of():
    for text in ("PostGIS.", "sky-survey-20261101"):
        found = described("DESC-PRESENT", text)
        assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


def test_an_informative_one_passes():
    assert finding("DESC-PRESENT").outcome is Outcome.PASS


def test_a_base_image_without_description_makes_nothing_equal():
    silent = BASE.model_copy(update={"properties": {}})
    assert finding("DESC-PRESENT", base_image=silent).outcome is Outcome.PASS


def test_a_cloud_without_policy_only_warns_of_a_missing_one():
    found = described("DESC-PRESENT", "", of=profile("openstack"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


def test_the_difference_from_the_base_image_is_asked_for():
    found = described("DESC-DELTA", "An image for the whole sky survey group, based on nothing but hope.")
    assert found.outcome is Outcome.FAIL
    assert "Featured-Ubuntu24" in found.evidence


def test_naming_the_base_by_id_will_do():
    text = f"From {BASE.id}: PostgreSQL 16, PostGIS and the group's loaders installed."
    assert described("DESC-DELTA", text).outcome is Outcome.PASS


def test_the_draft_alone_names_no_difference():
    draft = draft_description(facts())
    found = described("DESC-DELTA", draft)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert described("DESC-DELTA", f"{draft} Added: PostgreSQL with PostGIS.").outcome is Outcome.PASS


def test_without_a_base_image_there_is_nothing_to_differ_from():
    assert finding("DESC-DELTA", base_image=None).outcome is Outcome.NOT_APPLICABLE
    assert finding("DESC-DELTA", base_image=unread(Image)).outcome is Outcome.UNKNOWN


def test_a_long_one_is_written_by_the_run_afterwards():
    found = described("DESC-LENGTH", "x" * 256)
    assert (found.outcome, found.fixed_by, found.blocks) == (Outcome.FAIL, StepName.DESCRIBE, False)
    assert described("DESC-LENGTH", "x" * 255).outcome is Outcome.PASS


def test_a_long_one_that_the_finished_image_has_is_fixed():
    text = "PostgreSQL 16, PostGIS and the loaders of the group. " * 6
    with_it = BASE.model_copy(update={"properties": {"description": text.strip()}})
    assert described("DESC-LENGTH", text, image=with_it).outcome is Outcome.PASS
    with_the_old_one = BASE
    assert described("DESC-LENGTH", text, image=with_the_old_one).outcome is Outcome.FAIL


def test_nobody_is_blamed_before_anything_was_said():
    for rule in ("DESC-PRESENT", "DESC-DELTA", "DESC-LENGTH"):
        assert finding(rule, request=None).outcome is Outcome.NOT_APPLICABLE


def test_the_draft_says_what_the_cloud_knows():
    draft = draft_description(facts(attachments=(attached(PGDATA, "/dev/vdb"),), volumes=(PGDATA,)))
    for part in ("db-07", "2026-11-01", BASE.name, BASE.id, "ubuntu 24.04", "m3.quad", "20 GiB disk", "pgdata"):
        assert part in draft


def test_the_draft_leaves_out_what_nobody_knows():
    draft = draft_description(facts(base_image=unread(Image), request=None))
    assert "Base image" not in draft
    assert "db-07" in draft
    assert draft_description(facts(instance=unread(Instance))) == ""


# ---- With an inspection

ADDED = (
    Package(name="libpq5", version="16.4-0ubuntu0.24.04.1"),
    Package(name="postgresql-16", version="16.4-0ubuntu0.24.04.1"),
    Package(name="vim", version="2:9.1.0016-1ubuntu7"),
)
INSTALLED = (Entry(name="/opt/survey", size_kib=4000), Entry(name="/usr/local/bin/loader", size_kib=4))


def inspected(**changed):
    parts = {
        "packages": Packages(manager="dpkg", added=ADDED),
        "directories": Directories(installed=INSTALLED),
        **changed,
    }
    return guest_fact(**parts)


def test_the_draft_names_what_the_guest_shows():
    draft = draft_description(facts(guest=inspected()))
    assert "System: Ubuntu 24.04.3 LTS, kernel 6.8.0-60-generic." in draft
    assert "Added packages: postgresql-16 16.4, vim 9.1.0016, libpq5 16.4." in draft
    assert "Installed: /opt/survey, /usr/local/bin/loader." in draft


def test_many_packages_are_summed_up():
    many = tuple(Package(name=f"tool-{at}") for at in range(40))
    draft = draft_description(facts(guest=inspected(packages=Packages(added=many))))
    assert "tool-7 and 32 more." in draft
    assert "tool-8," not in draft


def test_the_guests_words_are_cleaned():
    hostile = (Package(name="x\x1b[2Jy\nz" + "w" * 500),)
    draft = draft_description(facts(guest=inspected(packages=Packages(added=hostile))))
    assert "\x1b" not in draft
    assert "\n" not in draft
    assert len(draft) < 500


def test_a_draft_that_names_what_was_added_names_a_difference():
    guest = inspected()
    assert described("DESC-DELTA", draft_description(facts(guest=guest)), guest=guest).outcome is Outcome.PASS


def test_without_a_difference_the_guests_own_is_proposed():
    found = described("DESC-DELTA", "An image.", guest=inspected())
    assert found.outcome is Outcome.FAIL
    assert "postgresql-16 16.4" in found.remedy.text
    nothing = inspected(packages=Packages(), directories=Directories())
    assert described("DESC-DELTA", "An image.", guest=nothing).remedy.text == (
        "Add what you installed, changed or removed."
    )


class TestDraftBesideTheListOfTheBase:
    PACKAGES = Packages(
        manager="dpkg",
        count=4,
        names=("bash", "libpq5", "postgresql-16", "nginx"),
        added=(Package(name="postgresql-16", version="16.10-0ubuntu0.24.04.1"),),
    )

    def draft(self, *names: str, incomplete: tuple[PackageManager, ...] = (), packages: Packages = PACKAGES) -> str:
        of_base = Inventory(
            packages=tuple(InstalledPackage(manager=PackageManager.DPKG, name=name, version="1") for name in names),
            incomplete=incomplete,
        )
        known = facts(guest=guest_fact(packages=packages)).model_copy(update={"base_inventory": of_base})
        return draft_description(known)

    def test_what_the_base_lacks_is_added_and_what_it_has_beyond_is_removed(self):
        told = self.draft("bash", "snapd")
        assert "Added packages: postgresql-16 16.10, nginx, libpq5." in told
        assert "Removed packages: snapd." in told

    def test_the_same_packages_are_no_difference(self):
        assert "packages" not in self.draft("bash", "libpq5", "postgresql-16", "nginx")

    def test_a_list_that_is_not_whole_leaves_what_the_guest_says_of_itself(self):
        told = self.draft("bash", incomplete=(PackageManager.DPKG,))
        assert "Added packages: postgresql-16 16.10." in told
        assert "Removed" not in told

    def test_names_of_the_guest_that_are_not_whole_are_not_compared(self):
        told = self.draft("bash", packages=self.PACKAGES.model_copy(update={"count": 5}))
        assert "Added packages: postgresql-16 16.10." in told

    def test_a_base_of_another_manager_is_not_compared(self):
        told = self.draft("bash", packages=self.PACKAGES.model_copy(update={"manager": "rpm"}))
        assert "Added packages: postgresql-16 16.10." in told
