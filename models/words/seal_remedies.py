"""What to do where an image could not be sealed, or is not proved to be: by codes, in words for people."""

from __future__ import annotations

from collections.abc import Mapping

from models.seal.plan import OperationId, SealPlan
from models.seal.report import SealReport
from models.seal.verdict import SealProof, SealVerdict, SealWord

HOW_TO_KEEP = "--keep PATH; in the wizard + on the page Content"
"""How something is kept on purpose, behind a sentence that says so."""
HOW_TO_MAKE_PLAIN = "--mode plain; in the wizard on the page Name"
_AGAIN = "Then inspect it again, and make the image again"
_LITTER = frozenset({
    OperationId.AGENTS, OperationId.HOMES, OperationId.ROOT_HOME, OperationId.KEPT_HOMES, OperationId.DIRECTORIES,
    OperationId.SECRETS, OperationId.SPOOLS, OperationId.BACKUPS, OperationId.CACHES,
})  # fmt: skip
"""What is taken away as whole files, and could be by hand."""
_WRITTEN = frozenset({OperationId.LOGS, OperationId.NETWORK, OperationId.CLOUD_INIT, OperationId.IDENTITIES})
"""What programs write again as long as they run."""
_FOUND: Mapping[SealProof, str] = {
    SealProof.CLONE: "What the clone still holds lies on {source}, too: remove it there",
    SealProof.IMAGE: "What the image still holds lies on {source}, too: remove it there",
    SealProof.NAMES: "Take the names of {source} out of the files that are named (sudo grep -n NAME FILE shows where)",
    SealProof.CANARIES: (
        "What was deleted is still on the disk: remove snapshots of LVM or btrfs inside of {source}, and make the "
        "image again; if it is found again, ask the cloud's support whether its storage keeps what is overwritten"
    ),
    SealProof.BOOTS: (
        "Start an instance of the image, and see what a unit that is lost needs of a home or an account that goes "
        "(systemctl status UNIT)"
    ),
    SealProof.INSTANCES: (
        "Find on {source} what fixes the id that both instances have, and take it out: ssh_deletekeys in /etc/cloud, a "
        "DUID or client id in /etc/systemd, /etc/NetworkManager or /etc/dhcp"
    ),
}
_UNPROVED: Mapping[SealProof, str] = {
    SealProof.CLONE: "Make the image again, for the clone did not tell all; its console is in the run's folder",
    SealProof.IMAGE: "Make room in the quota for a second test instance, and make the image again",
    SealProof.NAMES: "Make the image again; where the search took too long, keep large directories out of /var",
    SealProof.CANARIES: (
        "Make the image again when the cloud is less busy, or of an instance with a smaller root disk; free some space "
        "where the disk is full"
    ),
    SealProof.BOOTS: "Read the console of the test instance for why it did not come up a second time",
    SealProof.INSTANCES: "Make room in the quota for a second test instance, on a network, and make the image again",
}
_UNTIL_THEN = "Until then do not share this one: it stays private."


def remedy_of_failed_seal(report: SealReport, plan: SealPlan | None, source: str) -> str:
    """What to do after a seal that failed in the clone.

    Args:
        report: what the clone said.
        plan: what was agreed to.
        source: the name of the instance; empty where an image is sealed, whose disk nobody can work on.
    """
    failed = failed_operation(report, plan)
    plain = f"Or make a plain image ({HOW_TO_MAKE_PLAIN})."
    if failed is None and not report.results:
        return f"Read in the clone's console what went wrong, and make the image again. {plain}"
    at = _at(source)
    if failed in _LITTER:
        return (
            f"{at}, and remove what is named (where even root may not, lsattr shows why and chattr -i -a lifts it), or "
            f"keep it on purpose ({HOW_TO_KEEP}). {_AGAIN}."
        )
    # After all operations it is what came back that ends a seal.
    if failed is None or failed in _WRITTEN:
        return (
            f"{at}, and see which program writes what is named (sudo fuser -v PATH): stop and disable it, or have it "
            f"write elsewhere. {_AGAIN}. {plain}"
        )
    return (
        f"{at}, and see why the file that is named cannot be edited: it must be a text, on a root that is not mounted "
        f"read-only, and without the attributes that lsattr shows (chattr -i -a lifts them). {_AGAIN}. {plain}"
    )


def failed_operation(report: SealReport, plan: SealPlan | None) -> OperationId | None:
    """At which operation a seal failed; None where it failed before the first one or after the last one.

    The clone says for each operation what is left; where one could not even be counted, it is the next one of the plan.
    """
    left = next((each.id for each in report.results if each.after), None)
    if left is not None:
        return left
    done = {each.id for each in report.results}
    missing = [each.id for each in plan.operations if each.id not in done] if plan is not None and done else []
    return next(iter(missing), None)


def remedy_of_verdict(verdict: SealVerdict | None, source: str) -> str:
    """What to do about an image that is not proved to be sealed.

    Args:
        verdict: on its seal, with the proofs that fail or are missing.
        source: the name of the instance; empty where an image was sealed.
    """
    doubts = verdict.doubts if verdict is not None else ()
    texts = _FOUND if verdict is not None and verdict.word is SealWord.NOT_SEALED else _UNPROVED
    named = source or "an instance of the image"
    advice = [f"{texts[each].format(source=named)}." for each in doubts]
    again = f"Or keep what is named on purpose ({HOW_TO_KEEP}). {_AGAIN}."
    removable = texts is _FOUND and {SealProof.CLONE, SealProof.IMAGE, SealProof.NAMES}.intersection(doubts)
    return " ".join((*dict.fromkeys(advice), *((again,) if removable else ()), _UNTIL_THEN))


def _at(source: str) -> str:
    if source:
        return f"Log in to {source}"
    return "Launch an instance of the image, seal that one instead of the image, log in to it"
