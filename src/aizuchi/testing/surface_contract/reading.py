"""Promises about what a request says: one act is one turn, and junk is no exception."""

import json

from hypothesis import strategies as st

from aizuchi.events import Event, Reception
from aizuchi.testing.surface_contract.specimen import (
    Specimen,
    for_all,
    message_of,
    messages_of,
    reception_of,
)

RETRY = ((b"x-retry", b"1"), (b"x-slack-retry-num", b"2"))


def an_authentic_request_brings_its_message(specimen: Specimen) -> None:
    for message in messages_of(specimen):
        assert message.surface == specimen.plug.name, "Message.surface is the name of the plug"
        assert message.turn_id, "a message has an id that is the same in every delivery of it"
        assert message.conversation and message.tenant and message.sender.id
        assert all(isinstance(value, str) for value in message.reply_to.values())
        assert message.text or message.command


def no_two_messages_are_the_same_turn(specimen: Specimen) -> None:
    ids = [message.turn_id for message in messages_of(specimen)]
    assert len(set(ids)) == len(ids) > 1, f"different messages have different turn ids: {ids}"


def a_redelivery_is_the_same_turn(specimen: Specimen) -> None:
    for request in specimen.requests:
        retried = request._replace(headers=(*request.headers, *RETRY))
        first = message_of(specimen, request, specimen.now)
        assert message_of(specimen, retried, specimen.now + 60) == first


def what_cannot_be_stored_is_not_accepted(specimen: Specimen) -> None:
    for request in specimen.requests:
        refused = reception_of(specimen, request, specimen.now).refused
        assert refused.status >= 500 or refused.body, "a store that failed is told: 503, or a word"


def signed_junk_is_an_answer_and_raises_nothing(specimen: Specimen) -> None:
    if specimen.sign is None:
        return
    sign, first = specimen.sign, specimen.requests[0].body
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
        max_leaves=8,
    )
    bodies = st.one_of(
        st.binary(max_size=100),
        values.map(lambda value: json.dumps(value).encode()),
        st.tuples(st.sampled_from(_keys(first)), values).map(
            lambda change: _changed(first, *change)
        ),
    )

    def answer(body: bytes) -> None:
        event = specimen.surface.authenticate(sign(body, specimen.now), now=specimen.now)
        if isinstance(event, Event):
            assert isinstance(specimen.surface.read(event, now=specimen.now), Reception)

    for_all(answer, bodies)


def _keys(body: bytes) -> list[str]:
    """The fields of an authentic body, where it is JSON."""
    try:
        return [*json.loads(body)] or [""]
    except ValueError:
        return [""]


def _changed(body: bytes, key: str, value: object) -> bytes:
    """An authentic body with one field that is something else."""
    try:
        return json.dumps({**json.loads(body), key: value}).encode()
    except ValueError:
        return body


PROMISES = (
    an_authentic_request_brings_its_message,
    no_two_messages_are_the_same_turn,
    a_redelivery_is_the_same_turn,
    what_cannot_be_stored_is_not_accepted,
    signed_junk_is_an_answer_and_raises_nothing,
)
