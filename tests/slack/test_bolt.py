"""Slack's own framework beside us, probe by probe: where we answer otherwise, we mean it."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from tests.slack.payloads import (
    BOT,
    SECRET,
    TEAM,
    as_form,
    as_json,
    command,
    direct,
    envelope,
    mention,
    said,
    signed,
)

from aizuchi.events import Event, HttpRequest, HttpResponse
from aizuchi.surfaces.slack.inbound import SlackSurface
from aizuchi.surfaces.slack.signing import SIGNATURE, TIMESTAMP, signature

HOUR_S = 3_600
EVENT = as_json(envelope(mention()))
CHECK = as_json({"token": "x", "challenge": "abc", "type": "url_verification"})
CERTIFICATE = as_form({"ssl_check": "1", "token": "x"})

Made = Callable[[float], HttpRequest]


class Probe(NamedTuple):
    """A request made at a time, and what we answer. `bolt` answers the same unless it is given: a
    status, or the exception that leaves it; then `why` says why we do otherwise."""

    request: Made
    ours: int
    bolt: int | str = 0
    why: str = ""


def body(content: bytes, *, seconds: float = 0, secret: str = SECRET) -> Made:
    return lambda now: signed(content, now + seconds, secret=secret)


def event(fields: dict[str, Any]) -> Made:
    return body(as_json(envelope(fields)))


def bare(*names: bytes) -> Made:
    """A request with only these of its proofs."""

    def made(now: float) -> HttpRequest:
        whole = signed(EVENT, now)
        return whole._replace(headers=tuple(pair for pair in whole.headers if pair[0] in names))

    return made


def proved(stamp: Callable[[str], str] = str, version: bytes = b"v0=") -> Made:
    """A request with its time written otherwise, and a signature that is made of that."""

    def made(now: float) -> HttpRequest:
        timestamp = stamp(str(int(now))).encode()
        mac = signature(SECRET.encode(), timestamp, EVENT).replace(b"v0=", version)
        return signed(EVENT, now)._replace(headers=((TIMESTAMP, timestamp), (SIGNATURE, mac)))

    return made


def full_width(digits: str) -> str:
    return "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in digits)


def changed(now: float) -> HttpRequest:
    return signed(EVENT, now)._replace(body=EVENT.replace(b"raining", b"snowing"))


PROBES = {
    "a mention": Probe(body(EVENT), 200),
    "a direct message": Probe(event(direct()), 200),
    "a message of our own": Probe(event(direct(user=BOT, bot_id="B1")), 200),
    "a changed message": Probe(event(said("x", subtype="message_changed", hidden=True)), 200),
    "a slash command": Probe(body(as_form(command())), 200),
    "the address is verified": Probe(body(CHECK), 200),
    "the certificate is looked at": Probe(body(CERTIFICATE), 200),
    "another secret": Probe(body(EVENT, secret="wrong"), 401),
    "another secret on a command": Probe(body(as_form(command()), secret="wrong"), 401),
    "the address, not signed by Slack": Probe(body(CHECK, secret="wrong"), 401),
    "a changed body": Probe(changed, 401),
    "no signature": Probe(bare(TIMESTAMP), 401),
    "no timestamp": Probe(bare(SIGNATURE), 401),
    "neither": Probe(bare(), 401),
    "301 seconds old": Probe(body(EVENT, seconds=-301), 401),
    "an hour in the future": Probe(body(EVENT, seconds=HOUR_S), 401),
    "another version of the signature": Probe(proved(version=b"v1="), 401),
    "a timestamp that is no number": Probe(
        proved(lambda _: "now"), 401, 500, "what nobody signed must not look like our fault"
    ),
    "a timestamp in other digits": Probe(
        proved(full_width), 401, 200, "Slack writes plain ones; Python's int() reads any"
    ),
    "bad UTF-8, rightly signed": Probe(
        body(b'{"type":"\xff"}'), 400, "UnicodeDecodeError", "it is malformed, and said to be"
    ),
    "bad UTF-8, not signed": Probe(
        body(b"\xff\xfe", secret="wrong"), 401, "UnicodeDecodeError", "bytes are signed, not text"
    ),
    "no JSON, rightly signed": Probe(
        body(b"{nope"), 400, "JSONDecodeError", "it is malformed, and said to be"
    ),
    "no JSON, not signed": Probe(
        body(b"{nope", secret="wrong"), 401, "JSONDecodeError", "who signed is asked first"
    ),
    "an event that nobody listens to": Probe(
        event({"type": "new_in_2027"}), 200, 404, "Slack would count it as our failure, and repeat"
    ),
    "a command that nobody listens to": Probe(
        body(as_form(command(command="/else"))), 200, 404, "any command asks the assistant"
    ),
    "a form that says nothing": Probe(
        body(b"a=1"), 400, 404, "it is malformed; nothing is missing here"
    ),
    "the certificate, not signed by Slack": Probe(
        body(CERTIFICATE, secret="wrong"), 401, 200, "nothing is answered that Slack has not signed"
    ),
}


@pytest.fixture(scope="module")
def bolt() -> App:
    """Bolt as its documentation sets it up, with the listeners that an assistant has."""

    def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=TEAM, bot_token="xoxb-1", bot_id="B1", bot_user_id=BOT
        )

    app = App(signing_secret=SECRET, authorize=authorize, process_before_response=True)
    app.event("app_mention")(lambda event: None)
    app.event("message")(lambda event: None)
    app.command("/ask")(lambda ack: ack())
    return app


def bolts(app: App, request: HttpRequest) -> int | str:
    """What Bolt answers, or the name of what leaves it: its adapters decode a body so."""
    is_json = request.body[:1] == b"{"
    kind = "application/json" if is_json else "application/x-www-form-urlencoded"
    headers = {name.decode(): value.decode() for name, value in request.headers}
    try:
        asked = BoltRequest(body=request.body.decode(), headers={**headers, "content-type": kind})
        return int(app.dispatch(asked).status)
    except ValueError as error:
        return type(error).__name__


def ours(request: HttpRequest, now: float) -> int:
    surface = SlackSurface([SECRET])
    got = surface.authenticate(request, now=now)
    answer = surface.read(got, now=now).accepted if isinstance(got, Event) else got
    assert isinstance(answer, HttpResponse)
    return answer.status


@pytest.mark.parametrize("name", PROBES)
def test_we_answer_as_bolt_does_or_as_we_mean_to(bolt: App, name: str) -> None:
    probe, now = PROBES[name], time.time()
    assert ours(probe.request(now), now) == probe.ours
    assert bolts(bolt, probe.request(now)) == (probe.bolt or probe.ours)
    assert bool(probe.why) == bool(probe.bolt)
