"""No rule is forgotten: one that nobody lists would be a silent *ready*."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from imaging.guidelines import rules
from imaging.guidelines.catalogue import RULES
from imaging.guidelines.declaration import rule, rules_of
from imaging.guidelines.rule import Answer, Chapter, Rule, passed
from imaging.guidelines.rules.guest_rules import GUEST_RULES
from models.findings import Severity, Source
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

DECLARING = {"rule", "file_rule"}
LISTED = [
    line
    for line in Path(__file__).with_name("rule_ids.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
"""Every rule that the guidelines ask for, one a line; `ID: reason` where one is left out."""


def declared_in(text: str) -> list[str]:
    """The ids that a module's text declares, before it is loaded."""
    return [
        ast.literal_eval(node.args[0])
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECLARING
        if isinstance(node.args[0], ast.Constant)
    ]


def modules(folder: str) -> list[Path]:
    return sorted((Path(rules.__path__[0]) / folder).glob("*.py"))


@pytest.mark.parametrize("folder", ["cloud", "guest"])
def test_every_rule_that_a_module_declares_is_in_the_catalogue_once(folder):
    declared = [(path.stem, each) for path in modules(folder) for each in declared_in(path.read_text("utf-8"))]
    source = {"cloud": Source.CLOUD, "guest": Source.GUEST}[folder]
    collected = sorted(each.id for each in RULES if each.answered_by is source)
    assert len(declared) > 30
    assert sorted(each for _, each in declared) == collected


def test_no_id_is_doubled():
    assert len({each.id for each in RULES}) == len(RULES)


def test_each_rule_of_the_list_is_built_or_left_out_with_a_reason():
    built = [line for line in LISTED if ": " not in line]
    left_out = dict(line.split(": ", 1) for line in LISTED if ": " in line)
    assert [each.id for each in RULES] == built
    assert all(reason.strip() for reason in left_out.values())


def test_a_rules_function_is_called_as_its_id_so_that_a_search_finds_it():
    collected = {
        name for path in (*modules("cloud"), *modules("guest")) for name in names_of_rules(path.read_text("utf-8"))
    }
    assert collected == {each.id.lower().replace("-", "_") for each in RULES}


def names_of_rules(text: str) -> set[str]:
    """The functions and constants at the top of a module that hold a rule."""
    top = ast.parse(text).body
    functions = {node.name for node in top if isinstance(node, ast.FunctionDef) and node.decorator_list}
    constants = {
        target.id
        for node in top
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and declared_in(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {name for name in functions | constants if not name.startswith("_")}


SENTENCES = {"No", "None", "Nothing", "Nobody", "Neither", "All", "A", "It", "You", "There"}
"""How titles begin that say what is wanted: above a finding they say the opposite of the truth."""


def test_a_title_says_what_a_rule_is_about_and_nothing_of_the_outcome():
    about = {each.id: each.title for each in RULES if each.asked_for is None}
    assert len(set(about.values())) == len(about)
    assert [
        name for name, title in about.items() if SENTENCES & {title.split()[0]} or {"is", "gets"} & set(title.split())
    ] == []
    assert [each.title for each in RULES if each.title.endswith(".")] == []


def test_the_rules_that_the_guest_answers_are_those_with_a_command_to_do_it_by_hand():
    assert {each.id for each in GUEST_RULES} == {each.id for each in RULES if each.by_hand}


class Declared(ModuleType):
    """A module with rules."""

    def __init__(self, **rules: Rule) -> None:
        super().__init__("declared")
        self.__dict__.update(rules)


def judge(_facts: InstanceFacts, _profile: Profile) -> Answer:
    return passed("")


def ruled(rule_id: str, chapter: Chapter, sentence: str = "S1") -> Rule:
    return rule(rule_id, chapter, rule_id, Severity.INFO, sentences=(sentence,))(judge)


def test_rules_stand_by_chapter_then_by_module_then_as_declared():
    first = Declared(b=ruled("B", Chapter.BOOT), a=ruled("A", Chapter.BOOT), d=ruled("D", Chapter.NAME))
    second = Declared(c=ruled("C", Chapter.BOOT))
    assert [each.id for each in rules_of([first, second])] == ["D", "B", "A", "C"]


def test_the_system_files_stand_as_the_page_lists_them():
    rest = Declared(b=ruled("B", Chapter.SYSTEM_FILES, "S40"), a=ruled("A", Chapter.SYSTEM_FILES, "S36"))
    assert [each.id for each in rules_of([rest])] == ["A", "B"]


def test_declaring_a_rule_puts_it_nowhere():
    ruled("NEVER-LISTED", Chapter.BOOT)
    assert "NEVER-LISTED" not in {each.id for each in RULES}
