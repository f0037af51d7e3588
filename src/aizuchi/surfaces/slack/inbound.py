"""The pure half of Slack: what is signed, what it says, and how it is acknowledged.

It runs cold against a clock of three seconds, so it imports almost nothing.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import (
    Audience,
    Event,
    HttpRequest,
    HttpResponse,
    Message,
    Place,
    Reception,
    Sender,
    Signal,
)
from aizuchi.surfaces.slack.address import STOP_ACTION, Address, Kind, conversation_of
from aizuchi.surfaces.slack.callbacks import (
    Callback,
    Malformed,
    callback_of,
    id_of,
    optional_id,
    text_of,
)
from aizuchi.surfaces.slack.entities import (
    mentions,
    plain,
    unescaped,
    without_first_mention,
    without_mention,
)
from aizuchi.surfaces.slack.forms import read_form
from aizuchi.surfaces.slack.signing import is_signed
from aizuchi.words import language_of, say

NAME = "slack"
GREETING, RESET = "greeting", "reset"
WRITTEN = (None, "file_share", "thread_broadcast")
"""The subtypes of a message that a person wrote; every other tells of something else."""

UNSIGNED = HttpResponse(401)
MALFORMED = HttpResponse(400)


class Manner(NamedTuple):
    """How `[slack]` says that messages are taken."""

    ack_text: str = ""
    ephemeral: bool = True
    quote: bool = False
    follow_threads: bool = False


class SlackSurface:
    """Reads what Slack sends: mentions, direct messages, replies, slash commands, stops.

    An `Event` has as its route the type of a Socket Mode envelope, so a socket brings its payloads
    as they are.
    """

    def __init__(self, secrets: Sequence[str], manner: Manner = Manner()) -> None:
        self._secrets = [secret.encode() for secret in secrets if secret]
        self._manner = manner

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        if not is_signed(request, self._secrets, now):
            return UNSIGNED
        try:
            if request.body[:1] == b"{":
                return Event("events_api", None, read_object(request.body))
            return read_form(request.body)
        except BadJson:
            return MALFORMED

    def read(self, event: Event, *, now: float) -> Reception:
        try:
            match event.route:
                case "events_api":
                    return _read_envelope(event.body, self._manner)
                case "slash_commands":
                    return _read_command(event.body, self._manner)
                case "interactive":
                    return _read_click(event.body)
                case _:
                    return Reception()
        except Malformed:
            return Reception(accepted=MALFORMED)

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        from aizuchi.surfaces.slack.render import render  # 8 ms that no acknowledgement needs

        return render(markdown, growing=growing)


# ── events ────────────────────────────────────────────────────────────────────


def _read_envelope(body: Mapping[str, Any], manner: Manner) -> Reception:
    match body.get("type"):
        case "event_callback":
            return _read_event(callback_of(body), manner)
        case "url_verification":
            return Reception(accepted=_json({"challenge": text_of(body, "challenge")}))
        case str():
            return Reception()
        case _:
            raise Malformed("type")


def _read_event(callback: Callback, manner: Manner) -> Reception:
    match callback.event.get("type"):
        case "app_mention" | "message" if _is_of_a_person(callback):
            kind = _kind(callback, manner)
            return Reception((_message(callback, kind),)) if kind else Reception()
        case "agent_session_stopped":
            return Reception(signals=(_stop(callback),))
        case _:
            return Reception()


def _is_of_a_person(callback: Callback) -> bool:
    """Neither our own message, nor another bot's, nor news of an older one."""
    event = callback.event
    if event.get("hidden") or event.get("edited") or event.get("subtype") not in WRITTEN:
        return False
    if event.get("bot_id") or (callback.app and event.get("app_id") == callback.app):
        return False
    user = optional_id(event, "user")
    return bool(user) and user != callback.at.own_user


def _kind(callback: Callback, manner: Manner) -> Kind | None:
    """What asks us here; None where nothing does. In channels that is a mention, whichever of its
    two events tells of it."""
    event, own = callback.event, callback.at.own_user
    if _is_direct(event):
        return "direct"
    if event["type"] == "app_mention" or (own and mentions(text_of(event, "text"), own)):
        return "mention"
    thread = optional_id(event, "thread_ts")
    is_reply = bool(thread) and thread != optional_id(event, "ts")
    return "thread" if manner.follow_threads and is_reply else None


