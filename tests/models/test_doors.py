"""Foreign numbers, moments and JSON are read in models.foreign alone: a call that could read them elsewhere is refused.

Where what is read is our own, or has just been matched and bounded, `OWN_VALUES` says so for each call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
DOOR = "models/foreign.py"
PACKAGES = ("imaging", "models", "screens", "tui")
APART = "imaging/democloud"
"""A program of its own, which imports nothing of this one: the stranger of the tests."""
BUILT_IN = frozenset({"int", "float", "complex", "Decimal", "Fraction"})
READERS = frozenset(
    {
        *("loads", "load", "from_json", "literal_eval", "safe_load", "full_load", "unsafe_load", "load_all"),
        *("fromisoformat", "fromtimestamp", "utcfromtimestamp", "strptime", "fromordinal", "parsedate_to_datetime"),
        *("parsedate", "parsedate_tz", "mktime_tz", "model_validate_json", "validate_json", "eval", "exec"),
    }
)
"""Names of functions and methods that make a value of a text or of bytes."""
_TYPES = frozenset({"isinstance", "issubclass", "NewType", "cast", "TypeVar"})
"""What takes a type for a type and calls nothing."""
OWN_VALUES = {
    (
        "imaging/cloud/clouds_yaml/parsing.py",
        "yaml.load(text, _Loader)",
    ): "the user's own file, errors answered",
    ("imaging/cloud/bounded_http/exchange.py", "float('inf')"): "a constant",
    (
        "imaging/commands/flow/demo_cloud.py",
        "yaml.safe_load(read_private(clouds, _LARGEST_FILE))",
    ): "our own file",
    ("imaging/commands/main.py", "int(status or 0)"): "the exit status of one of the commands",
    ("imaging/commands/output/reports/files.py", "int(named[1])"): "the user's own option, its digits just matched",
    ("imaging/guest/deep_check/chunks.py", "int(found[1])"): "one to four ASCII digits, just matched",
    ("imaging/guest/deep_check/chunks.py", "int(found[2])"): "one to four ASCII digits, just matched",
    ("imaging/guest/deep_check/chunks.py", "int(found[3])"): "one to ten ASCII digits, just matched",
    ("imaging/guest/remedies/current_mounts.py", "int(found[1], 8)"): "three octal digits, just matched",
    ("imaging/guest/report/readers/disks.py", "int(found[1], 16)"): "two hexadecimal digits, just matched",
    ("imaging/guest/report/envelope.py", "Envelope.model_validate_json(document)"): "each field has its bounds there",
    (
        "imaging/guest/report/report_reader.py",
        "float(max(0, envelope.ended - envelope.started))",
    ): "numbers below 10**11",
    (
        "imaging/guest/report/report_reader.py",
        "float(round(envelope.ended - now.timestamp()))",
    ): "below 10**11",
    ("imaging/guest/report/tables.py", "int(found[1], 8)"): "three octal digits, just matched",
    ("imaging/guest/download/listing.py", "int(found[1], 8)"): "three octal digits, just matched",
    (
        "imaging/guidelines/declaration.py",
        "int(each.sentences[-1].removeprefix('S'))",
    ): "the number of a sentence of the page",
    ("imaging/guest/works/ask.py", "int(port)"): "the run's own address; it runs in the test instance",
    ("imaging/guest/works/boot_rows.py", "int(found[1], 8)"): "three octal digits, just matched",
    ("imaging/guest/works/test_files.py", "int(memory[1])"): "one to seven digits of the user's file, just matched",
    ("imaging/guest/report/yaml_text.py", "yaml.safe_load(text)"): "bounded before it, and counted behind it",
    ("imaging/guidelines/page.py", "tomllib.loads(text)"): "a table of the program",
    ("imaging/guidelines/rules/guest/disk.py", "defaultdict(int)"): "a sum that begins with 0",
    (
        "imaging/guidelines/tables.py",
        "tomllib.loads((resources.files('imaging.guidelines') / 'data' / f'{table}.toml').read_text('utf-8'))",
    ): "a table of the program",
    (
        "imaging/runs/test_instance/console_watch.py",
        "float(self._ctx.profile.patience.console_silence_seconds)",
    ): "a whole number, bounded in the profile",
    (
        "imaging/runs/journal/journal.py",
        "int(connection.execute('PRAGMA data_version').fetchone()[0])",
    ): "SQLite's own counter",
    ("imaging/runs/journal/rows.py", "int(value)"): "a truth value",
    ("imaging/runtime/escapes.py", "int(digits, 8)"): "a few octal digits, just matched",
    ("imaging/runtime/escapes.py", "int(written[2:], 16)"): "a few hexadecimal digits, just matched",
    ("imaging/runs/journal/rows.py", "int(owned.removed)"): "a truth value",
    (
        "imaging/runs/journal/schema.py",
        "int(connection.execute('PRAGMA user_version').fetchone()[0])",
    ): "32 bits",
    ("imaging/runs/plan/new_run.py", "int(now.timestamp())"): "our clock",
    ("imaging/runs/ownership/images_and_servers.py", "float('inf')"): "a constant",
    ("imaging/runs/report/guest.py", "int((planned_at - read_at).total_seconds())"): "moments within bounds",
    ("imaging/runs/run_watch.py", "float('-inf')"): "a constant",
    (
        "imaging/runs/steps/verify.py",
        "float(ctx.profile.patience.test_limit_seconds)",
    ): "a whole number, bounded in the profile",
    ("imaging/runs/steps/wait_for_image.py", "float(ctx.run.plan.request.timeout_seconds)"): "bounded by the request",
    ("imaging/runs/test_instance/boot_verdict/dead_ends.py", "int(number)"): "one to six ASCII digits, just matched",
    ("imaging/files/convert/qemu_img.py", "float(percent)"): "at most five digits, by the pattern",
    ("imaging/files/disk/assembly/mounting.py", "int(found[1], 8)"): "three octal digits, by the pattern",
    (
        "imaging/guest/file_probe/expressions/syntax.py",
        "int(digits)",
    ): "at most as many digits as the greatest count has",
    ("imaging/guest/file_probe/part_sshd.py", "int(major[:9])"): "at most nine ASCII digits, just counted",
    ("imaging/guest/file_probe/people.py", "int(digits)"): "ASCII digits, just counted",
    ("imaging/files/wrappers/parts.py", "int(digits)"): "one to eight digits, just counted",
    ("imaging/guest/disk_reading/reading.py", "int(request.now.timestamp())"): "a time of this machine",
    ("models/works/tap.py", "int(found[1])"): "one to six ASCII digits, just matched",
    ("models/works/tap.py", "int(found[2])"): "one to six ASCII digits, just matched",
    ("models/formatting.py", "float(size_bytes)"): "a whole number of the program already",
    ("screens/dialogs/finding.py", "int(place)"): "the place in a list on the screen",
    ("screens/instances/actions.py", "int(place)"): "the place in a list on the screen",
    ("tui/terminal/canvas.py", "int(token['column'] or 1)"): "at most five digits, by the pattern",
    ("tui/terminal/canvas.py", "int(token['line'] or 1)"): "at most five digits, by the pattern",
    (
        "tui/terminal/pace.py",
        "int(self._in_question * _PIECE_SECONDS / seconds)",
    ): "a number of the program, of a positive one",
    ("tui/terminal/pens.py", "int(code or 0)"): "at most a hundred digits, by the pattern of the canvas",
    ("screens/wizard/pages/finding_page.py", "int(place)"): "the place in a list on the screen",
}
"""By file and call: why the value is the program's own, or is known to be a number within bounds."""


