"""The checklist answers for everything that a cloud may say: no rule stumbles, and nothing unread is shown as pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.checklist import judge
from imaging.guidelines.description_draft import draft_description
from imaging.guidelines.rule import SEVERITIES
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance, InstanceFlavor, VolumeAttachment
from models.cloud.login import Login
from models.cloud.quota import Limit, Quota
from models.cloud.volume import Volume
from models.findings import Outcome, Source
from models.foreign import Moment
from models.guest.facts import GuestFacts, InspectionMethod
from models.guidelines.facts import Fact, InstanceFacts
from models.run.request import RunRequest
from models.text import CleanLines, CleanText, one_line
from tests.guidelines.building import NOW, PGDATA, attached, facts, profile, request, unread
from tests.guidelines.guest_building import HEALTHY, guest, guest_fact, kind_of
from tests.support.examples import examples

TEXT = st.text(max_size=12)
VolumeAttachment.model_rebuild()
SMALL = st.integers(min_value=0, max_value=10**6)
LIMIT = st.none() | st.builds(Limit, used=SMALL, maximum=st.integers(min_value=-1, max_value=100))
KEYS = st.sampled_from(
    ["os_distro", "os_version", "os_type", "description", "block_device_mapping", "instance_uuid", "imaging.source"]
)

for _model in (
    Image,
    Instance,
    InstanceFlavor,
    VolumeAttachment,
    Volume,
    Flavor,
    Quota,
    Limit,
    RunRequest,
    InstanceFacts,
):
    _model.model_rebuild(force=True)  # models are built when first used; hypothesis asks for their fields before that


def read(kind: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda value: Fact[kind](value=value), values) | st.just(unread(kind))


UNHURRIED = settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
"""Facts are large: to search for the smallest that fail would take minutes."""
WORDS = st.sampled_from([
    "", "/", "/dev/vda", "/dev/vda1", "/dev/vdb", "/data", "/data/x", "/home/alice", "UUID=root-uuid", "UUID=gone",
    "LABEL=", "ext4", "xfs", "overlay", "nfs", "fuse.sshfs", "swap", "bind", "nofail", "noauto", "yes", "no", "true",
    "root", "alice", "active", "failed", "enabled", "mac", "apt", "allowusers", "../..", "a\x1b[2Jb\nc", "x" * 400,
])  # fmt: skip
"""What rules search for, and what nobody should write there."""


def anything(wanted: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the guest's models, the odd ones first."""
    inner = get_args(wanted)
    if wanted in SIMPLE:
        return SIMPLE[wanted]
    if get_origin(wanted) in {Union, UnionType}:
        return st.one_of(*map(anything, inner))
    if get_origin(wanted) is tuple:
        return st.lists(anything(inner[0]), max_size=3).map(tuple)
    if get_origin(wanted) is Mapping:
        return st.dictionaries(WORDS, anything(inner[1]), max_size=3)
    if issubclass(wanted, Enum):
        return st.sampled_from(wanted)
    return model(wanted)


SIMPLE = {
    str: WORDS,
    CleanText: WORDS,
    CleanLines: WORDS,
    int: st.sampled_from([0, 1, 22, 1000, 10**9]),
    float: st.sampled_from([0.0, 1e9]),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: st.sampled_from([NOW, NOW - timedelta(days=9000)]),
    Moment: st.sampled_from([NOW, NOW - timedelta(days=9000)]),
}


