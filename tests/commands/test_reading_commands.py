"""Commands that only read, on the demonstration cloud: lists, checklists, plans."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import Any

import pytest

from imaging.cloud.instance_facts import gather_facts
from imaging.democloud.seed import names
from models.fact import Fact
from tests.commands.building import plan, run
from tests.commands.conftest import ROOT
from tests.support.demo import DemoCloud
from tests.support.known import present

pytestmark = pytest.mark.usefixtures("demo_cloud")
TEXTS = ("--name", "db-07-v1", "--description", "PostgreSQL 16 with PostGIS, and our loader, on Ubuntu 24.04")


def _by_name(written: str, name: str) -> dict[str, Any]:
    return next(one for one in json.loads(written) if one["name"] == name)


def test_the_instances_of_the_whole_project_are_listed(imaging):
    done = imaging("--os-cloud", "demo", "instances", "--json")

    assert done.status == 0
    assert _by_name(done.out, "db-07")["status"] == "ACTIVE"
    assert _by_name(done.out, "db-07")["schema"] == "imaging.instance/1"
    assert _by_name(done.out, "db-07")["mine"] is True
    assert _by_name(done.out, "grace-sandbox")["mine"] is False


def test_the_list_in_a_pipe_has_one_line_for_each_instance(imaging):
    done = imaging("instances", "--os-cloud", "demo")
    listed = json.loads(imaging("instances", "--os-cloud", "demo", "--json").out)

    assert len(done.out.splitlines()) == len(listed) + 1
    assert all(line.count("\t") == 7 for line in done.out.splitlines())


def test_no_name_of_an_instance_reaches_the_terminal_as_a_control_code(imaging):
    done = imaging("instances", "--os-cloud", "demo")

    assert "[/red]" in done.out
    assert "\x1b" not in done.out


def test_a_name_of_255_wide_characters_is_shown_whole_in_a_pipe(imaging):
    done = imaging("instances", "--os-cloud", "demo", "--json")
    name = next(one["name"] for one in json.loads(done.out) if len(one["name"]) == 255)

    assert f"{name}\t" in imaging("instances", "--os-cloud", "demo").out
    assert imaging("check", name, "--os-cloud", "demo").status in {0, 1}


def test_images_are_listed_and_only_the_own_ones_where_that_is_wanted(imaging):
    everything = json.loads(imaging("images", "--os-cloud", "demo", "--json").out)
    mine = json.loads(imaging("images", "--os-cloud", "demo", "--json", "--mine").out)

    assert {"id", "name", "status", "visibility"} <= set(everything[0])
    assert any(image["name"] == "Featured-Ubuntu24" for image in everything)
    assert mine == [image for image in everything if image["mine"]]


def test_an_old_image_of_ones_own_is_noted_for_people_and_for_scripts(imaging):
    listed = json.loads(imaging("images", "--os-cloud", "demo", "--json").out)
    (old,) = (image for image in listed if image["name"] == "astro-base-2024")
    done = imaging("images", "--os-cloud", "demo")

    assert [note["code"] for note in old["notes"]] == ["followed", "old"]
    assert (old["follows"], old["followed_by"], old["hidden"]) == (None, names.image_id("astro-base/1"), True)
    assert "Note on astro-base-2024: It is 420 days old" in done.err
    assert done.out.splitlines()[0].endswith("\tID\tWORKS\tNOTES")
    assert {line.split("\t")[-1] for line in done.out.splitlines()[1:]} == {"-", "followed, old", "support ended"}


def test_an_instance_with_volumes_that_nobody_inspected_is_not_ready_and_says_so(imaging):
    done = imaging("check", "db-07", "--os-cloud", "demo", "--json")
    written = json.loads(done.out)
    volumes = next(finding for finding in written["findings"] if finding["rule"] == "VOL-DETACHED")

    assert done.status == 1
    assert (written["schema"], written["instance"]["name"]) == ("imaging.check/1", "db-07")
    assert written["readiness"] == "not-inspected"
    assert (volumes["outcome"], volumes["severity"], volumes["fixed_by"]) == ("fail", "block", "detach volumes")
    assert "pgdata" in volumes["evidence"]


def test_a_checklist_says_what_to_do(imaging):
    done = imaging("check", "db-07", "--os-cloud", "demo")

    assert "fixed by the run: the run does this itself" in done.out
    assert re.search(r"Attached volumes +VOL-DETACHED\n +2 volumes attached: ", done.out)
    assert "Fixed in the step: detach volumes" in done.out
    assert re.search(r"^\? Not inspected  1 to confirm · \d+ unknown · 3 fixed by the run · ", done.out, re.MULTILINE)
    assert "Not inspected: no inspection was made yet. Inspect it with --probe" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_what_only_the_guest_can_tell_is_listed_where_that_is_wanted(imaging):
    assert "FS-ROOT\n" not in imaging("check", "db-07", "--os-cloud", "demo").out
    assert re.search(r"\? Root file system +FS-ROOT\n", imaging("check", "db-07", "--os-cloud", "demo", "--all").out)


def test_a_run_in_progress_is_named_as_what_blocks_another_one(imaging, monkeypatch):
    class Kept:
        async def runs(self):
            return (run(id="k3f9a1", plan=plan(source=source[0])),)

    @asynccontextmanager
    async def own_runs():
        yield Kept()

    async def claimed(*asked):
        facts = await gather_facts(*asked)
        source.append(present(facts.instance.value).model_copy(update={"metadata": {"imaging.claim.k3f9a1": "{}"}}))
        return facts.model_copy(update={"instance": Fact(value=source[0])})

    source = []
    monkeypatch.setattr("imaging.commands.check.gather_facts", claimed)
    monkeypatch.setattr("imaging.commands.flow.session.own_runs", own_runs)
    done = imaging("check", "db-07", "--os-cloud", "demo")
    assert "Run k3f9a1 is in progress; it restores the instance when it ends." in done.out
    assert "imaging watch k3f9a1" in done.out
    assert "imaging undo" not in done.out


def test_what_passes_is_listed_where_that_is_wanted(imaging):
    assert "STATE-LOCKED\n" not in imaging("check", "db-07", "--os-cloud", "demo").out
    assert "STATE-LOCKED\n" in imaging("check", "db-07", "--os-cloud", "demo", "--all").out


@pytest.mark.parametrize(
    "line, suggestion",
    [
        (("chek", "db-07"), "Did you mean check?"),
        (("check", "db-7"), "Did you mean db-07?"),
        (("verify", "survey-aplliance", "--plan"), "Did you mean survey-appliance?"),
        (("check", "db-07", "--prope"), "--probe"),
        (("check", "db-07", "--profile", "jetsteam2"), "Did you mean jetstream2 or jetstream?"),
        (("instances", "--os-cloud", "dmo"), "Did you mean demo"),
        (("create", "db-07", "--plan", "--flavor", "m3.tinny"), "Did you mean m3.tiny"),
        (("create", "db-07", "--plan", "--waive", "SEC-PRIVKY=x"), "Did you mean SEC-PRIVKEY?"),
    ],
)
def test_a_mistyped_name_brings_the_near_one(imaging, line, suggestion):
    done = imaging(*line) if "--os-cloud" in line else imaging("--os-cloud", "demo", *line)

    assert done.status == 2
    assert suggestion in done.err


def test_other_guidelines_judge_otherwise(imaging):
    done = imaging("check", "db-07", "--os-cloud", "demo", "--profile", "openstack", "--json")

    assert json.loads(done.out)["profile"] == "openstack"


def test_an_instance_that_may_not_be_imaged_is_not_ready(imaging):
    done = imaging("check", "spectra-old", "--os-cloud", "demo", "--json")

    assert done.status == 1
    assert json.loads(done.out)["readiness"] == "blocked"


def test_a_plan_names_each_step_and_its_commands(imaging, demo_cloud: DemoCloud):
    done = imaging("create", "db-07", "--plan", "--os-cloud", "demo", *TEXTS, "--uninspected", "it is known")

    assert done.status == 0
    assert "Continues without a whole inspection: it is known." in done.out
    assert "This will stop db-07 and detach 2 volumes" in done.out
    assert f"$ openstack server stop {demo_cloud.server_id('db-07')}" in done.out
    assert demo_cloud.transitions("db-07") == []


def test_a_plan_without_an_inspection_is_shown_and_says_that_it_could_not_start(imaging):
    done = imaging("create", "db-07", "--plan", "--os-cloud", "demo", *TEXTS)

    assert done.status == 1
    assert done.out.startswith("This run cannot start yet: 1 thing to do first.\n")
    assert "--uninspected WHY" in done.out
    assert "? Not inspected  " in done.out
    assert "This run could not start" in done.err
    assert [line for line in done.out.splitlines() if len(line) > 80 and not line.strip().startswith("'")] == []


def test_a_plan_needs_no_name_and_suggests_one(imaging):
    done = imaging("create", "db-07", "--plan", "--os-cloud", "demo", "--json", "--uninspected", "it is known")
    written = json.loads(done.out)

    assert done.status == 0
    assert (written["readiness"], written["uninspected"]) == ("not-inspected", "it is known")
    assert "SW-ATTEST" in [one["rule"] for one in written["findings"]["confirmations"]]
    assert written["schema"] == "imaging.plan/1"
    assert written["name"].startswith("db-07-")
    assert [volume["name"] for volume in written["volumes"]] == ["pgdata", "scratch"]


def test_the_plan_of_a_verification_touches_no_instance(imaging):
    done = imaging("verify", "survey-appliance", "--plan", "--os-cloud", "demo", "--json")
    written = json.loads(done.out)

    assert done.status == 0
    assert (written["instance"], written["image"]["name"]) == (None, "survey-appliance")


def test_reading_asks_nothing_that_changes_the_cloud(imaging, demo_cloud: DemoCloud):
    demo_cloud.forget_calls()
    imaging("instances", "--os-cloud", "demo")
    imaging("images", "--os-cloud", "demo")
    imaging("check", "db-07", "--os-cloud", "demo")
    imaging("create", "db-07", "--plan", "--os-cloud", "demo")

    changing = [call for call in demo_cloud.calls() if call["method"] != "GET" and "/auth/tokens" not in call["path"]]
    assert changing == []


def test_no_command_but_the_console_loads_textual(demo_cloud):
    lines = [["instances"], ["images"], ["check", "db-07"], ["runs"], ["create", "db-07", "--plan"], ["undo", "x"]]
    program = "import sys; from imaging.commands.main import run\n"
    program += "".join(f"run({['--os-cloud', 'demo', *line]!r})\n" for line in lines)
    program += "sys.exit('textual' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_on_a_terminal_the_table_is_aligned_and_harmless(at_terminal):
    done = at_terminal("instances", "--os-cloud", "demo")

    assert done.status == 0
    assert "[/red]" in done.out
    assert "\x1b[2J" not in done.out
    assert "\t" not in done.out


def test_on_a_terminal_without_colours_there_are_none(at_terminal):
    assert "\x1b[3" not in at_terminal("instances", "--os-cloud", "demo", NO_COLOR="1").out


def test_output_that_nobody_reads_is_no_failure(demo_cloud):
    done = subprocess.run(
        f"{sys.executable} -m imaging.commands instances --os-cloud demo | true; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "141\n"
    assert done.stderr == ""


def test_a_machine_without_runs_lists_none(imaging):
    assert json.loads(imaging("runs", "--json").out) == []
    assert imaging("runs").out.count("\n") == 1


@pytest.mark.parametrize("line", [("watch", "nosuchrun"), ("resume", "nosuchrun"), ("cancel", "nosuchrun")])
def test_a_run_that_is_not_there_is_wrong_use(imaging, line):
    done = imaging(*line)

    assert done.status == 2
    assert "nosuchrun" in done.err


def test_there_is_nothing_to_undo_on_an_instance_without_claim(imaging):
    done = imaging("undo", "db-07", "--yes", "--os-cloud", "demo")

    assert done.status == 2
    assert "There is nothing to undo" in done.err