def calls(source: str) -> Iterator[tuple[str, int]]:
    """Each call that reads a value, as it is written, with its line; also a reader that is handed on uncalled."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in BUILT_IN | READERS:
            yield ast.unparse(node), node.lineno
        elif isinstance(node, ast.Call) and _name(node.func) not in _TYPES:
            for handed in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(handed, ast.Name | ast.Attribute) and _name(handed) in BUILT_IN | READERS:
                    yield ast.unparse(node), node.lineno


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return "" if node.id == "load" else node.id  # a function of the program may well be called so
    return node.attr if isinstance(node, ast.Attribute) else ""


def found() -> Iterator[tuple[str, str, int]]:
    for package in PACKAGES:
        for file in sorted((HOME / package).rglob("*.py")):
            name = file.relative_to(HOME).as_posix()
            if name != DOOR and not name.startswith(APART):
                yield from ((name, call, line) for call, line in calls(file.read_text(encoding="utf-8")))


def test_no_call_reads_a_strangers_value_anywhere_else():
    new = [f"{file}:{line}: {call}" for file, call, line in found() if (file, call) not in OWN_VALUES]
    assert not new, "read it with models.foreign, or say in OWN_VALUES whose the value is:\n" + "\n".join(new)


def test_no_reason_stands_for_a_call_that_is_gone():
    assert set(OWN_VALUES) - {(file, call) for file, call, _line in found()} == set()


@pytest.mark.parametrize(
    "source",
    [
        *(
            "int(text)",
            "float(answer['size'])",
            "json.loads(text)",
            "from json import loads\nloads(text)",
            "map(int, parts)",
        ),
        *(
            "datetime.fromisoformat(text)",
            "Model.model_validate_json(data)",
            "sorted(rows, key=float)",
            "Decimal(text)",
        ),
        *("parsedate_to_datetime(header)", "rows.read(kind, from_json, fields=1)", "datetime.strptime(text, form)"),
    ],
)
def test_each_kind_of_reading_is_seen(source: str):
    assert list(calls(source))


@pytest.mark.parametrize("source", ["isinstance(value, int)", "def f(x: int) -> float: ...", "foreign.whole(text)"])
def test_a_type_that_is_only_named_is_none(source: str):
    assert not list(calls(source))
