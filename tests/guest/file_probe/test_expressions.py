"""Expressions mean what they mean to `grep -E`, and no text takes them long."""

from __future__ import annotations

import random
import re
import subprocess
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.guest.file_probe.expressions import automaton
from imaging.guest.file_probe.expressions.automaton import Automaton
from imaging.guest.file_probe.expressions.globs import any_name
from imaging.guest.file_probe.expressions.syntax import ExpressionError, parsed
from imaging.guidelines.guest.questions import questions_for
from models.guest.files import Questions
from tests.guidelines.building import profile
from tests.linear.attacks import attacks_on
from tests.support.examples import examples

SIZE = 65_536


def questions() -> Questions:
    return questions_for(profile("jetstream2"))


def asked_expressions() -> list[str]:
    """Every expression of the shipped tables, once."""
    return sorted(
        {text for each in questions().searches for text in (*each.first_line.values(), *each.contains.values())}
    )


def by_grep(expression: str, lines: list[bytes]) -> set[int]:
    """The numbers of the lines that fit, from 0."""
    said = subprocess.run(
        ["grep", "-a", "-n", "-E", "-e", expression],
        input=b"".join(line + b"\n" for line in lines),
        capture_output=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert said.returncode in {0, 1}, said.stderr
    return {int(line.partition(b":")[0]) - 1 for line in said.stdout.splitlines() if line[:1].isdigit()}


def by_us(expression: str, lines: list[bytes]) -> set[int]:
    fits = Automaton({"it": parsed(expression)})
    return {number for number, line in enumerate(lines) if fits.found_in(line + b"\n")}


LETTERS = b"ab_ -.X9\t/\xe9"
LINES = st.lists(st.lists(st.sampled_from(LETTERS), max_size=9).map(bytes), min_size=1, max_size=30)
ATOMS = st.sampled_from(
    ["a", "b", "_", " ", "-", r"\.", ".", "[ab]", "[^a]", "[^ -9]", "[]a]", "[^]a]", "[a-]", "[[:space:]]", "{", "/",
     "[[:alpha:]_]", "[^[:alnum:]]", "[[:punct:]b]", r"[\.]", r"\w", r"\W", r"\s", r"\S", "\xe9"]
)  # fmt: skip
EDGES = st.sampled_from(["^", "$", r"\b", r"\B", r"\<", r"\>"])
TIMES = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "{,2}"])
EXPRESSIONS = st.recursive(
    st.builds(str.__add__, ATOMS, TIMES) | EDGES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.builds(lambda body, times: f"({body}){times}", inner, TIMES),
    ),
    max_leaves=8,
)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, LINES)
def test_an_expression_means_what_it_means_to_grep(expression: str, lines: list[bytes]) -> None:
    assert by_us(expression, lines) == by_grep(expression, lines)


def lines_for(expression: str) -> Iterator[bytes]:
    """Lines that the expression nearly fits: from its own parts, whole and broken."""
    rnd = random.Random(expression)
    for attack in attacks_on(re.compile(expression)):
        for size in (3, 40, 90):
            line = attack.text(size).encode("latin-1", "replace").replace(b"\n", b" ").replace(b"\0", b"")
            yield line
            yield bytes(rnd.sample(line, len(line)))
    for _ in range(100):
        yield "".join(rnd.choice(expression) for _ in range(rnd.randrange(40))).encode("utf-8")


@pytest.mark.parametrize("expression", asked_expressions(), ids=range(len(asked_expressions())))
def test_every_question_means_what_it_means_to_grep(expression: str) -> None:
    lines = list(lines_for(expression))
    assert by_us(expression, lines) == by_grep(expression, lines)


@pytest.mark.parametrize("expression", asked_expressions(), ids=range(len(asked_expressions())))
def test_no_line_of_64_kib_takes_a_question_long(expression: str) -> None:
    rnd = random.Random(expression)
    attacks = attacks_on(re.compile(expression))
    texts = [attack.text(SIZE).encode("latin-1", "replace") for attack in rnd.sample(attacks, min(len(attacks), 6))]
    texts.append("".join(rnd.choices(expression, k=SIZE)).encode("utf-8"))
    fits = Automaton({"it": parsed(expression)})
    began = time.process_time()
    for text in texts:
        fits.found_in(text)
    assert time.process_time() - began < 1.5


