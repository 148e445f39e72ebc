"""A secret in a file that holds more is told by its line, found by the real probe with the real tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.guest.questions import questions_for
from models.fact import Fact
from models.findings import Finding, Outcome, Source
from models.guest.facts import GuestFacts
from tests.guest.probe.running import NOW, plant, probe
from tests.guest.probe.trees import new_tree
from tests.guidelines.building import facts, profile
from tests.support.known import command_of, known, remedy_of
from tests.support.shells import EACH_SHELL

VALUE = "Zq3vT9pLw7XbN2mK8dRs"
GIT = '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://{}@gitlab.example.org/lab/x.git\n'
PLANTED = {
    "/home/alice/.pgpass": f"db.example.org:5432:survey:alice:{VALUE}\n",
    "/home/alice/.netrc": f"machine data.example.org\n\tlogin alice\n\tpassword {VALUE}\n",
    "/root/.netrc": f"machine data.example.org login alice password\n{VALUE}\n",
    "/home/alice/.my.cnf": f"[client]\nuser = alice\npassword = '{VALUE}'\n",
    "/home/alice/work/x/.git/config": GIT.format(f"oauth2:{VALUE}"),
    "/opt/y/.git/config": GIT.format(VALUE),
    "/srv/z/.git/config": f'[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic {VALUE}\n',
    "/etc/cron.d/push": f"# data\n5 * * * * root curl -H 'Authorization: Bearer {VALUE}' https://x.example.org/\n",
    "/var/spool/cron/crontabs/alice": f"1 2 * * * curl -sS -u alice:{VALUE} https://x.example.org/\n",
    "/etc/systemd/system/a.service": f"[Service]\nEnvironment=APP_TOKEN={VALUE}\n",
    "/etc/systemd/system/b.service": f"[Service]\nExecStart=/opt/b --password {VALUE}\n",
    "/etc/systemd/system/c.service.d/d.conf": f'[Service]\nEnvironment="DB=postgres://u:{VALUE}@db/x"\n',
    "/home/alice/.config/systemd/user/e.service": f'[Service]\nEnvironment="X_SECRET={VALUE}"\n',
    "/etc/cron.daily/dump": f"#!/bin/sh\nmysqldump -u root -p{VALUE} --all-databases >/srv/dump\n",
    "/home/alice/.bashrc": f"alias ll='ls -l'\nexport GITLAB_TOKEN={VALUE}\nexport PATH=$PATH:~/bin\n",
}  # fmt: skip
HARMLESS = {
    "/home/alice/work/a/.git/config": GIT.format("alice"),
    "/home/alice/work/b/.git/config": '[remote "origin"]\n\turl = git@github.com:lab/x.git\n',
    "/etc/cron.d/a": '# curl -u admin:password https://x/\n1 1 * * * root curl -H "Authorization: Bearer $TOKEN" x\n',
    "/etc/cron.d/b": '1 1 * * * root PGPASSWORD=$(cat /run/p) pg_dump; curl -u "$U:$P" https://$U:$P@x/\n',
    "/etc/systemd/system/a.service": "[Service]\nEnvironment=TOKEN=\nExecStart=/opt/a --password-file /run/p -p 8080\n",
    "/etc/systemd/system/b.service": "[Service]\nEnvironmentFile=/run/b\nExecStart=/usr/bin/mkdir -p /srv/b\n",
    "/home/alice/.pgpass": "# host:port:database:user:password\n",
    "/home/alice/.netrc": "machine data.example.org\n",
}  # fmt: skip


def dev_finding(root: Path, shell: str = "dash") -> Finding:
    seen = probe("sightings", root=root, questions=questions_for(profile("jetstream2")), shell=shell)
    inspected = Fact[GuestFacts](value=seen, source=Source.GUEST, read_at=NOW)
    rule = next(each for each in RULES if each.id == "SEC-DEV")
    return rule.find(facts(guest=inspected), profile("jetstream2"))


def bare_tree() -> Path:
    """One without the secrets that the trees have anyway."""
    root = new_tree("debian-12")
    for each in ("home", "root", "opt", "srv", "data"):
        for path in (root / each).rglob("*"):
            if path.is_file() or path.is_symlink():
                path.unlink()
    for name in ("systemd/system/survey.service", "apt/sources.list.d/survey.list", "fstab"):
        (root / "etc" / name).unlink()
    return root


@cache
def places() -> dict[str, str]:
    """Each planted file's path, by the place that the report tells about it."""
    root = plant(bare_tree(), PLANTED)
    seen = probe("sightings", root=root, questions=questions_for(profile("jetstream2")))
    return {each.path: ",".join(map(str, each.lines)) for each in known(seen.sightings) if each.marks}


@pytest.mark.parametrize("path", PLANTED)
def test_a_secret_on_a_line_is_found(path):
    assert path in places()


@pytest.mark.parametrize(
    "path, line",
    [("/etc/cron.d/push", "2"), ("/opt/y/.git/config", "4"), ("/home/alice/.bashrc", "2")],
)
def test_the_line_is_told_where_the_file_holds_more(path, line):
    assert places()[path] == line


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_the_remedy_names_the_line_and_never_removes_the_file(shell):
    root = plant(bare_tree(), {path: PLANTED[path] for path in ("/home/alice/.bashrc", "/etc/cron.d/push")})
    found = dev_finding(root, shell)
    assert found.blocks
    assert "/etc/cron.d/push:2" in found.evidence
    assert remedy_of(found).text == (
        "Take the secret out of /etc/cron.d/push:2, /home/alice/.bashrc:2; keep the rest of the file."
    )
    assert command_of(found).splitlines() == [
        "sudo ${EDITOR:-vi} +2 -- /etc/cron.d/push",
        "sudo ${EDITOR:-vi} +2 -- /home/alice/.bashrc",
    ]
    assert VALUE not in found.model_dump_json()


def test_a_file_that_is_nothing_but_secrets_goes_as_a_whole_beside_the_lines_of_others():
    root = plant(bare_tree(), {path: PLANTED[path] for path in ("/home/alice/.bashrc", "/home/alice/.pgpass")})
    assert command_of(dev_finding(root)).splitlines() == [
        "sudo rm -- /home/alice/.pgpass",
        "sudo ${EDITOR:-vi} +2 -- /home/alice/.bashrc",
    ]


def test_what_only_looks_like_a_secret_is_none():
    found = dev_finding(plant(bare_tree(), HARMLESS))
    assert (found.outcome, found.evidence) == (Outcome.PASS, "No passwords or tokens of tools and services were found.")
