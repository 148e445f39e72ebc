"""Asks by which column a list is sorted; the one in force is turned round."""

from __future__ import annotations

from typing import Any

from screens.dialogs.choose import Choice, ChooseScreen
from screens.order import HeldOrder


def sort_dialog(order: HeldOrder[Any]) -> ChooseScreen:
    """Gives the title of a column."""
    return ChooseScreen("Sort by", [Choice(column, column, _note(column, order)) for column in order.orders.columns])


def _note(column: str, order: HeldOrder[Any]) -> str:
    offered = order.orders.words(order.sorting.chosen(column))
    return f"now the other way: {offered}" if column == order.sorting.column else offered
