"""What is asked before an older image is hidden, shown again or deleted: what that does for others."""

from __future__ import annotations

from models.cloud.image import Image
from screens.dialogs.confirm import Question

_HIDDEN = (
    "Instances of it keep working, and links by its id still work: anyone who knows its id can launch it. This console "
    "lists it as hidden, where the same key shows it again."
)


def hiding_question(image: Image, newer: Image) -> Question:
    """Before it is hidden."""
    return Question(
        "Hide this image?",
        f"{image.name} leaves the usual lists of {_whose(image)}.",
        f"{_called(newer)} follows it, and is noted to work.\n\n{_HIDDEN}\n\nopenstack image set --hidden {image.id}",
    )


def showing_question(image: Image) -> Question:
    """Before it is shown again."""
    return Question(
        "Show this image again?",
        f"{image.name} is in the usual lists of {_whose(image)} again.",
        f"Nothing else is changed.\n\nopenstack image set --unhidden {image.id}",
    )


def deletion_question(image: Image, newer: Image) -> Question:
    """Before it is deleted; nothing that can be seen forbids it."""
    from imaging.runs.lineage.older_image import NOT_SEEN  # noqa: PLC0415  # not for the first paint

    return Question(
        "Delete this image?",
        f"{image.name} is deleted. It cannot be recovered.",
        "\n\n".join(
            (
                f"{_called(newer)} follows it, and is noted to work. No instance of this project uses it.",
                NOT_SEEN,
                f"openstack image delete {image.id}",
            )
        ),
        typed=image.name.strip(),
    )


def _whose(image: Image) -> str:
    return "this project" if image.visibility == "private" else "all who can see it"


def _called(image: Image) -> str:
    """Name and id: images that follow each other often have one name."""
    return f"{image.name} ({image.id})"
