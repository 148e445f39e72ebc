"""Chapters *Keeping the instance* and *Test launch*: nothing is given up before the image has proved itself."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.source import finished_image, images_of
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command, image_named, listed
from models.cloud.image import Image
from models.findings import Severity
from models.formatting import counted
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.steps import StepName
from models.verdict import VerdictWord

_IN_THE_MAKING = frozenset({"queued", "saving", "uploading", "importing"})


@rule("KEEP-SOURCE", Chapter.KEEPING, "Deletion of the instance during imaging", Severity.WARN, sentences=("S16",))
def keep_source(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if (instance.task_state or "").startswith("image_"):
        return _being_made(f"Task state is {instance.task_state}: an image of it is being made.")
    making = [image for image in images_of(facts) if image.status in _IN_THE_MAKING]
    if not making:
        return passed("No image of it is being made; a run locks it meanwhile.", facts.images)
    return _being_made(f"Being made: {listed([f'{image_named(image)} {image.status}' for image in making])}.")


def _being_made(evidence: str) -> Answer:
    remedy = "Do not delete the instance before it is active: Nova would delete the image too."
    return failed(evidence, remedy, command=command("openstack", "image", "list", "--property", "image_type=snapshot"))


@rule(
    "KEEP-UNTIL-TESTED",
    Chapter.KEEPING,
    "Deletion of the instance before its image has booted",
    Severity.WARN,
    sentences=("S51",),
)
def keep_until_tested(facts: InstanceFacts, _profile: Profile) -> Answer:
    images = [image for image in images_of(facts) if image.status == "active"]
    if not images:
        return not_applicable("No image of it exists yet.")
    proved = next((image for image in images if facts.verdicts.get(image.id) == VerdictWord.BOOTED), None)
    if proved is not None:
        return passed(f"An image of it has booted: {image_named(proved)}.", facts.images)
    newest = images[0]
    return failed(
        f"{counted(len(images), 'image')} of it, none proved to boot; the newest: {image_named(newest)}.",
        "Keep the instance until a test launch has booted.",
        facts.images,
        command=command("imaging", "verify", newest.id),
    )


@rule("TEST-LAUNCH", Chapter.TEST_LAUNCH, "Test launch of the image", Severity.WARN, sentences=("S51",))
def test_launch(facts: InstanceFacts, _profile: Profile) -> Answer:  # noqa: PT019  # a rule, not a test
    fact = finished_image(facts)
    if fact is not None:
        return _tested(need(fact), facts)
    if facts.request is None:
        return not_applicable("No image has been made yet.")
    if not facts.request.test:
        return failed("No test launch is wanted.", "Leave out --no-test, or run imaging verify IMAGE afterwards.")
    return unknown("Told by the run's own test launch.", fixed_by=StepName.TEST_LAUNCH)


def _tested(image: Image, facts: InstanceFacts) -> Answer:
    word = facts.verdicts.get(image.id)
    line = command("imaging", "verify", image.id)
    if word == VerdictWord.BOOTED:
        return passed(f"A test instance of {image_named(image)} has booted.", facts.image)
    if word == VerdictWord.FAILED:
        return failed(f"A test instance of {image_named(image)} did not boot.", "Read the run's report.", facts.image)
    if word == VerdictWord.INCONCLUSIVE:
        return unknown("A test instance was launched, but its console showed too little.", "Try again:", command=line)
    return failed(
        f"No test launch of {image_named(image)} is known.", "Launch a test instance:", facts.image, command=line
    )
