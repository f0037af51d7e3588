"""What a person said in Slack, as a message: whether it asks us, in which thread, and what."""

from collections.abc import Mapping
from typing import Any

from aizuchi.events import Attachment, Message, Place, Signal, attachment, marked
from aizuchi.surfaces.slack.address import NAME, Address, Kind, conversation_of
from aizuchi.surfaces.slack.callbacks import Callback, id_of, optional_id, text_of
from aizuchi.surfaces.slack.entities import (
    mentions,
    plain,
    without_first_mention,
    without_mention,
)

GREETING = "greeting"
WRITTEN = (None, "file_share", "thread_broadcast")
"""The subtypes of a message that a person wrote; every other tells of something else."""


def is_of_a_person(callback: Callback) -> bool:
    """Neither our own message, nor another bot's, nor news of an older one."""
    event = callback.event
    if event.get("hidden") or event.get("edited") or event.get("subtype") not in WRITTEN:
        return False
    if event.get("bot_id") or (callback.app and event.get("app_id") == callback.app):
        return False
    user = optional_id(event, "user")
    return bool(user) and user != callback.at.own_user


def kind_of(callback: Callback, *, follows_threads: bool) -> Kind | None:
    """What asks us here; None where nothing does. In channels that is a mention, whichever of its
    two events tells of it."""
    event, own = callback.event, callback.at.own_user
    if _is_direct(event):
        return "direct"
    if event["type"] == "app_mention" or (own and mentions(text_of(event, "text"), own)):
        return "mention"
    thread = optional_id(event, "thread_ts")
    is_reply = bool(thread) and thread != optional_id(event, "ts")
    return "thread" if follows_threads and is_reply else None


def _is_direct(event: Mapping[str, Any]) -> bool:
    """A mention does not say what kind of channel it is in, but a direct one's id begins so."""
    kind = event.get("channel_type")
    return kind == "im" or (kind is None and text_of(event, "channel").startswith("D"))


def message_of(callback: Callback, kind: Kind) -> Message:
    event, at = callback.event, callback.at
    channel, ts, sender = id_of(event, "channel"), id_of(event, "ts"), callback.sender
    thread_ts = optional_id(event, "thread_ts") or ts
    files = files_of(event)
    text = marked(_question(text_of(event, "text"), at.own_user, kind), files)
    address = Address(
        kind=kind,
        team=at.team,
        channel=channel,
        user=sender.id,
        user_team=callback.writers_team or at.team,
        enterprise=at.enterprise,
        ts=ts,
        thread_ts=thread_ts,
    )
    return Message(
        turn_id=f"{NAME}:{ts}:{at.team}:{channel}",
        surface=NAME,
        tenant=at.team,
        conversation=conversation_of(at.team, channel, thread_ts),
        place=Place(f"{NAME}:{at.team}:{channel}", "private" if kind == "direct" else "shared"),
        sender=sender,
        text=text,
        ref=ts,
        command="" if text else GREETING,
        reply_to=address.to_mapping(),
        joins=kind == "thread",
        attachments=files,
    )


def files_of(event: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """What is attached; a file that Slack does not show has no address."""
    listed = event.get("files")
    files = listed if isinstance(listed, list) else []
    return tuple(
        attachment(
            text_of(file, "name") or text_of(file, "title"),
            text_of(file, "mimetype"),
            file.get("size"),
            text_of(file, "url_private"),
        )
        for file in files
        if isinstance(file, dict)
    )


def _question(text: str, own_user: str, kind: Kind) -> str:
    """What is asked, without the mention that it is asked by."""
    if own_user:
        return plain(without_mention(text, own_user))
    return plain(without_first_mention(text) if kind == "mention" else text).strip()


def stop_of(callback: Callback) -> Signal:
    event, team = callback.event, callback.at.team
    conversation = conversation_of(team, id_of(event, "channel"), id_of(event, "thread_ts"))
    return Signal("stop", conversation, id_of(event, "user"))
