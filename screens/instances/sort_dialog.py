"""Asks by which column the list is sorted; the one in force is turned round."""

from __future__ import annotations

from screens.dialogs.choose import Choice, ChooseScreen
from screens.instances.table.order import ORDERS, Sorting


def sort_dialog(sorting: Sorting) -> ChooseScreen:
    """Gives the title of a column."""
    return ChooseScreen("Sort by", [Choice(column, column, _note(column, sorting)) for column in ORDERS])


def _note(column: str, sorting: Sorting) -> str:
    offered = sorting.chosen(column).words.split(", ", 1)[1]
    return f"now the other way: {offered}" if column == sorting.column else offered
