"""The bill of materials: valid by the format's own schema, each package once, and what is missing said."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from packageurl import PackageURL

from imaging.reports.passport.forms import PassportForm, passport_text
from imaging.reports.passport.gathering import passport_of
from models.run.passport import Passport
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from tests.reports import samples as runs
from tests.reports.passport import samples
from tests.support.known import present

if TYPE_CHECKING:
    from cyclonedx.validation.json import JsonStrictValidator


@cache
def validator() -> JsonStrictValidator:
    # Loaded by its first use: grammars of its formats are compiled for seconds, which each worker would wait for.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6)


def bill(passport: Passport) -> dict[str, Any]:
    text = passport_text(passport, PassportForm.CYCLONEDX)
    assert validator().validate_str(text) is None
    return json.loads(text)  # type: ignore[no-any-return]


def said(passport: Passport) -> dict[str, str]:
    return {each["name"]: each["value"] for each in bill(passport)["metadata"]["properties"]}


@pytest.mark.parametrize("passport", [samples.whole(), samples.bare(), samples.hostile()], ids=["whole", "bare", "bad"])
def test_a_bill_is_valid(passport: Passport):
    assert bill(passport)["specVersion"] == "1.6"


@pytest.mark.parametrize("manager", PackageManager)
@pytest.mark.parametrize("name", ["/", " / ", "//", "", "@", "?a#b", "%", "..", "a" * 4_000])
def test_a_bill_is_valid_whatever_a_guest_calls_its_packages(manager: PackageManager, name: str):
    packages = tuple(InstalledPackage(manager=manager, name=name, version=version) for version in ("/", "", "1"))
    passport = samples.whole()
    installed = present(passport.installed).model_copy(update={"packages": packages})
    assert len(bill(passport.model_copy(update={"installed": installed}))["components"]) == len(packages)


@pytest.mark.parametrize("digest", ["xyz", "<script>", "a" * 64, "é" * 128, ""])
def test_a_digest_that_is_none_is_left_out(digest: str):
    passport = samples.whole()
    image = passport.image.model_copy(update={"hash_algorithm": "sha512", "content_hash": digest})
    assert "hashes" not in bill(passport.model_copy(update={"image": image}))["metadata"]["component"]


def test_the_validator_refuses_what_is_no_bill():
    assert validator().validate_str('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}]}') is not None


def test_each_package_is_there_with_its_version_and_place():
    purls = sorted(each["purl"] for each in bill(samples.whole())["components"])
    assert purls == [
        "pkg:conda/numpy@2.1?build=py312_0",
        "pkg:conda/numpy@2.1?build=py312_0",
        "pkg:deb/postgresql-16@16.4-1%2Bb1?arch=amd64",
        "pkg:pypi/flask-login@0.6",
        "pkg:rpm/kernel-core@5.14.0-1.el9?arch=x86_64",
        "pkg:rpm/kernel-core@5.14.0-2.el9?arch=x86_64",
    ]
    places = {each["properties"][0]["value"] for each in bill(samples.whole())["components"] if "properties" in each}
    assert places == {"/opt/conda", "/opt/conda/envs/lab", "/srv/venv"}


def test_packages_of_a_system_are_named_by_it():
    passport = samples.whole()
    of_debian = passport.model_copy(update={"origin": passport.origin.model_copy(update={"system_id": "debian"})})
    found = {PackageURL.from_string(each["purl"]).namespace for each in bill(of_debian)["components"]}
    assert found == {"debian", None}


def test_a_bill_is_the_same_for_the_same_passport():
    first, second = (passport_text(samples.whole(), PassportForm.CYCLONEDX) for _ in range(2))
    assert first == second


def test_a_bill_says_whether_it_is_complete():
    assert said(samples.whole())["imaging:packages"] == "complete"
    assert said(samples.bare())["imaging:packages"] == "unknown: this bill is not complete"
    partly = Inventory(packages=(), incomplete=(PackageManager.CONDA,), unread=("conda: too many",))
    passport = present(passport_of(runs.run(), installed=partly))
    assert said(passport)["imaging:packages"] == "not all are known of: conda"
    assert said(passport)["imaging:unread:1"] == "conda: too many"


def test_the_image_is_what_the_bill_is_about():
    about = bill(samples.whole())["metadata"]["component"]
    assert (about["type"], about["name"], about["version"]) == ("operating-system", "db-07-v1", "image-1")
    assert about["hashes"] == [{"alg": "SHA-512", "content": "ab" * 64}]
