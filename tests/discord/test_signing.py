"""Only what Discord signed comes in, whatever else is sent."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from tests.discord.payloads import (
    PUBLIC_KEY,
    SIGNER,
    click,
    command,
    request,
    signed,
    status,
)
from tests.discord.probes import (
    BODY,
    DOUBTFUL,
    MALFORMED,
    SIGNATURES,
    TIMESTAMPS,
    proofs,
    with_headers,
)

from aizuchi.events import Event, HttpRequest, HttpResponse
from aizuchi.surfaces.discord.inbound import DiscordSurface
from aizuchi.surfaces.discord.signing import SIGNATURE, TIMESTAMP
from aizuchi.testing.virtual_time import EPOCH

VECTOR = json.loads((Path(__file__).parent / "data/signed-ping.json").read_text("utf-8"))


def real(which: str) -> HttpRequest:
    """Bytes that Discord itself has sent."""
    sent = VECTOR[which]
    proofs = (
        (TIMESTAMP, sent["timestamp"].encode()),
        (SIGNATURE, sent["signature"].encode()),
    )
    body = bytes.fromhex(sent["body"])
    return HttpRequest("POST", "/discord/interactions", "", proofs, body)


def test_what_discord_itself_signed_is_answered() -> None:
    surface, at = DiscordSurface(VECTOR["public_key"]), float(VECTOR["good"]["timestamp"])
    event = surface.authenticate(real("good"), now=at)
    assert isinstance(event, Event)
    accepted = surface.read(event, now=at).accepted
    assert isinstance(accepted, HttpResponse)
    assert (accepted.status, accepted.body) == (200, b'{"type":1}')
    assert accepted.content_type.startswith("application/json")


def test_the_bad_signature_by_which_discord_tries_us_is_refused() -> None:
    surface, at = DiscordSurface(VECTOR["public_key"]), float(VECTOR["bad"]["timestamp"])
    refused = surface.authenticate(real("bad"), now=at)
    assert isinstance(refused, HttpResponse)
    assert refused.status == 401


def test_what_discord_signed_years_ago_is_refused() -> None:
    refused = DiscordSurface(VECTOR["public_key"]).authenticate(real("good"), now=EPOCH)
    assert isinstance(refused, HttpResponse)


@pytest.mark.parametrize("direction", [1, -1])
def test_the_window_is_five_minutes_either_way(direction: int) -> None:
    assert status(signed(BODY, EPOCH + 300 * direction)) == 200
    assert status(signed(BODY, EPOCH + 301 * direction)) == 401


@pytest.mark.parametrize("timestamp", TIMESTAMPS)
def test_a_timestamp_is_plain_digits(timestamp: bytes) -> None:
    assert status(with_headers(*proofs(timestamp=timestamp))) == 401


@pytest.mark.parametrize("signature", SIGNATURES)
def test_another_signature_is_refused(signature: bytes) -> None:
    assert status(with_headers(proofs()[0], (SIGNATURE, signature))) == 401


@pytest.mark.parametrize("headers", DOUBTFUL)
def test_a_proof_stands_there_once(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    assert status(with_headers(*headers)) == 401


@given(data=st.data())
def test_one_changed_byte_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BODY) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != BODY[at]))
    changed = BODY[:at] + bytes([other]) + BODY[at + 1 :]
    assert status(signed(BODY)._replace(body=changed)) == 401


@given(st.binary(max_size=300), st.binary(max_size=40), st.binary(max_size=200))
def test_nothing_that_is_sent_raises(body: bytes, timestamp: bytes, signature: bytes) -> None:
    sent = with_headers((TIMESTAMP, timestamp), (SIGNATURE, signature), body=body)
    assert status(sent) == 401


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


@given(st.sampled_from([*command()]), json_values)
def test_no_field_of_a_command_raises(name: str, value: Any) -> None:
    assert status(request(command(**{name: value}))) in (200, 400)


@given(st.sampled_from(["id", "name", "type", "options", "resolved", "target_id"]), json_values)
def test_no_data_of_a_command_raises(name: str, value: Any) -> None:
    data = {"name": "ask", "type": 1, "options": []}
    assert status(request(command(data={**data, name: value}))) in (200, 400)


@given(st.sampled_from([*click("")]), json_values, st.text(max_size=20))
def test_no_click_raises(name: str, value: Any, custom_id: str) -> None:
    assert status(request({**click(custom_id), name: value})) in (200, 400)


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_signed_but_malformed_is_400(body: bytes) -> None:
    assert status(signed(body)) == 400


@pytest.mark.parametrize("key", ["", "00" * 32, "ff" * 32, "00" * 31])
def test_a_key_that_is_none_verifies_nothing(key: str) -> None:
    for signer in (SIGNER, SigningKey(bytes(32))):
        refused = DiscordSurface(key).authenticate(signed(BODY, signer=signer), now=EPOCH)
        assert isinstance(refused, HttpResponse)
        assert refused.status == 401


def test_another_key_verifies_nothing() -> None:
    other = signed(BODY, signer=SigningKey(b"x" * 32))
    refused = DiscordSurface(PUBLIC_KEY).authenticate(other, now=EPOCH)
    assert refused == HttpResponse(401, b"Bad request signature")
