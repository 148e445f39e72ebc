"""An intent: what a run was about to ask of the cloud, as a code and its target. Sentences are only made from it."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class IntentAction(StrEnum):
    """What a run asks of a cloud. Recovery decides by these codes, so their values are part of the journal's format."""

    UNLOCK = "unlock"
    LOCK = "lock"
    LOCK_AGAIN = "lock-again"
    WRITE_CLAIM = "write-claim"
    REWRITE_CLAIM = "rewrite-claim"
    RELEASE_CLAIM = "release-claim"
    YIELD_CLAIM = "yield-claim"
    STOP = "stop"
    START = "start"
    DETACH_VOLUME = "detach-volume"
    ATTACH_VOLUME = "attach-volume"
    CREATE_IMAGE = "create-image"
    DELETE_IMAGE = "delete-image"
    MAKE_RECORD = "make-record"
    UPLOAD_IMAGE = "upload-image"
    STAGE_IMAGE = "stage-image"
    IMPORT_IMAGE = "import-image"
    FETCH_IMAGE = "fetch-image"
    DESCRIBE_IMAGE = "describe-image"
    SET_VISIBILITY = "set-visibility"
    SHARE_IMAGE = "share-image"
    CREATE_SECURITY_GROUP = "create-security-group"
    DELETE_SECURITY_GROUP = "delete-security-group"
    LAUNCH = "launch"
    LAUNCH_CLONE = "launch-clone"
    REPEAT_CLONE = "repeat-clone"
    STOP_CLONE = "stop-clone"
    IMAGE_CLONE = "image-clone"
    CREATE_CLONE_GROUP = "create-clone-group"
    CLOSE_GROUP = "close-group"
    LAUNCH_INSPECTION = "launch-inspection"
    CREATE_INSPECTION_GROUP = "create-inspection-group"
    LAUNCH_WORKS = "launch-works"
    CREATE_WORKS_GROUP = "create-works-group"
    LAUNCH_TWIN = "launch-twin"
    CREATE_TWIN_GROUP = "create-twin-group"
    LAUNCH_BASE = "launch-base"
    CREATE_BASE_GROUP = "create-base-group"
    OPEN_GROUP = "open-group"
    LINK_IMAGES = "link-images"
    HIDE_IMAGE = "hide-image"
    DELETE_INSTANCE = "delete-instance"
    DELETE_VOLUME = "delete-volume"
    KEEP_VOLUME = "keep-volume"
    DELETE_SNAPSHOT = "delete-snapshot"


class Intent(Frozen):
    """Something that was about to be asked of the cloud; whether it was asked, only the cloud can tell."""

    at: Moment
    action: IntentAction
    target: CleanText = ""
    """What it is about: an id, or the name of what is to be made. Never a body or a secret."""


_SENTENCES = {
    IntentAction.UNLOCK: "unlock the instance",
    IntentAction.LOCK: "lock the instance",
    IntentAction.LOCK_AGAIN: "lock the instance again",
    IntentAction.WRITE_CLAIM: "write the claim into the instance's metadata",
    IntentAction.REWRITE_CLAIM: "write the claim into the instance's metadata again: somebody deleted or damaged it",
    IntentAction.RELEASE_CLAIM: "delete our claim from the instance's metadata",
    IntentAction.YIELD_CLAIM: "delete our claim: another run claimed the instance at the same moment",
    IntentAction.STOP: "stop the instance",
    IntentAction.START: "start the instance",
    IntentAction.DETACH_VOLUME: "detach volume {target}",
    IntentAction.ATTACH_VOLUME: "attach volume {target}",
    IntentAction.CREATE_IMAGE: "create image {target}",
    IntentAction.DELETE_IMAGE: "delete image {target}",
    IntentAction.MAKE_RECORD: "make the record of image {target}",
    IntentAction.UPLOAD_IMAGE: "upload image {target}",
    IntentAction.STAGE_IMAGE: "upload image {target} to where it waits for its import",
    IntentAction.IMPORT_IMAGE: "import image {target}, which was uploaded before",
    IntentAction.FETCH_IMAGE: "have the cloud fetch image {target}",
    IntentAction.DESCRIBE_IMAGE: "describe image {target}",
    IntentAction.SET_VISIBILITY: "make the image {target}",
    IntentAction.SHARE_IMAGE: "share the image with project {target}",
    IntentAction.CREATE_SECURITY_GROUP: "create security group {target}",
    IntentAction.DELETE_SECURITY_GROUP: "delete security group {target}",
    IntentAction.LAUNCH: "launch {target}",
    IntentAction.LAUNCH_CLONE: "launch the clone {target}",
    IntentAction.REPEAT_CLONE: "delete the clone {target}, which is off without a result, and launch another",
    IntentAction.STOP_CLONE: "stop the clone {target}",
    IntentAction.IMAGE_CLONE: "create image {target} of the clone",
    IntentAction.CREATE_CLONE_GROUP: "create security group {target} for the clone",
    IntentAction.CLOSE_GROUP: "delete every rule of security group {target}",
    IntentAction.LAUNCH_INSPECTION: "launch {target} to inspect the sealed image",
    IntentAction.CREATE_INSPECTION_GROUP: "create security group {target} to inspect the sealed image",
    IntentAction.LAUNCH_WORKS: "launch {target} to run the checks",
    IntentAction.CREATE_WORKS_GROUP: "create security group {target} to run the checks",
    IntentAction.LAUNCH_TWIN: "launch {target} to compare it with the first",
    IntentAction.CREATE_TWIN_GROUP: "create security group {target} for the instance that is compared",
    IntentAction.LAUNCH_BASE: "launch {target} of the base image to list its packages",
    IntentAction.CREATE_BASE_GROUP: "create security group {target} for the instance of the base image",
    IntentAction.LINK_IMAGES: "note on image {target} which image follows or precedes it",
    IntentAction.HIDE_IMAGE: "hide image {target} from lists",
    IntentAction.OPEN_GROUP: "open port 22 of the kept test instance to {target}",
    IntentAction.DELETE_INSTANCE: "delete instance {target}",
    IntentAction.DELETE_VOLUME: "delete volume {target} of the test instance",
    IntentAction.KEEP_VOLUME: "keep volume {target} of somebody else from going with the test instance",
    IntentAction.DELETE_SNAPSHOT: "delete volume snapshot {target}",
}


def intent_sentence(action: IntentAction, target: str = "") -> str:
    """An intent for people to read. Nothing is ever decided by it."""
    return _SENTENCES[action].replace("{target}", target)
