"""Slash commands: acknowledged in the way that was set, answered in private or for all."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.slack.payloads import (
    ANN,
    CHANNEL,
    TEAM,
    as_form,
    command,
    command_request,
    event_request,
    mention,
    message,
    reception,
    signed,
    status,
)

from aizuchi.errors import BadJson
from aizuchi.events import HttpResponse, Message, Place, Reception
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.forms import MOST_FIELDS, read_form
from aizuchi.surfaces.slack.inbound import Manner

FOR_ALL = Manner(ephemeral=False)


def asked(text: str = "Is it raining?", manner: Manner = Manner(), **changed: str) -> Message:
    (one,) = reception(command_request(text, **changed), manner).messages
    return one


def accepted(got: Reception) -> HttpResponse:
    assert isinstance(got.accepted, HttpResponse)
    return got.accepted


def test_a_command_is_one_turn_by_its_trigger() -> None:
    one, again, other = asked(), asked(), asked(trigger_id="2.2.2")
    assert one == again
    assert one.turn_id != other.turn_id
    assert one.conversation == other.conversation


def test_a_command_says_which_it_was() -> None:
    assert asked(command="/zunda").via == "/zunda"


def test_a_private_command_is_read_by_one_person_alone() -> None:
    one = asked()
    assert one.place == Place(f"slack:{TEAM}:{CHANNEL}:{ANN}", "private")
    assert asked(user_id="U2").place != one.place
    assert one.sender.name == "ann"


def test_a_command_for_all_is_read_in_the_channel_as_a_mention_is() -> None:
    assert asked(manner=FOR_ALL).place == message(mention()).place
    assert asked(manner=FOR_ALL).conversation != asked().conversation


def test_the_address_of_a_command_is_its_response_url() -> None:
    address = Address.from_mapping(asked("Why <b>?", Manner(quote=True)).reply_to)
    assert address.kind == "command"
    assert address.response_url == command()["response_url"]
    assert address.ephemeral
    assert (address.thread_ts, address.ts) == ("", "")
    assert address.quote == "Why <b>?"
    assert Address.from_mapping(asked(manner=FOR_ALL).reply_to).ephemeral is False
    assert asked().reply_to.get("quote") is None


@pytest.mark.parametrize(
    ("manner", "body"),
    [
        (Manner(), b""),
        (Manner(ack_text="..."), {"response_type": "ephemeral", "text": "..."}),
        (FOR_ALL, {"response_type": "in_channel"}),
        (Manner("…", False), {"response_type": "in_channel", "text": "…"}),
    ],
)
def test_the_acknowledgement_is_as_it_was_set(manner: Manner, body: object) -> None:
    answer = accepted(reception(command_request(), manner))
    assert answer.status == 200
    assert (json.loads(answer.body) if answer.body else b"") == body


@pytest.mark.parametrize(("text", "said"), [("Hi", "ask again"), ("雨?", "もう一度")])
def test_a_command_that_could_not_be_stored_is_told_in_private(text: str, said: str) -> None:
    refused = reception(command_request(text), FOR_ALL).refused
    answer = json.loads(refused.body)
    assert refused.status == 200
    assert answer["response_type"] == "ephemeral"
    assert said in answer["text"]


def test_an_event_that_could_not_be_stored_comes_again() -> None:
    assert reception(event_request(mention())).refused.status == 503


@pytest.mark.parametrize(
    ("name", "text", "verb"),
    [
        ("/ask", "Is it raining?", ""),
        ("/mameka", "reset", ""),
        ("/reset", "", "reset"),
        ("/reset", "now", "reset"),
        ("/forget-me", "", "forget_me"),
        ("/forget me", "", "greeting"),
        ("/ask", "", "greeting"),
        ("/ask", "   ", "greeting"),
        ("/豆香", "ねえ", ""),
    ],
)
def test_any_command_asks_and_one_starts_afresh(name: str, text: str, verb: str) -> None:
    assert asked(text, command=name).command == verb
    assert asked(text, command=name).text == text.strip()


def test_what_slack_escapes_is_undone_once() -> None:
    assert asked("a &lt; b &amp;&amp; &amp;lt;").text == "a < b && &lt;"


@pytest.mark.parametrize("name", ["team_id", "channel_id", "user_id", "trigger_id"])
def test_a_command_without_its_ids_is_malformed(name: str) -> None:
    assert status(command_request(**{name: ""})) == 400


FORM_PIECES = (b"a", b"b", b"=", b"&", b"+", b"%", b"4", b"%41", b"%C3%A9", b"%zz", b"%00")
RAW_PIECES = (";", "é", "あ", "🙂")
pieces = st.sampled_from([*FORM_PIECES, *(piece.encode() for piece in RAW_PIECES), b"\xff"])


@given(st.lists(pieces, max_size=12).map(b"".join))
@example(b"&".join(b"%d=" % number for number in range(MOST_FIELDS - 1)))
@example(b"&".join(b"%d=" % number for number in range(MOST_FIELDS)))
def test_a_form_is_read_as_the_standard_library_reads_it(rest: bytes) -> None:
    body = b"command=/ask&" + rest
    try:
        read = dict(read_form(body).body)
    except BadJson:
        read = {}
    assert read == by_the_standard_library(body)


def by_the_standard_library(body: bytes) -> dict[str, str]:
    """Its fields; none where it is no form, has too many, or one of them twice."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    return dict(pairs) if len(dict(pairs)) == len(pairs) else {}


def test_looking_at_our_certificate_is_answered_and_is_no_message() -> None:
    body = as_form({"ssl_check": "1", "token": "x"})
    assert reception(signed(body)).messages == ()
    assert status(signed(body)) == 200
    assert status(signed(body, secret="wrong")) == 401
