"""Whatever is sent to our address: answered at once, in few words, and nothing of it stored."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import httpx2
import pytest
from tests.slack.house import ANSWER, House, speaking
from tests.slack.payloads import as_form, as_json, command, envelope, mention

from aizuchi.edge import MOST_BRACKETS, WEBHOOK
from aizuchi.surfaces.slack.signing import SIGNATURE, TIMESTAMP, signature
from aizuchi.testing import virtual_time

URL = "http://bot/slack/events"
GOOD = as_json(envelope(mention()))
Headers = Sequence[tuple[bytes, bytes]]


def proofs(secret: str, body: bytes, timestamp: bytes = b"", *, off_s: int = 0) -> Headers:
    """As Slack signs a body now, or at another time."""
    at = timestamp or b"%d" % (virtual_time.clock() + off_s)
    return ((TIMESTAMP, at), (SIGNATURE, signature(secret.encode(), at, body)))


class Sent(NamedTuple):
    """What somebody sends: its body, and its headers by our secret."""

    status: int
    headers: Callable[[str], Headers]
    body: bytes = GOOD
    method: str = "POST"


def signed(status: int, body: bytes, *more: tuple[bytes, bytes]) -> Sent:
    return Sent(status, lambda secret: (*proofs(secret, body), *more), body)


def by_another(status: int, body: bytes) -> Sent:
    return Sent(status, lambda _: proofs("another", body), body)


def stamped(timestamp: bytes) -> Sent:
    return Sent(401, lambda secret: proofs(secret, GOOD, timestamp))


def with_signature(given: bytes) -> Sent:
    return Sent(401, lambda secret: (proofs(secret, GOOD)[0], (SIGNATURE, given)))


ENVELOPE = {
    "a bad signature": by_another(401, GOOD),
    "a bad signature on a retry": Sent(
        401, lambda _: (*proofs("another", GOOD), (b"x-slack-retry-num", b"1"))
    ),
    "a bad signature on a command": by_another(401, as_form(command())),
    "no signature": Sent(401, lambda secret: proofs(secret, GOOD)[:1]),
    "no timestamp": Sent(401, lambda secret: proofs(secret, GOOD)[1:]),
    "neither": Sent(401, lambda _: ()),
    "a signature of nothing": with_signature(b""),
    "a signature in other letters": with_signature("v0=é日本".encode()),
    "a signature that is no text": with_signature(b"v0=\xff\xfe"),
    "stale": Sent(401, lambda secret: proofs(secret, GOOD, off_s=-301)),
    "from the future": Sent(401, lambda secret: proofs(secret, GOOD, off_s=301)),
    "a time that is no number": stamped(b"now"),
    "a time in other digits": stamped("１８００００００００".encode()),
    "a time without end": stamped(b"9" * 4_000),
    "two signatures": Sent(401, lambda secret: (*proofs(secret, GOOD), proofs(secret, GOOD)[1])),
    "two times": Sent(401, lambda secret: (proofs(secret, GOOD)[0], *proofs(secret, GOOD))),
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
    "another method": Sent(405, lambda secret: proofs(secret, GOOD), method="PUT"),
    "ids that are none": signed(400, as_json(envelope(mention(channel="C1:evil")))),
}


async def send(house: House, sent: Sent) -> int:
    assert house.app
    transport = httpx2.ASGITransport(house.app.asgi)
    headers = [*sent.headers(house.slack.signing_secret)]
    async with httpx2.AsyncClient(transport=transport) as client:
        response = await client.request(sent.method, URL, headers=headers, content=sent.body)
    return response.status_code


@pytest.mark.parametrize("name", [*ENVELOPE, *BODY])
async def test_it_is_refused_at_once_and_nothing_of_it_is_stored(house: House, name: str) -> None:
    sent = {**ENVELOPE, **BODY}[name]
    model = house.says(speaking(ANSWER))
    async with house.open():
        began = time.process_time()
        assert await send(house, sent) == sent.status
        assert time.process_time() - began < 0.2, "of the processor's time"
        await house.rest(600)
    assert model.prompts == []
    assert set(house.slack.methods_called()) <= {"auth.test"}


async def test_what_slack_itself_sends_there_comes_in(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        challenged = await house.slack.verifies_url("3eZbrw1aB")
        looked_at = await house.slack.checks_ssl()
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert b"3eZbrw1aB" in challenged.body
    assert [challenged.status, looked_at.status, *said.statuses] == [200, 200, 200]
    assert house.answers(said) == [ANSWER]
