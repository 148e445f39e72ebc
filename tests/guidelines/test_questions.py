"""The tables, what a profile makes of them, and the questions to a guest that follow."""

from __future__ import annotations

import re
import zlib
from datetime import date
from subprocess import run

import pytest

from imaging.guidelines import tables
from imaging.guidelines.guest.questions import CLOUDS_OWN, ENVIRONMENT, questions_for
from imaging.guidelines.instance.systems import System, support_of
from imaging.guidelines.profiles import load_profile
from models.errors import ConfigError
from models.findings import Outcome
from models.guest.files import FileSearch, Questions
from models.guest.system import GuestSystem
from models.guidelines.profile import Profile
from models.guidelines.tables import SoftwareLicence
from tests.guidelines.building import profile
from tests.guidelines.guest_building import guest_finding
from tests.support.known import present

BARE = Profile(name="bare", title="No policy")


def search(questions: Questions, search_id: str) -> FileSearch:
    return next(each for each in questions.searches if each.id == search_id)


def searches(of: Profile) -> set[str]:
    return {each.id for each in questions_for(of).searches}


def mine(folder, text: str) -> Profile:
    (folder / "mine.toml").write_text(f'title = "Mine"\n{text}', encoding="utf-8")
    return load_profile("mine", folder)


def grep(pattern: str, text: str) -> bool:
    """Whether an extended regular expression of grep, which the guest uses, matches."""
    return run(["grep", "-qE", pattern], input=text.encode(), check=False).returncode == 0


@pytest.mark.parametrize("name", ["jetstream", "jetstream2", "openstack"])
def test_every_row_of_every_table_is_asked_for_once(name):
    asked = [each.id for each in questions_for(profile(name)).searches]
    assert len(asked) == len(set(asked))
    for row in (*tables.secrets(profile(name)), *tables.agents(profile(name))):
        assert tables.secret_key(row) in asked
    for table in (tables.software, tables.licence_files, tables.places, tables.unsuitable, tables.support):
        assert table(profile(name))


def test_products_are_searched_for_by_where_they_lie_and_by_what_lies_beside():
    assert {"matlab.install", "matlab.companion", "SEC-CLOUD.aws", "ID-AGENTS.munge", ENVIRONMENT} <= searches(
        profile()
    )
    assert {row.licence for row in tables.software(profile())} == set(SoftwareLicence)


def test_the_pages_system_files_are_asked_for_by_their_real_names():
    asked = questions_for(profile()).system_files
    assert {"/etc/hosts.allow", "/etc/hosts.deny", "/etc/resolv.conf", "/etc/host.conf"} <= set(asked)


def test_the_questions_are_small_enough_to_be_sent_as_user_data():
    """Packed, as the deep check sends them; what Nova takes in all is tested with the whole script."""
    assert len(zlib.compress(questions_for(profile("jetstream2")).model_dump_json().encode(), 9)) < 20_000


def test_every_mark_is_an_expression_that_grep_and_old_awks_understand():
    for each in questions_for(profile("jetstream2")).searches:
        for mark, pattern in {**each.first_line, **each.contains}.items():
            assert run(["grep", "-qE", pattern], input=b"", check=False).returncode == 1, (each.id, mark)
            assert not re.search(r"\\|\{\d|\[\[:", pattern), (each.id, mark)


@pytest.mark.parametrize(
    "search_id, mark, line, matches",
    [
        ("SW-LICFILES.flexnet", "key", "FEATURE MATLAB MLM 46 01-jan-2027 1 ABCD", True),
        ("SW-LICFILES.flexnet", "key", "INCREMENT comsol LMCOMSOL 6.2 permanent 1", True),
        ("SW-LICFILES.flexnet", "key", "FEATURES of this licence", False),
        ("SW-LICFILES.flexnet", "server", "USE_SERVER", True),
        ("SW-LICFILES.flexnet", "server", "SERVER lic.example.org ANY 27000", True),
        ("SW-LICFILES.flexnet", CLOUDS_OWN, "SERVER lic.jetstream-cloud.org ANY 27000", True),
        ("SW-LICFILES.flexnet", CLOUDS_OWN, "SERVER lic.example.org ANY 27000", False),
        ("SW-LICFILES.gurobi", "key", "WLSSECRET=abc", True),
        ("SW-LICFILES.gurobi", "server", "TOKENSERVER=lic.example.org", True),
        (ENVIRONMENT, "LM_LICENSE_FILE", "export LM_LICENSE_FILE=27000@lic", True),
        (ENVIRONMENT, "LM_LICENSE_FILE", "export MLM_LICENSE_FILE=27000@lic", False),
        (ENVIRONMENT, CLOUDS_OWN, "export MLM_LICENSE_FILE=27000@m.jetstream-cloud.org", True),
        ("SEC-OPENSTACK.openrc", "secret", 'export OS_PASSWORD="x"', True),
        ("SEC-OPENSTACK.openrc", "secret", "read -sr OS_PASSWORD_INPUT", False),
        ("SEC-OPENSTACK.clouds-yaml", "secret", "      application_credential_secret: x", True),
        ("SEC-DEV.environment", "secret", "export GITHUB_TOKEN=ghp_x", True),
        ("SEC-DEV.environment", "secret", "export GITHUB_TOKEN=$(pass show x)", False),
        ("SEC-DEV.environment", "secret", 'API_KEY="$(cat key)"', False),
        ("SEC-DEV.environment", "secret", "API_KEY=", False),
        ("SEC-DEV.git", "secret", "https://alice:ghp_x@github.com", True),
        ("SEC-DEV.git", "secret", "url = https://github.com/alice/x", False),
        ("SEC-DEV.containers", "secret", '"auth": "YWxpY2U6eA=="', True),
        ("SEC-CLOUD.service-account", "secret", '"private_key": "-----BEGIN PRIVATE KEY-----', True),
        ("SYS-LDAP.client", "password", "ldap_default_authtok = x", True),
        ("SYS-LDAP.base", "server", "#BASE dc=example", False),
        ("ID-AGENTS.wireguard", "key", "PrivateKey = x", True),
    ],
)
def test_marks_tell_what_they_are_for(search_id, mark, line, matches):
    asked = search(questions_for(profile()), search_id)
    assert grep({**asked.first_line, **asked.contains}[mark], line) is matches


