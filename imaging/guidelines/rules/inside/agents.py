"""Chapter *Identity*: meshes, clusters and monitoring that know this one machine."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines import tables
from imaging.guidelines.rule import Judge
from imaging.guidelines.rules.inside.found_files import judge_files

JUDGES: Mapping[str, Judge] = {
    "ID-AGENTS": judge_files(
        "ID-AGENTS",
        "No stored identity of a mesh, a cluster or a monitoring agent was found.",
        tables.agents,
        "Enrol it anew in each child; take the identity away before imaging.",
    )
}
