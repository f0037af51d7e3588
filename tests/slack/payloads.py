"""What Slack sends, in the shapes that its reference gives, signed as it signs."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aizuchi.events import Event, HttpRequest, HttpResponse, Message, Reception
from aizuchi.surfaces.slack.inbound import Manner, SlackSurface
from aizuchi.surfaces.slack.signing import SIGNATURE, TIMESTAMP, signature
from aizuchi.testing.virtual_time import EPOCH

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, CHANNEL, DIRECT, BOT, ANN = "T024BE7LH", "C02ELGNBH", "D024BE91L", "U0LAN0Z89", "U061F7AUR"
TS, THREAD = "1515449522.000016", "1515449438.000011"
AUTHORIZATION = {
    "enterprise_id": None,
    "team_id": TEAM,
    "user_id": BOT,
    "is_bot": True,
    "is_enterprise_install": False,
}


def envelope(event: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": TEAM,
        "api_app_id": "A0MDYCDME",
        "event": dict(event),
        "type": "event_callback",
        "event_id": "Ev0MDYHUEL",
        "event_time": int(EPOCH),
        "authorizations": [AUTHORIZATION],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6ImFwcF9tZW50aW9uIn0",
        **changed,
    }


def mention(text: str = f"<@{BOT}> Is it raining?", **changed: Any) -> dict[str, Any]:
    """An `app_mention` in a channel."""
    fields = {"type": "app_mention", "user": ANN, "text": text, "ts": TS, "team": TEAM}
    return {**fields, "channel": CHANNEL, "event_ts": TS, **changed}


def said(text: str, **changed: Any) -> dict[str, Any]:
    """A `message` in a channel."""
    return {**mention(text), "type": "message", "channel_type": "channel", **changed}


def direct(text: str = "Is it raining?", **changed: Any) -> dict[str, Any]:
    """A `message` to the app alone."""
    return said(text, channel=DIRECT, channel_type="im", **changed)


def command(text: str = "Is it raining?", **changed: Any) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": TEAM,
        "team_domain": "example",
        "channel_id": CHANNEL,
        "channel_name": "weather",
        "user_id": ANN,
        "user_name": "ann",
        "command": "/ask",
        "text": text,
        "response_url": f"https://hooks.slack.com/commands/{TEAM}/1/x",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "api_app_id": "A0MDYCDME",
        "is_enterprise_install": "false",
        **changed,
    }


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()


def signed(
    body: bytes, at: float = EPOCH, *, secret: str = SECRET, **headers: bytes
) -> HttpRequest:
    """A request as Slack signs it; `headers` are others besides."""
    timestamp = str(int(at)).encode()
    proofs = ((TIMESTAMP, timestamp), (SIGNATURE, signature(secret.encode(), timestamp, body)))
    others = tuple((name.replace("_", "-").encode(), value) for name, value in headers.items())
    return HttpRequest("POST", "/slack/events", "", (*proofs, *others), body)


def event_request(event: Mapping[str, Any], **changed: Any) -> HttpRequest:
    return signed(as_json(envelope(event, **changed)))


def command_request(text: str = "Is it raining?", **changed: Any) -> HttpRequest:
    return signed(as_form(command(text, **changed)))


def received(request: HttpRequest, manner: Manner = Manner()) -> Reception | HttpResponse:
    surface = SlackSurface([SECRET], manner)
    event = surface.authenticate(request, now=EPOCH)
    return surface.read(event, now=EPOCH) if isinstance(event, Event) else event


def reception(request: HttpRequest, manner: Manner = Manner()) -> Reception:
    got = received(request, manner)
    assert isinstance(got, Reception), f"refused with {got.status}"
    return got


def messages(event: Mapping[str, Any], manner: Manner = Manner(), **changed: Any) -> list[Message]:
    return list(reception(event_request(event, **changed), manner).messages)


def message(event: Mapping[str, Any], manner: Manner = Manner(), **changed: Any) -> Message:
    (one,) = messages(event, manner, **changed)
    return one


def status(request: HttpRequest) -> int:
    """What a host would answer once what came is stored."""
    got = received(request)
    answer = got.accepted if isinstance(got, Reception) else got
    assert isinstance(answer, HttpResponse)
    return answer.status
