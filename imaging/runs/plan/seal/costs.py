"""What a seal takes from the project for a while, and what of that cannot be had: said before anything is stopped."""

from __future__ import annotations

from imaging.guest.seal import seal_user_data
from imaging.guest.seal_proof import second_user_data
from imaging.guidelines.guest.questions import questions_for
from models.cloud.quota import Quota
from models.errors import RunError, UsageError
from models.guidelines.profile import Profile
from models.run.plan import Plan
from models.seal.plan import SealPlan

_SIZED_NONCE = "0" * 16
"""As long as every nonce: how large the user data are does not hang on it by more than a few bytes."""


def seal_quota_refusal(quota: Quota | None, *, images: int) -> str | None:
    """What of the quota is used up, beside what a flavor takes; what is not told counts as free.

    Args:
        quota: of the project.
        images: how many images there are at one time, the interim one among them.
    """
    if quota is None:
        return None
    wanted = (
        ("instances", quota.instances, 1),  # the clone is gone before the test instance is launched
        ("images", quota.images, images),
        ("MiB of images", quota.image_size_mib, 1),
    )
    for what, limit, amount in wanted:
        if limit is not None and not limit.has_room_for(amount):
            return f"quota: {limit.free} {what} free, {amount} needed"
    return None


def user_data_refusal(seal: SealPlan, profile: Profile, *, test: bool) -> str | None:
    """Why an instance cannot be given its script: what that takes, and what to leave out; None where it can.

    Args:
        seal: what the clone is to do.
        profile: says what is searched for, in the clone and in the second test instance.
        test: whether the image is tested, and so inspected through a second test instance.
    """
    questions = questions_for(profile)
    try:
        seal_user_data(seal, questions, _SIZED_NONCE)
        if test:
            second_user_data(questions, _SIZED_NONCE)
    except UsageError as error:
        return " ".join(part for part in (error.what, error.remedy) if part)
    return None


def refuse_large_user_data(plan: Plan, profile: Profile) -> None:
    """Refuse a plan that no clone could be given.

    Raises:
        RunError: with what to leave out.
    """
    if plan.seal is None:
        refusal: str | None = "there is no plan of it"
    else:
        refusal = user_data_refusal(plan.seal, profile, test=plan.request.test)
    if refusal is not None:
        raise RunError(f"No sealed image can be made: {refusal}", meaning="Nothing has been changed.")
