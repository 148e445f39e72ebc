"""Identities of agents in a tree: the probe finds them as the rules ask, and the seal takes away what it should."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guest.probe import script
from imaging.guest.report import read_report
from imaging.guidelines import tables
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.rules.guest.found_files import search_for
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from tests.guest.probe.running import NONCE, NOW, output_of
from tests.guest.probe.trees import new_tree
from tests.guest.trees.building import put
from tests.guidelines.building import facts, profile

IDENTITIES: dict[str, tuple[str, tuple[int, ...]]] = {
    "/etc/nebula/host.key": ("-----BEGIN NEBULA X25519 PRIVATE KEY-----\n", ()),
    "/etc/netclient/netclient.json": ('{"id": "1"}\n', ()),
    "/etc/tinc/lab/rsa_key.priv": ("-----BEGIN RSA PRIVATE KEY-----\n", ()),
    "/etc/swanctl/private/host.pem": ("key\n", ()),
    "/etc/ipsec.d/private/host.pem": ("key\n", ()),
    "/etc/cloudflared/5a17.json": ('{"TunnelSecret": "x"}\n', ()),
    "/etc/gitlab-runner/.runner_system_id": ("r_Tz1aXbc3\n", ()),
    "/opt/actions-runner/.runner": ('{\n  "agentId": 12,\n  "gitHubUrl": "https://github.example/lab"\n}\n', ()),
    "/opt/actions-runner/.credentials": ('{\n  "scheme": "OAuth",\n  "data": {}\n}\n', ()),
    "/opt/actions-runner/.credentials_rsaparams": ('{\n  "exponent": "AQAB",\n  "modulus": "x"\n}\n', ()),
    "/etc/gitlab-runner/config.toml": ('concurrent = 1\n[[runners]]\n  name = "x"\n  token = "glrt-x"\n', (4,)),
    "/etc/buildkite-agent/buildkite-agent.cfg": ('# token="xxx" of the account\nname="x"\ntoken="a1b2"\n', (3,)),
    "/etc/zabbix/agent.psk": ("a1b2\n", ()),
    "/opt/Elastic/Agent/fleet.enc": ("x\n", ()),
    "/etc/datadog-agent/datadog.yaml": ("site: x\napi_key: 0123456789abcdef\n", (2,)),
    "/etc/newrelic-infra.yml": ("license_key: a1b2\ndisplay_name: x\n", (1,)),
}
"""What an agent keeps of itself, and in files that hold more the numbers of the lines that go."""
NOTHING = {
    "/opt/app/.credentials": "nothing to see\n",
    "/opt/app/.runner": "#!/bin/sh\nexec true\n",
    "/etc/buildkite-agent/hooks/token": "x\n",
    "/srv/x/config.toml": 'token = "x"\n',
}
"""What only looks like it."""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    root = new_tree("debian-12")
    for path, (content, _) in IDENTITIES.items():
        put(root, path, content)
    for path, content in NOTHING.items():
        put(root, path, content)
    asked = script(questions_for(profile()), ["sightings"], nonce=NONCE)
    told = read_report(output_of(asked, root=root), nonce=NONCE, method=InspectionMethod.SSH, now=NOW)
    guest = Fact[GuestFacts](value=told, source=Source.GUEST)
    search = search_for("ID-AGENTS", tables.agents, facts(guest=guest), profile())
    return {each.sighting.path: each.sighting for each in search.found}


@pytest.mark.parametrize("path", IDENTITIES)
def test_an_identity_is_found_with_the_lines_that_go(found, path):
    assert path in found
    assert found[path].lines == IDENTITIES[path][1]


@pytest.mark.parametrize("path", NOTHING)
def test_what_only_looks_like_one_is_none(found, path):
    assert path not in found
