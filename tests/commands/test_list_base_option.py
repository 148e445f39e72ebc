"""--list-base on the command line: what it asks for, what the plan says about it, and where it is refused."""

from __future__ import annotations

import click
import pytest

from imaging.commands.documents.plan import plan_document
from imaging.commands.main import cli
from imaging.commands.options.base_listing import BaseOptions
from models.errors import UsageError
from models.run.plan import BasePlan
from tests.commands.building import plan


def test_without_a_test_launch_there_is_nothing_to_compare():
    with pytest.raises(UsageError, match="--no-test launches none"):
        BaseOptions(list_base=True).refuse_base_without_test(no_test=True)
    BaseOptions(list_base=True).refuse_base_without_test(no_test=False)
    BaseOptions(list_base=False).refuse_base_without_test(no_test=True)


@pytest.mark.parametrize("name,has", [("create", True), ("verify", True), ("seal", True), ("import", False)])
def test_it_is_an_option_where_a_base_is_known(name: str, *, has: bool):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert ("list_base" in {each.name for each in command.params}) is has


def test_the_plan_as_a_document_names_the_base():
    assert plan_document(plan()).base is None
    base = BasePlan(image_id="i-1", name="Featured-Ubuntu24", refused_because="it is deactivated")
    told = plan_document(plan().model_copy(update={"base": base})).base
    assert told is not None
    assert (told.image.name if told.image else "", told.flavor, told.known) == ("Featured-Ubuntu24", None, False)
    assert told.refused_because == "it is deactivated"
