"""Launches that were ordered to fail on their host."""

from __future__ import annotations

from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud


def launched(ada: Talk, held: DemoCloud) -> dict[str, object]:
    server_id = ada.launch(held.image_id("Featured-Ubuntu24"))
    held.turn(15)
    return ada.server(server_id)


def test_a_build_fails_with_the_words_that_were_ordered(ada: Talk, held: DemoCloud):
    words = "Image 7 is unacceptable: Image content does not match disk_format"
    held.hooks(spawn={"fail": "as ordered", "text": words})
    server = launched(ada, held)
    assert (server["status"], server["fault"]["message"]) == ("ERROR", words)  # type: ignore[index]  # JSON


def test_only_as_many_builds_fail_as_were_ordered(ada: Talk, held: DemoCloud):
    held.hooks(spawn={"fail": "No valid host", "times": 2})
    assert [launched(ada, held)["status"] for _ in range(3)] == ["ERROR", "ERROR", "ACTIVE"]
