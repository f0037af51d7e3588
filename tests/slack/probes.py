"""What anybody may send to Slack's door, and what it is answered with, whichever host it is at."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.slack.payloads import as_form, as_json, command, envelope, mention

from aizuchi.edge import MOST_BRACKETS, WEBHOOK
from aizuchi.surfaces.slack.signing import SIGNATURE, TIMESTAMP, signature

GOOD = as_json(envelope(mention()))
Headers = Sequence[tuple[bytes, bytes]]


def proofs(secret: str, body: bytes, now: float, timestamp: bytes = b"") -> Headers:
    """As Slack signs a body at a time."""
    at = timestamp or b"%d" % now
    return ((TIMESTAMP, at), (SIGNATURE, signature(secret.encode(), at, body)))


class Sent(NamedTuple):
    """What somebody sends: the status that it gets, its headers by our secret and the time, its
    body."""

    status: int
    headers: Callable[[str, float], Headers]
    body: bytes = GOOD
    method: str = "POST"


def signed(status: int, body: bytes, *more: tuple[bytes, bytes]) -> Sent:
    return Sent(status, lambda secret, now: (*proofs(secret, body, now), *more), body)


def by_another(status: int, body: bytes) -> Sent:
    return Sent(status, lambda _, now: proofs("another", body, now), body)


def stamped(timestamp: bytes) -> Sent:
    return Sent(401, lambda secret, now: proofs(secret, GOOD, now, timestamp))


def with_signature(given: bytes) -> Sent:
    return Sent(401, lambda secret, now: (proofs(secret, GOOD, now)[0], (SIGNATURE, given)))


def picked(*which: int) -> Sent:
    """Of the time (0) and the signature (1), these."""
    return Sent(401, lambda secret, now: [proofs(secret, GOOD, now)[each] for each in which])


def signed_later(seconds: int) -> Sent:
    return Sent(401, lambda secret, now: proofs(secret, GOOD, now + seconds))


ENVELOPE = {
    "a bad signature": by_another(401, GOOD),
    "a bad signature on a retry": Sent(
        401, lambda _, now: (*proofs("another", GOOD, now), (b"x-slack-retry-num", b"1"))
    ),
    "a bad signature on a command": by_another(401, as_form(command())),
    "no signature": picked(0),
    "no timestamp": picked(1),
    "neither": picked(),
    "a signature of nothing": with_signature(b""),
    "a signature in other letters": with_signature("v0=é日本".encode()),
    "a signature that is no text": with_signature(b"v0=\xff\xfe"),
    "stale": signed_later(-301),
    "from the future": signed_later(301),
    "a time that is no number": stamped(b"now"),
    "a time in other digits": stamped("１８００００００００".encode()),
    "a time without end": stamped(b"9" * 4_000),
    "two signatures": picked(0, 1, 1),
    "two times": picked(0, 0, 1),
}
BODY = {
    "bad UTF-8": signed(400, b'{"type":"\xff\xfe"}'),
    "bad UTF-8 in a form": signed(400, b"command=%FF%FE"),
    "bad UTF-8 by another": by_another(401, b"\xff\xfe"),
    "no JSON": signed(400, b"{nope"),
    "no JSON by another": by_another(401, b"{nope"),
    "JSON that is no object": signed(400, b"[]"),
    "half of a pair": signed(400, GOOD.replace(b"raining", b"\\ud83d")),
    "nothing": signed(400, b""),
    "a form that says nothing": signed(400, b"a=1"),
    "a payload that is none": signed(400, as_form({"payload": "{"})),
    "too large": signed(413, b" " * (WEBHOOK.most_bytes + 1)),
    "too large by another": by_another(413, b"{" * (WEBHOOK.most_bytes + 1)),
    "too many brackets": signed(400, b'{"a":' + b"[" * (MOST_BRACKETS + 1)),
    "nested deeply": signed(400, b'{"a":' + b"[" * 500 + b"]" * 500 + b"}"),
    "packed": signed(415, GOOD, (b"content-encoding", b"gzip")),
    "another method": Sent(405, lambda secret, now: proofs(secret, GOOD, now), method="PUT"),
    "ids that are none": signed(400, as_json(envelope(mention(channel="C1:evil")))),
}

PROBES = {**ENVELOPE, **BODY}
