"""What an instance that a run launches is to do when it comes up: its user data, and the word that its answer bears."""

from __future__ import annotations

from imaging.guest.deep_check import new_nonce
from imaging.guest.deep_check import user_data as deep_user_data
from imaging.guest.inventory.listing import listing_user_data
from imaging.guest.seal import seal_user_data
from imaging.guest.seal_proof import Needles, needles, proof_user_data, second_user_data
from imaging.guidelines.guest.questions import questions_for
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.made_things import BASE, CLONE, INSPECTION, SOURCE, TEST, TWIN, WORKS, MadeServer
from imaging.runs.test_instance.boot_verdict.boot_marker import new_token, user_data
from imaging.runs.test_instance.works.errand import works_errand
from models.errors import RunError
from models.guest.files import Questions
from models.run.plan import Plan
from models.run.record import RunRecord
from models.seal.plan import SealPlan


def user_data_for(ctx: StepContext, made: MadeServer) -> tuple[str, str | bytes]:
    """The word by which its answer is known, new each time, and its user data.

    Raises:
        RunError: what it is to do rests on something that is not there: see `seal_errand` and `proof_errand`.
        UsageError: it is more than Nova takes.
    """
    if made is BASE:
        token = new_token()
        return token, listing_user_data(token)
    if made in {WORKS, TWIN} or (made is TEST and ctx.run.spec.tests_image and not ctx.run.spec.seals):
        token = new_token()
        return token, _works_errand(ctx, token)
    if made is INSPECTION:
        nonce = new_nonce()
        return nonce, second_user_data(questions_for(ctx.profile), nonce)
    if ctx.run.spec.inspects:
        nonce = new_nonce()
        return nonce, deep_user_data(questions_for(ctx.profile), nonce)
    if made is CLONE:
        return seal_errand(ctx.run.plan.seal, questions_for(ctx.profile))
    token = new_token()
    return token, proof_errand(ctx.run, token)


def _works_errand(ctx: StepContext, token: str) -> bytes:
    plan = ctx.run.plan
    marker = user_data(token, _machine_id_digest(plan))
    return works_errand(plan.request, ctx.profile, ctx.run.identity.auth_url, token=token, marker=marker)


def seal_errand(plan: SealPlan | None, questions: Questions) -> tuple[str, bytes]:
    """The nonce and the user data of a clone.

    Raises:
        RunError: there is no plan.
        UsageError: they are larger than Nova takes.
    """
    if plan is None:
        raise RunError("There is no plan of what is to be sealed.")
    nonce = new_nonce()
    return nonce, seal_user_data(plan, questions, nonce)


def proof_errand(run: RunRecord, token: str) -> bytes:
    """What a test instance of a sealed image does: it proves, and says that it has come up; both by one word.

    Raises:
        RunError: there is nothing that could be proved.
        UsageError: there are more names than Nova takes.
    """
    plan = run.plan
    if run.seal_report is None or plan.seal is None:
        raise RunError("The clone has not reported, so that nothing can be proved of its image.")
    marker = user_data(token, _machine_id_digest(plan))
    return proof_user_data(names_of(plan), seal_nonce=run.seal_report.nonce, nonce=token, marker=marker)


def names_of(plan: Plan) -> Needles:
    """The names of the source that must not be in the sealed image, and those that nobody searches for."""
    guest = plan.guest.value if plan.guest is not None else None
    return needles(guest, plan.seal or SealPlan(operations=()), plan.source, _source_id(plan))


def _source_id(plan: Plan) -> str:
    """The instance that an image was made of, where the image is all that is planned from."""
    properties = plan.image.properties if plan.image is not None else {}
    return properties.get("instance_uuid") or properties.get(SOURCE, "")


def _machine_id_digest(plan: Plan) -> str:
    """The digest of the source's machine-id, if an inspection told it: a test instance must have another one."""
    guest = plan.guest.value if plan.guest is not None else None
    identity = guest.identity.value if guest is not None else None
    return identity.machine_id_digest if identity is not None else ""
