"""`imaging verdict`: a console log that somebody saved, judged as that of a test instance is."""

from __future__ import annotations

import re

import click

from imaging.commands.documents.verdict import verdict_document
from imaging.commands.flow import session
from imaging.commands.flow.brought_file import Brought, read_brought
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.output.judged.verdict_text import verdict_lines
from imaging.commands.output.streams import say, write, write_json
from imaging.runs.test_instance.boot_verdict.saved_console import judge_saved_console
from imaging.runtime.threads import in_thread
from models.errors import UsageError
from models.exit_code import ExitCode
from models.formatting import size
from models.verdict import Verdict

LIMIT_BYTES = 2**20
"""Of a longer log the end is read, which decides: as much as a run keeps, ten times what a cloud gives."""
_TOKEN = re.compile(r"\S{1,64}")


@click.command(
    name="verdict",
    cls=CommandWithExamples,
    examples=(
        Example("imaging verdict console.log", "whether the machine of a saved console log came up"),
        Example("openstack console log show web-01 | imaging verdict -", "the same without a file in between"),
        Example("imaging verdict console.log --marker 1f0c9a", "count the marker that its user data printed, too"),
        Example("imaging verdict console.log --json | jq .hints", "what else was wrong"),
    ),
)
@click.argument("file")
@click.option("--marker", metavar="TOKEN", help="Count the program's own marker if it bears this token.")
@everywhere
def command(invocation: Invocation, file: str, *, marker: str | None) -> ExitCode:
    """Judge a saved console log: whether the machine booted.

    FILE is a text in any encoding; - stands for standard input. It is judged as the console of a test instance is,
    and needs no cloud. The exit status is 0 only if the machine came up and does not say that it has no network
    address.
    """
    if marker is not None and _TOKEN.fullmatch(marker) is None:
        raise UsageError("--marker wants a token: at most 64 characters without a blank.")
    verdict = session.run(_judge(file, marker))
    if invocation.json:
        write_json(verdict_document(verdict))
    else:
        write("\n".join(verdict_lines(verdict)))
    return ExitCode.DONE if verdict.has_proved_boot else ExitCode.VIOLATIONS


async def _judge(file: str, marker: str | None) -> Verdict:
    brought = await read_brought(file, limit_bytes=LIMIT_BYTES, last_part=True)
    if brought.left_out:
        say(f"{brought.label} is long: only its last {size(LIMIT_BYTES)} were read.")
    return await in_thread(_verdict, brought, marker)


def _verdict(brought: Brought, marker: str | None) -> Verdict:
    return judge_saved_console(brought.text, marker, begins_cut=brought.left_out > 0)
