"""What is written to the queues is read again, whatever people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.engines.aws.records import (
    Guardian,
    Sent,
    digest_of,
    guardian_delay_s,
    read_record,
    write_message,
    write_record,
)
from aizuchi.events import Message, Place, Sender, Signal, decode_message

texts = st.text(st.characters(exclude_categories=["Cs"]))
messages = st.builds(
    lambda text, reply_to: Message(
        "slack:T1:C1:1.0",
        "slack",
        "T1",
        "slack:1.0:T1:C1",
        Place("slack:T1:C1", "shared"),
        Sender("U1", "Aiko", ("T1",)),
        text,
        reply_to=reply_to,
    ),
    texts,
    st.dictionaries(texts, texts, max_size=3),
)


@given(message=messages)
def test_a_queued_message_is_read_as_it_was(message: Message) -> None:
    body = write_message(message)

    assert decode_message(body) == message
    assert all(is_taken_by_sqs(letter) for letter in body)


@given(message=messages, at=st.floats(0, 4e9))
def test_a_guardian_brings_its_message(message: Message, at: float) -> None:
    body = write_record(Guardian(message, at))

    assert read_record(body) == Guardian(message, at)
    assert all(is_taken_by_sqs(letter) for letter in body)


@given(key=texts, at=st.integers(0, 4_000_000_000))
def test_a_signal_says_when_it_was_given(key: str, at: int) -> None:
    stop = Sent(Signal("stop", key, "U1", "slack:T1:C1:1.0"), at)

    assert read_record(write_record(stop)) == stop


@pytest.mark.parametrize("body", ["[]", "{}", '[1,"other",1]', '[1,"guardian",1]', "nonsense"])
def test_a_record_of_another_programs_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"another program|Expecting value"):
        read_record(body)


def test_what_a_later_version_adds_is_passed_over() -> None:
    later = '[2,"signal",5.0,"stop","c","U1","t","and more"]'

    assert read_record(later) == Sent(Signal("stop", "c", "U1", "t"), 5.0)


@pytest.mark.parametrize(("bound_s", "delay_s"), [(600, 610), (0.5, 11), (890, 900), (86_400, 900)])
def test_a_guardian_waits_no_longer_than_sqs_can(bound_s: float, delay_s: int) -> None:
    assert guardian_delay_s(bound_s) == delay_s


def test_a_digest_fits_a_name_in_sqs() -> None:
    digest = digest_of("slack:1.0:T1:C1")

    assert digest == digest_of("slack:1.0:T1:C1") != digest_of("slack:1.0:T1:C2")
    assert digest.isalnum()
    assert len(digest) <= 128


def is_taken_by_sqs(letter: str) -> bool:
    """As the reference of SendMessage has it."""
    return (
        letter in "\t\n\r"
        or " " <= letter <= "\ud7ff"
        or "\ue000" <= letter <= "\ufffd"
        or (letter >= "\U00010000")
    )