def _is_direct(event: Mapping[str, Any]) -> bool:
    """A mention does not say what kind of channel it is in, but a direct one's id begins so."""
    kind = event.get("channel_type")
    return kind == "im" or (kind is None and text_of(event, "channel").startswith("D"))


def _message(callback: Callback, kind: Kind) -> Message:
    event, at = callback.event, callback.at
    channel, ts, sender = id_of(event, "channel"), id_of(event, "ts"), callback.sender
    thread_ts = optional_id(event, "thread_ts") or ts
    text = _question(text_of(event, "text"), at.own_user, kind)
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
        turn_id=f"{NAME}:{at.team}:{channel}:{ts}",
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
    )


def _question(text: str, own_user: str, kind: Kind) -> str:
    """What is asked, without the mention that it is asked by."""
    if own_user:
        return plain(without_mention(text, own_user))
    return plain(without_first_mention(text) if kind == "mention" else text).strip()


def _stop(callback: Callback) -> Signal:
    event, team = callback.event, callback.at.team
    conversation = conversation_of(team, id_of(event, "channel"), id_of(event, "thread_ts"))
    return Signal("stop", conversation, id_of(event, "user"))


# ── slash commands ────────────────────────────────────────────────────────────


def _read_command(fields: Mapping[str, Any], manner: Manner) -> Reception:
    message = _command(fields, manner)
    lost = say("not_taken", language_of(message.text))
    refused = _json({"response_type": "ephemeral", "text": lost})
    return Reception((message,), accepted=_taken(manner), refused=refused)


def _command(fields: Mapping[str, Any], manner: Manner) -> Message:
    team, channel, user = (id_of(fields, f"{name}_id") for name in ("team", "channel", "user"))
    trigger, text = id_of(fields, "trigger_id"), unescaped(text_of(fields, "text")).strip()
    audience: Audience = "private" if manner.ephemeral else "shared"
    whole = f"{NAME}:{team}:{channel}"
    address = Address(
        kind="command",
        team=team,
        channel=channel,
        user=user,
        user_team=team,
        enterprise=optional_id(fields, "enterprise_id"),
        response_url=text_of(fields, "response_url"),
        ephemeral=manner.ephemeral,
        quote=text if manner.quote else "",
    )
    return Message(
        turn_id=f"{NAME}:{team}:command:{trigger}",
        surface=NAME,
        tenant=team,
        conversation=f"{whole}:{user}:{audience}",
        place=Place(f"{whole}:{user}" if manner.ephemeral else whole, audience),
        sender=Sender(user, text_of(fields, "user_name")),
        text=text,
        ref=trigger,
        command=_verb(text_of(fields, "command"), text),
        reply_to=address.to_mapping(),
    )


def _verb(command: str, text: str) -> str:
    """Any command asks what stands after it; one that is called so starts afresh."""
    if command.removeprefix("/") == RESET:
        return RESET
    return "" if text else GREETING


def _taken(manner: Manner) -> HttpResponse:
    """Empty, Slack shows that it was sent. One that is answered for all is shown to all."""
    kind = "ephemeral" if manner.ephemeral else "in_channel"
    if manner.ack_text:
        return _json({"response_type": kind, "text": manner.ack_text})
    return HttpResponse(200) if manner.ephemeral else _json({"response_type": kind})


# ── clicks ────────────────────────────────────────────────────────────────────


def _read_click(payload: Mapping[str, Any]) -> Reception:
    """A click on our stop button; everything else that can be clicked is only acknowledged."""
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(first, dict) or first.get("action_id") != STOP_ACTION:
        return Reception()
    team, user, channel, message = (
        _inner(payload, name) for name in ("team", "user", "channel", "message")
    )
    thread_ts = optional_id(message, "thread_ts") or id_of(message, "ts")
    conversation = conversation_of(id_of(team, "id"), id_of(channel, "id"), thread_ts)
    return Reception(signals=(Signal("stop", conversation, id_of(user, "id")),))


def _inner(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def _json(value: Mapping[str, str]) -> HttpResponse:
    body = json.dumps(value, ensure_ascii=False).encode()
    return HttpResponse(200, body, "application/json; charset=utf-8")
