"""The pure half of Slack: what is signed, what it says, and how it is acknowledged.

It runs cold against a clock of three seconds, so it imports almost nothing.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

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
from aizuchi.surfaces.slack.address import NAME, STOP_ACTION, Address, conversation_of
from aizuchi.surfaces.slack.callbacks import (
    Callback,
    Malformed,
    callback_of,
    id_of,
    optional_id,
    text_of,
)
from aizuchi.surfaces.slack.entities import unescaped
from aizuchi.surfaces.slack.sentences import (
    GREETING,
    is_of_a_person,
    kind_of,
    message_of,
    stop_of,
)
from aizuchi.surfaces.slack.signing import is_signed

if TYPE_CHECKING:
    from aizuchi.words import Language

ORDERS = {"reset": "reset", "forget-me": "forget_me"}
"""Slash commands that order something by their names alone; see `orders.py`."""
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
    as they are. The `secrets` may change while it lives.
    """

    def __init__(self, secrets: Sequence[str], manner: Manner = Manner()) -> None:
        self._secrets = secrets
        self._manner = manner

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        secrets = [secret.encode() for secret in self._secrets if secret]
        if not is_signed(request, secrets, now):
            return UNSIGNED
        try:
            if request.body[:1] == b"{":
                return Event("events_api", None, read_object(request.body))
            from aizuchi.surfaces.slack.forms import read_form  # 2 ms that no event needs

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
        case "app_mention" | "message" if is_of_a_person(callback):
            kind = kind_of(callback, follows_threads=manner.follow_threads)
            return Reception((message_of(callback, kind),)) if kind else Reception()
        case "agent_session_stopped":
            return Reception(signals=(stop_of(callback),))
        case _:
            return Reception()


# ── slash commands ────────────────────────────────────────────────────────────


def _read_command(fields: Mapping[str, Any], manner: Manner) -> Reception:
    from aizuchi.words import language_of  # 2 ms that no event needs

    message = _command(fields, manner)
    refused = _not_taken(language_of(message.text))
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
        via=text_of(fields, "command"),
    )


def _verb(command: str, text: str) -> str:
    """Any command asks what stands after it, but for those that are orders by their names."""
    return ORDERS.get(command.removeprefix("/"), "" if text else GREETING)


def _taken(manner: Manner) -> HttpResponse:
    """Empty, Slack shows that it was sent. One that is answered for all is shown to all."""
    kind = "ephemeral" if manner.ephemeral else "in_channel"
    if manner.ack_text:
        return _json({"response_type": kind, "text": manner.ack_text})
    return HttpResponse(200) if manner.ephemeral else _json({"response_type": kind})


@cache
def _not_taken(language: "Language") -> HttpResponse:
    from aizuchi.words import say

    return _json({"response_type": "ephemeral", "text": say("not_taken", language)})


# ── clicks ────────────────────────────────────────────────────────────────────


def _read_click(payload: Mapping[str, Any]) -> Reception:
    """A click on our stop button, or on the answer to a question; everything else that can be
    clicked is only acknowledged."""
    from aizuchi.consent import too_late  # seldom clicked
    from aizuchi.surfaces.slack.consenting import VERDICTS, decision_of

    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(first, dict):
        return Reception()
    if first.get("action_id") in VERDICTS:
        decision = decision_of(payload, first)
        return Reception((decision,), late=(too_late(decision),))
    if first.get("action_id") != STOP_ACTION:
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