def test_an_openrc_that_asks_sets_the_password_from_what_was_typed():
    pattern = search(questions_for(profile()), "SEC-OPENSTACK.openrc").contains["secret"]
    assert not grep(pattern, "export OS_PASSWORD=$OS_PASSWORD_INPUT")
    assert not grep(pattern, 'export OS_PASSWORD="$OS_PASSWORD_INPUT"')


def test_without_servers_of_its_own_a_cloud_has_no_mark_for_them():
    assert CLOUDS_OWN not in search(questions_for(BARE), ENVIRONMENT).contains


def test_a_profile_adds_rows_and_replaces_those_of_the_same_name(tmp_path):
    own = mine(
        tmp_path,
        """
        [[software]]
        id = "molsim"
        name = "MolSim"
        licence = "commercial"
        install = ["/opt/molsim-*"]
        [[secrets]]
        id = "aws"
        rule = "SEC-CLOUD"
        kind = "AWS credentials"
        paths = ["~/.aws/credentials"]
        severity = "warn"
        [[support]]
        id = "ubuntu"
        version = "24.10"
        ends = 2025-07-10
        """,
    )
    assert {"molsim.install", "matlab.install"} <= searches(own)
    aws = [row for row in tables.secrets(own) if tables.secret_key(row) == "SEC-CLOUD.aws"]
    assert [row.severity for row in aws] == ["warn"]
    assert present(support_of(System(id="ubuntu", version="24.10"), own)).ends == date(2025, 7, 10)


def test_a_profile_takes_rows_away(tmp_path):
    own = mine(tmp_path, 'disabled_rows = ["matlab", "SEC-DEV.environment", "SW-LOCATION.venv"]')
    assert not {"matlab.install", "matlab.companion", "SEC-DEV.environment", "SW-LOCATION.venv"} & searches(own)


@pytest.mark.parametrize(
    "text, said",
    [
        ('disabled_rows = ["matlap"]', "did you mean matlab?"),
        ('[[software]]\nid = "x"\nname = "X"\nlicence = "free"', "licence"),
        ('[[software]]\nid = "x"\nname = "X"\nlicence = "commercial"', "are needed"),
        ('[[software]]\nid = "X y"\nname = "X"\nlicence = "commercial"\ninstall = ["/opt/x"]', "id"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUT"\nkind = "x"\npaths = ["/x"]', "SEC-CLOUT is not one of"),
        ('[[agents]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\npaths = ["/x"]', "SEC-CLOUD is not one of"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"', "paths or names"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\npaths = ["x"]', "must begin with /"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\npaths = ["/a/../b"]', "not climb"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\npaths = ["/a\\nb"]', "control characters"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\nnames = ["*"]', "no glob of a file name"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\nnames = ["a/b"]', "no glob of a file name"),
        ('[[secrets]]\nid = "x"\nrule = "SEC-CLOUD"\nkind = "x"\npaths = ["/x"]\ncontains = { a = "(" }', "regular"),
        ('licence_servers = ["x; rm"]', "no host name"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_the_reason(tmp_path, text, said):
    with pytest.raises(ConfigError) as refused:
        mine(tmp_path, text)
    assert said in str(refused.value)


def test_paths_that_a_profile_calls_harmless_are():
    course = profile(harmless_paths=("/opt/course/*",))
    assert tables.harmless("/opt/course/key.pem", course)
    assert not tables.harmless("/opt/course/key.pem", profile())


@pytest.mark.parametrize(
    "system, ends",
    [
        (System(id="centos", version="7"), "2024-06-30"),
        (System(id="centos", version="8", name="CentOS Linux 8"), "2021-12-31"),
        (System(id="centos", version="8", name="CentOS Stream 8"), "2024-05-31"),
        (System(id="centos", version="9", name="CentOS Stream 9"), "2027-05-31"),
        (System(id="centos", version="10", name="CentOS Stream 10"), "2030-05-31"),
        (System(id="debian", version="12"), "2026-07-11"),
        (System(id="debian", version="13"), "2028-08-09"),
        (System(id="ubuntu", version="26.04"), "2031-04-30"),
        (System(id="rocky", version="10.1"), "2035-05-31"),
        (System(id="almalinux", version="8.10"), "2029-05-31"),
    ],
)
def test_the_end_of_support_is_known_of_every_system_of_the_guidelines(system, ends):
    assert str(present(support_of(system)).ends) == ends


@pytest.mark.parametrize("name, ended", [("CentOS Linux 8", "2021-12-31"), ("CentOS Stream 8", "2024-05-31")])
def test_two_systems_of_one_id_and_number_are_told_apart_in_the_guest(name, ended):
    found = guest_finding("OS-EOL", system=GuestSystem(id="centos", version="8", pretty_name=name))
    assert f"ended {ended}" in found.evidence


def test_a_profile_may_know_of_another_end_of_support(tmp_path):
    text = '[[support]]\nid = "hannahmontana"\nversion = "1"\nends = 2030-01-01'
    system = GuestSystem(id="hannahmontana", version="1")
    assert guest_finding("OS-EOL", system=system).outcome is Outcome.UNKNOWN
    assert guest_finding("OS-EOL", of=mine(tmp_path, text), system=system).outcome is Outcome.PASS
