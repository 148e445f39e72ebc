"""Chapters *Keeping the instance* and *Test launch*: nothing is given up before the image has proved itself."""

from __future__ import annotations

from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, not_applicable, passed, unknown
from imaging.guidelines.source import finished_image, images_of
from imaging.guidelines.wording import command, counted, image_named, listed
from models.facts import InstanceFacts
from models.findings import Severity
from models.image import Image
from models.profile import Profile
from models.steps import StepName
from models.verdict import VerdictWord

_IN_THE_MAKING = frozenset({"queued", "saving", "uploading", "importing"})


def _not_deleted_meanwhile(facts: InstanceFacts, _profile: Profile) -> Answer:
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


def _kept_until_tested(facts: InstanceFacts, _profile: Profile) -> Answer:
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


def _test_launched(facts: InstanceFacts, _profile: Profile) -> Answer:
    fact = finished_image(facts)
    if fact is not None:
        return _tested(need(fact), facts)
    if facts.request is None:
        return not_applicable("No image has been made yet.")
    if not facts.request.test:
        return failed("No test launch is wanted.", "Leave out --no-test, or run imaging verify IMAGE afterwards.")
    return unknown("Told by the run's own test launch.", mended_by=StepName.TEST_LAUNCH)


def _tested(image: Image, facts: InstanceFacts) -> Answer:
    word = facts.verdicts.get(image.id)
    line = command("imaging", "verify", image.id)
    if word == VerdictWord.BOOTED:
        return passed(f"A child of {image_named(image)} has booted.", facts.image)
    if word == VerdictWord.FAILED:
        return failed(f"A child of {image_named(image)} did not boot.", "Read the run's report.", facts.image)
    if word == VerdictWord.INCONCLUSIVE:
        return unknown("A child was launched but its console told too little.", "Try again:", command=line)
    return failed(f"No test launch of {image_named(image)} is known.", "Launch a child:", facts.image, command=line)


RULES = (
    Rule(
        "KEEP-SOURCE",
        Chapter.KEEPING,
        "It is not deleted while an image of it is made",
        ("S16",),
        Severity.WARN,
        _not_deleted_meanwhile,
    ),
    Rule(
        "KEEP-UNTIL-TESTED",
        Chapter.KEEPING,
        "It is kept until its image has booted",
        ("S51",),
        Severity.WARN,
        _kept_until_tested,
    ),
    Rule(
        "TEST-LAUNCH", Chapter.TEST_LAUNCH, "A child of the image has booted", ("S51",), Severity.WARN, _test_launched
    ),
)
