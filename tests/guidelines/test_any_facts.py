"""Whatever a cloud says, the checklist answers: no rule stumbles, and nothing unread is shown as pass."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.checklist import judge
from imaging.guidelines.describing import draft_description
from imaging.guidelines.rule import SEVERITIES
from models.facts import Fact, InstanceFacts
from models.findings import Outcome
from models.flavor import Flavor
from models.guest.facts import GuestFacts
from models.image import Image
from models.instance import Instance, InstanceFlavor, VolumeAttachment
from models.login import Login
from models.quota import Limit, Quota
from models.request import RunRequest
from models.volume import Volume
from tests.guidelines.building import NOW, facts, profile, request, unread

TEXT = st.text(max_size=12)
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
    guest=st.just(unread(GuestFacts)),
    now=st.just(NOW),
)


@settings(max_examples=150, deadline=None)
@given(FACTS, st.sampled_from(["jetstream", "jetstream2", "openstack"]))
def test_every_rule_answers_whatever_the_facts(any_facts, kind):
    checklist = judge(any_facts, profile(kind))
    assert len(checklist.findings) == len(RULES)
    assert all(found.evidence for found in checklist.findings)
    worst = {rule.id: SEVERITIES.index(rule.severity) for rule in RULES}
    assert all(SEVERITIES.index(found.severity) >= worst[found.rule] for found in checklist.findings)
    draft_description(any_facts)


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
