"""What a seal takes away, as text: the table that is agreed to, or for a plain image what will be in it."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.commands.output.streams import Line
from models.run.plan import Plan
from models.words.seal_table import INCLUDED, LOST, free_space_line, kept_lines, seal_table

_INDENT = 6
_NAMES_SHOWN = 12
_DIGEST_SHOWN = 16


def seal_lines(plan: Plan) -> Iterator[Line]:
    """The table of one plan; nothing where no inspection tells what lies on the disk.

    Args:
        plan: of an image; its seal is planned for a plain one too, to say what that publishes.
    """
    seal = plan.seal
    if seal is None or not seal.operations:
        return
    is_lost = plan.kind.spec.seals
    yield Line(f"{LOST if is_lost else INCLUDED}:", "bold")
    for row in seal_table(seal, lost=is_lost):
        amount = f": {row.amount}" if row.amount else ""
        yield Line(f"  {row.title}{amount}  [{row.reasons}]", hanging=_INDENT)
        yield from (Line(f"      {name}") for name in row.names[:_NAMES_SHOWN])
        if len(row.names) > _NAMES_SHOWN:
            yield Line(f"      and {len(row.names) - _NAMES_SHOWN} more (all of them with --json)")
    if is_lost:
        yield from (Line(f"  {text}", hanging=_INDENT) for text in (*kept_lines(seal), free_space_line(seal)))
        yield Line(f"What you agree to has the digest {seal.digest[:_DIGEST_SHOWN]}…; another one stops the clone.")
    yield Line()
