"""Only what Slack signed comes in, whatever else is sent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.slack.payloads import (
    SECRET,
    TS,
    as_form,
    as_json,
    command,
    envelope,
    event_request,
    mention,
    signed,
    status,
)

from aizuchi.events import Event, HttpRequest, HttpResponse
from aizuchi.surfaces.slack.address import STOP_ACTION
from aizuchi.surfaces.slack.inbound import SlackSurface
from aizuchi.surfaces.slack.signing import SIGNATURE, TIMESTAMP, signature
from aizuchi.testing.virtual_time import EPOCH

BODY = as_json(envelope(mention()))
FORM = as_form(command("日本語も"))


def with_headers(*headers: tuple[bytes, bytes], body: bytes = BODY) -> HttpRequest:
    return signed(body)._replace(headers=headers)


def proofs(body: bytes = BODY, timestamp: bytes = b"%d" % EPOCH) -> tuple[tuple[bytes, bytes], ...]:
    mac = signature(SECRET.encode(), timestamp, body)
    return ((TIMESTAMP, timestamp), (SIGNATURE, mac))


def test_the_signature_is_the_one_that_slack_publishes() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447"
        b"fce8b6703c"
    )
    mac = signature(SECRET.encode(), b"1531420618", body)
    assert mac == b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.mark.parametrize("direction", [1, -1])
def test_the_window_is_five_minutes_either_way(direction: int) -> None:
    assert status(signed(BODY, EPOCH + 300 * direction)) == 200
    assert status(signed(BODY, EPOCH + 301 * direction)) == 401


@pytest.mark.parametrize(
    "timestamp",
    [
        *(b"", b" ", b"now", b"-1", b"1e9", b"0x7f", b"1800000000.0", b"+1800000000"),
        *(b" 1800000000", b"1800000000 ", b"1_800_000_000", b"9" * 400, b"\xff\xfe"),
        *("１８００００００００".encode(), "١٨٠٠٠٠٠٠٠٠".encode(), b"1800000000\x00"),
    ],
)
def test_a_timestamp_is_plain_digits(timestamp: bytes) -> None:
    assert status(with_headers(*proofs(timestamp=timestamp))) == 401


@pytest.mark.parametrize(
    "given_mac",
    [
        *(b"", b"v0=", b"v0", b"\xff\xfe\xfd", "v0=é".encode(), b"v0=" + b"0" * 64, b"v0=" * 999),
        proofs()[1][1].replace(b"v0=", b"v1="),
        proofs()[1][1].upper(),
        proofs()[1][1] + b" ",
        proofs()[1][1].removeprefix(b"v0="),
    ],
)
def test_another_signature_is_refused(given_mac: bytes) -> None:
    assert status(with_headers(proofs()[0], (SIGNATURE, given_mac))) == 401


@pytest.mark.parametrize(
    "headers",
    [
        (),
        proofs()[:1],
        proofs()[1:],
        (*proofs(), proofs()[0]),
        (*proofs(), proofs()[1]),
        (*proofs(), (SIGNATURE, b"v0=0")),
    ],
)
def test_a_proof_stands_there_once(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    assert status(with_headers(*headers)) == 401


@pytest.mark.parametrize("body", [BODY, FORM])
@given(data=st.data())
def test_one_changed_byte_is_refused(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[at]))
    changed = body[:at] + bytes([other]) + body[at + 1 :]
    assert status(signed(body)._replace(body=changed)) == 401


@given(st.binary(max_size=300), st.binary(max_size=40), st.binary(max_size=80))
def test_nothing_that_is_sent_raises(body: bytes, timestamp: bytes, mac: bytes) -> None:
    request = with_headers((TIMESTAMP, timestamp), (SIGNATURE, mac), body=body)
    assert SlackSurface([SECRET]).authenticate(request, now=EPOCH) == HttpResponse(401)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


@given(st.sampled_from([*mention()]), st.sampled_from([*envelope({})]), json_values, json_values)
def test_no_field_that_is_signed_raises(inner: str, outer: str, one: Any, other: Any) -> None:
    body = {**envelope(mention(**{inner: one})), outer: other}
    assert status(signed(as_json(body))) in (200, 400)


@given(st.sampled_from([*command()]), st.text(max_size=40))
def test_no_field_of_a_command_raises(name: str, value: str) -> None:
    assert status(signed(as_form(command(**{name: value})))) in (200, 400)


@given(st.sampled_from(["team", "user", "channel", "message", "actions"]), json_values)
def test_no_click_raises(name: str, value: Any) -> None:
    ids = {each: {"id": "C1", "ts": TS} for each in ("team", "user", "channel", "message")}
    payload = {**ids, "actions": [{"action_id": STOP_ACTION}], name: value}
    assert status(signed(as_form({"payload": as_json(payload).decode()}))) in (200, 400)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":"\xff"}', b'{"type":NaN}', b"{}"),
        *(b'{"type":1}', b'{"type":"event_callback"}', b'{"type":"event_callback","event":[]}'),
        *(b"a=1", b"payload=%7B", b"payload=[]", b"command=%FF", b"command=%2Fask", b"payload="),
        *(as_form(command()) + b"&command=%2Fother", as_form(command(channel_id="C1:evil"))),
        as_json(envelope(mention(), authorizations=[], team_id="T1:C2")),
        as_json(envelope(mention(channel=None))),
    ],
)
def test_what_is_signed_but_malformed_is_400(body: bytes) -> None:
    assert status(signed(body)) == 400


def test_any_of_the_secrets_may_have_signed() -> None:
    surface = SlackSurface(["another", "", SECRET])
    assert isinstance(surface.authenticate(signed(BODY), now=EPOCH), Event)
    wrong = signed(BODY, secret="a-third")
    assert surface.authenticate(wrong, now=EPOCH) == HttpResponse(401)


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_an_unset_secret_verifies_nothing(secrets: list[str]) -> None:
    surface = SlackSurface(secrets)
    for request in (signed(BODY, secret=""), signed(BODY)):
        assert surface.authenticate(request, now=EPOCH) == HttpResponse(401)


def test_the_address_is_verified_only_with_a_signature() -> None:
    body = as_json({"token": "x", "challenge": "3eZbrw1aBm2r", "type": "url_verification"})
    event = SlackSurface([SECRET]).authenticate(signed(body), now=EPOCH)
    assert isinstance(event, Event)
    accepted = SlackSurface([SECRET]).read(event, now=EPOCH).accepted
    assert isinstance(accepted, HttpResponse)
    assert (accepted.status, accepted.body) == (200, b'{"challenge": "3eZbrw1aBm2r"}')
    assert accepted.content_type.startswith("application/json")
    assert status(signed(body, secret="wrong")) == 401


def test_a_retry_header_changes_nothing() -> None:
    first = event_request(mention())
    retry = ((b"x-slack-retry-num", b"3"), (b"x-slack-retry-reason", b"http_timeout"))
    assert status(first._replace(headers=(*first.headers, *retry))) == 200
