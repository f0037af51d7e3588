"""What is typed is a question, unless it is a command of the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.surfaces.terminal.inbound import Ask, Do, Unknown, goes_on, read, verdict


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hello", Ask("hello")),
        ("  hello \n", Ask("hello")),
        ("reset", Ask("reset")),
        ("/etc/hosts is what?", Ask("/etc/hosts is what?")),
        ("/new york", Ask("/new york")),
        ("こんにちは", Ask("こんにちは")),
        ("a\udce3b", Ask("a?b")),
        ("/new", Do("new")),
        (" /STOP ", Do("stop")),
        ("/exit", Do("quit")),
        ("/?", Do("help")),
        ("/nwe", Unknown("nwe")),
        ("", None),
        ("   ", None),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: object) -> None:
    assert read(typed) == meant


@given(st.text())
def test_every_question_can_be_sent(typed: str) -> None:
    meant = read(typed)
    if isinstance(meant, Ask):
        assert meant.text.encode("utf-8")


def test_a_backslash_at_the_end_goes_on() -> None:
    assert goes_on("one \\")
    assert not goes_on("one")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yes", "yes"),
        (" Y \n", "yes"),
        ("はい", "yes"),
        ("NO", "no"),
        ("いいえ", "no"),
        ("yes please", None),
    ],
)
def test_only_a_plain_yes_or_no_decides(typed: str, meant: str | None) -> None:
    assert verdict(typed) == meant