def test_an_expression_that_makes_python_go_back_for_ever_takes_no_time() -> None:
    slow = Automaton({"it": parsed("^(a|aa)+(b|(a*)*)*$|(x+x+)+y")})
    began = time.process_time()
    assert not slow.found_in(b"a" * SIZE + b"!" + b"x" * SIZE)
    assert time.process_time() - began < 1


def test_more_states_than_are_kept_are_found_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rnd = random.Random(1)
    text = bytes(rnd.choices(b"ab", k=5_000))
    expression = "a[ab]{12}b[ab]{3}c"
    expected = Automaton({"it": parsed(expression)}).found_in(text + b"c")
    monkeypatch.setattr(automaton, "_MOST_STATES", 50)
    monkeypatch.setattr(automaton, "_MOST_STEPS", 20)
    few = Automaton({"it": parsed(expression)})
    assert few.found_in(text + b"c") == expected
    assert len(few._states) <= 50


def test_each_tag_is_told_where_it_fits_and_only_there() -> None:
    several = Automaton(
        {tag: parsed(text) for tag, text in {"start": "^a", "end": "a$", "two": "aa", "no": "b"}.items()}
    )
    assert several.found_in(b"xa\nax\n") == {"start", "end"}
    assert several.found_in(b"aa") == {"start", "end", "two"}
    assert several.found_in(b"") == frozenset()
    assert several.found_in(b"x" * 20_000 + b"\naab") == {"start", "two", "no"}


def test_an_empty_line_is_one_only_where_it_ends() -> None:
    empty = Automaton({"empty": parsed("^$")})
    assert [bool(empty.found_in(text)) for text in (b"", b"\n", b"a\n", b"a", b"a\n\nb", b"\na")] == [
        False, True, False, False, True, True,
    ]  # fmt: skip


def test_the_time_is_asked_for_while_states_are_found_out() -> None:
    class TimeIsUpError(Exception):
        pass

    def up() -> None:
        raise TimeIsUpError

    with pytest.raises(TimeIsUpError):
        Automaton({"it": parsed("a")}, check=up).found_in(b"b")


@pytest.mark.parametrize(
    "expression",
    ["(a", "a)", "[a", "[]", "[a-", "[z-a]", "[[:word:]]", "[[.a.]]", "*a", "a|+", "^*a", r"\b+", "a\\", r"(a)\1",
     "a{2,1}", "a{300}", "(" * 60 + ")" * 60, "a" + "*" * 20],
)  # fmt: skip
def test_what_has_no_meaning_here_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        parsed(expression)


def test_an_expression_that_counts_too_far_is_refused() -> None:
    with pytest.raises(ExpressionError):
        Automaton({"it": parsed("((a{200}){200}){200}")})


@pytest.mark.parametrize(
    "pattern, name, fits",
    [
        ("*.lic", b"a.lic", True), ("*.lic", b".lic", True), ("*.lic", b"a.lic.txt", False), ("*.LIC", b"a.lic", True),
        ("*.lic", b"line\nend.lic", True), ("*.lic", b"\xff\xfe.lic", True), ("id_?", b"id_", False), ("[", b"[", True),
        ("r20??*", b"r2024a", True), ("v[0-9]?x", b"v1ax", True), ("v[0-9]?x", b"vaax", False),
        ("v[!0-9]", b"va", True), ("v[!0-9]", b"v1", False), ("q{2}$^(a|b)+", b"q{2}$^(a|b)+", True),
        ("back\\slash", b"back\\slash", True), ("\xc4rger", "\xe4rger".encode(), True), ("[a-c.-]", b"-", True),
        ("x", b"y\nx", False),
    ],
)  # fmt: skip
def test_a_pattern_of_names_means_whole_names(pattern: str, name: bytes, fits: bool) -> None:
    assert bool(Automaton({"it": any_name([pattern, "never"])}, by_line=False).found_in(name)) is fits