@cache
def model(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any of its values."""
    kind.model_rebuild()
    fields = {name: anything(field.annotation) for name, field in kind.model_fields.items()}
    return st.fixed_dictionaries(fields).map(kind.model_validate)


def part(name: str) -> st.SearchStrategy[Any]:
    """A part of a guest's facts: unknown, incomplete, or anything that a guest can say."""
    return model(kind_of(name))


GUESTS = (
    st.sets(st.sampled_from(sorted(HEALTHY)), min_size=1, max_size=3)
    .flatmap(lambda names: st.fixed_dictionaries({name: part(name) for name in sorted(names)}))
    .flatmap(lambda parts: st.sampled_from(InspectionMethod).map(lambda method: guest(**parts, method=method)))
)
"""A healthy guest of which up to three parts say anything."""


IMAGES = st.builds(
    Image,
    status=st.sampled_from(["active", "queued", "unknown"]),
    visibility=st.sampled_from(["private", "public", "community", "odd"]),
    disk_format=st.none() | st.sampled_from(["raw", "qcow2", ""]),
    size_bytes=st.none() | SMALL,
    virtual_size_bytes=st.none() | SMALL,
    min_disk_gib=SMALL,
    min_ram_mib=SMALL,
    properties=st.dictionaries(KEYS, TEXT, max_size=4),
    created_at=st.none() | st.just(NOW),
)
INSTANCES = st.builds(
    Instance,
    status=st.sampled_from(["ACTIVE", "SHUTOFF", "SUSPENDED", "SHELVED", "ERROR", "UNKNOWN"]) | TEXT,
    volume_backed=st.booleans(),
    flavor=st.builds(InstanceFlavor, disk_gib=st.none() | SMALL, ephemeral_gib=st.none() | SMALL),
    metadata=st.dictionaries(TEXT, TEXT, max_size=3),
    created_at=st.none(),
    updated_at=st.none(),
    launched_at=st.none(),
)
FACTS = st.builds(
    InstanceFacts,
    instance=read(Instance, INSTANCES),
    attachments=read(tuple[VolumeAttachment, ...], st.lists(st.builds(VolumeAttachment), max_size=3).map(tuple)),
    volumes=read(tuple[Volume, ...], st.lists(st.builds(Volume, created_at=st.none()), max_size=2).map(tuple)),
    base_image=read(Image, IMAGES | st.none()),
    images=read(tuple[Image, ...], st.lists(IMAGES, max_size=3).map(tuple)),
    flavors=read(
        tuple[Flavor, ...],
        st.lists(st.builds(Flavor, vcpus=SMALL, ram_mib=SMALL, disk_gib=SMALL), max_size=3).map(tuple),
    ),
    quota=read(Quota, st.builds(Quota, instances=LIMIT, cores=LIMIT, ram_mib=LIMIT, images=LIMIT, volumes=LIMIT)),
    login=read(Login, st.just(facts().login.value)),
    request=st.none()
    | st.builds(RunRequest, name=TEXT, description=TEXT, attestations=st.just(()), waivers=st.just(())),
    image=st.none() | read(Image, IMAGES),
    verdicts=st.just({}),
    guest=read(GuestFacts, GUESTS),
    now=st.just(NOW),
)


@UNHURRIED
@given(FACTS, st.sampled_from(["jetstream", "jetstream2", "openstack"]))
def test_every_rule_answers_whatever_the_facts(any_facts, kind):
    checklist = judge(any_facts, profile(kind))
    assert len(checklist.findings) == len(RULES)
    assert all(found.evidence for found in checklist.findings)
    worst = {rule.id: SEVERITIES.index(rule.severity) for rule in RULES}
    assert all(SEVERITIES.index(found.severity) >= worst[found.rule] for found in checklist.findings)
    draft_description(any_facts)


ATTACHED = {"attachments": (attached(PGDATA, "/dev/vdb"),), "volumes": (PGDATA,)}


@UNHURRIED
@given(GUESTS)
def test_whatever_a_guest_says_every_rule_answers_without_control_codes(any_guest):
    inspected = Fact[GuestFacts](value=any_guest, source=Source.GUEST, read_at=NOW)
    for found in judge(facts(guest=inspected, **ATTACHED), profile("jetstream2")).findings:
        assert found.evidence == one_line(found.evidence, 10_000), found.rule
        assert len(found.evidence) <= 400, found.rule
        for action in found.remedy.actions if found.remedy else ():
            assert action.summary == one_line(action.summary, 10_000), found.rule


@pytest.mark.parametrize("part", sorted(HEALTHY))
def test_a_part_that_was_not_read_makes_nothing_pass_that_did_not_pass_before(part):
    unknown = kind_of(part)(unknown_because="time was up", source=Source.GUEST)
    before = {found.rule: found.outcome for found in judge(facts(guest=guest_fact()), profile()).findings}
    after = judge(facts(guest=guest_fact(**{part: unknown})), profile()).findings
    assert [
        found.rule for found in after if found.outcome is Outcome.PASS and before[found.rule] is not Outcome.PASS
    ] == []


def test_an_inspection_that_read_nothing_passes_nothing_about_the_inside():
    nothing = guest().model_copy(
        update={name: kind_of(name)(unknown_because="x", source=Source.GUEST) for name in HEALTHY}
    )
    inspected = Fact[GuestFacts](value=nothing, source=Source.GUEST, read_at=NOW)
    inside = {rule.id for rule in RULES if rule.answered_by is Source.GUEST}
    found = judge(facts(guest=inspected), profile()).findings
    told = {each.rule for each in found if each.rule in inside and each.outcome is not Outcome.UNKNOWN}
    assert told <= {"VOL-BUSY", "STOP-MISSING"}  # no volume; no run that it could be compared with


def test_evidence_about_a_healthy_guest_fits_two_lines():
    for kind in ("jetstream", "jetstream2", "openstack"):
        for found in judge(facts(guest=guest_fact(), **ATTACHED), profile(kind)).findings:
            assert len(found.evidence) <= 150, found.evidence
            assert found.remedy is None or len(found.remedy.text) <= 110, found.remedy.text


def test_where_nothing_was_read_nothing_but_the_users_own_words_passes():
    kinds = {
        "instance": Instance,
        "attachments": tuple[VolumeAttachment, ...],
        "volumes": tuple[Volume, ...],
        "base_image": Image,
        "images": tuple[Image, ...],
        "flavors": tuple[Flavor, ...],
        "quota": Quota,
        "login": Login,
    }
    blind = facts(**{name: unread(kind) for name, kind in kinds.items()}, request=request())
    passing = {found.rule for found in judge(blind, profile()).findings if found.outcome is Outcome.PASS}
    assert passing == {"NAME-PERIOD", "NAME-FORM", "DESC-PRESENT", "DESC-LENGTH", "PROP-VISIBILITY"}


def test_evidence_and_remedies_fit_two_lines_of_a_narrow_screen():
    for kind in ("jetstream", "jetstream2", "openstack"):
        for found in judge(facts(), profile(kind)).findings:
            assert len(found.evidence) <= 150, found.evidence
            assert found.remedy is None or len(found.remedy.text) <= 110, found.remedy.text
