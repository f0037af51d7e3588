"""The frames of an answer, for any log and any listener."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.house import kinds, text_of

from aizuchi.answers import (
    BEGINNING,
    HEARD,
    Entry,
    Finished,
    Heard,
    Logged,
    Outcome,
    Position,
    Restarted,
    Step,
    TextDelta,
    fold,
    since,
)
from aizuchi.surfaces.web.tail import AnswerFrames, last_seen, merged
from aizuchi.testing.asgi_client import Event, events_of

TURN = "w0"

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
entries = st.one_of(
    texts.map(TextDelta),
    texts.map(TextDelta),
    st.builds(Restarted),
    st.builds(Step, st.sampled_from(["thinking", "search"]), texts),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Logged]:
    """The log of an answer as its worker and those who took over wrote it."""
    log = [Logged(HEARD, Heard())]
    text = ""
    for attempt in range(1, draw(st.integers(1, 3)) + 1):
        first: list[Entry] = [Restarted()] if attempt > 1 else []
        for n, entry in enumerate([*first, *draw(st.lists(entries, max_size=12))], 1):
            log.append(Logged(Position(attempt, n), entry))
            match entry:
                case TextDelta(piece):
                    text += piece
                case Restarted():
                    text = ""
    attempt, n = log[-1].position
    log.append(Logged(Position(max(1, attempt), n + 1), Finished("answered", text)))
    return log


def told(log: Sequence[Logged], *, group: int = 3) -> list[Event]:
    """All that a listener from the beginning is told, in groups as they come."""
    frames = AnswerFrames(TURN, "en")
    lines = list(log)
    parts = [frames.feed(lines[at : at + group]) for at in range(0, len(lines), group)]
    return events_of(b"".join([frames.begin(), *parts]))


@given(logs(), st.integers(1, 20))
def test_every_listener_is_told_the_whole_text(log: list[Logged], group: int) -> None:
    assert text_of(told(log, group=group)) == fold(log).text
    assert text_of(told(since(log, BEGINNING), group=group)) == fold(log).text


@given(logs(), st.data())
def test_who_goes_on_in_the_middle_ends_with_the_same_text(
    log: list[Logged], data: st.DataObject
) -> None:
    seen = told(log)
    numbered = [index for index, event in enumerate(seen) if event.id]
    cut = data.draw(st.sampled_from(numbered))
    _, after = last_seen(seen[cut].id) or ("", BEGINNING)
    frames = AnswerFrames(TURN, "en", after, log)
    more = frames.feed(since(log, after))
    rest = events_of(more if frames.ended else frames.end(log[-1]))
    assert text_of([*seen[: cut + 1], *rest]) == fold(log).text
    assert "finish" in kinds(rest)


@given(logs())
def test_a_client_never_gets_text_outside_its_part(log: list[Logged]) -> None:
    open_part = ""
    for event in told(log):
        match event.chunk:
            case {"type": "text-start", "id": part}:
                assert not open_part
                open_part = part
            case {"type": "text-delta", "id": part}:
                assert part == open_part
            case {"type": "reset-step"}:
                open_part = ""
            case {"type": "text-end", "id": part}:
                assert part == open_part
                open_part = ""
    assert not open_part


@given(st.lists(texts, min_size=1, max_size=40))
def test_merging_changes_no_text_and_keeps_the_last_place(pieces: list[str]) -> None:
    lines = [Logged(Position(1, n), TextDelta(piece)) for n, piece in enumerate(pieces, 1)]
    joined = list(merged(lines))
    assert fold(joined).text == "".join(pieces)
    assert joined[-1].position == lines[-1].position


def test_a_piece_of_text_is_encoded_once_for_all_who_listen() -> None:
    line = Logged(Position(1, 1), TextDelta("a"))
    one, two = AnswerFrames(TURN, "en"), AnswerFrames(TURN, "ja")
    first = one.feed([line])
    frame = line.frame
    assert frame is not None
    assert frame in first
    assert frame in two.feed([line])
    assert line.frame is frame


@pytest.mark.parametrize("text", ["a\u2028b", "a\u2029b", "a\x85b", "a\r\nb", "\x00", '"\\', "😀"])
def test_no_text_breaks_a_line(text: str) -> None:
    frames = AnswerFrames(TURN, "en").feed([Logged(Position(1, 1), TextDelta(text))])
    last = frames.decode().rstrip("\n").splitlines()[-1]
    assert json.loads(last.removeprefix("data: "))["delta"] == text


@pytest.mark.parametrize(
    ("outcome", "code", "ends"),
    [
        ("answered", "", ["finish"]),
        ("asks", "", ["data-outcome", "finish"]),
        ("cancelled", "stopped", ["data-outcome", "abort"]),
        ("failed", "bug", ["data-outcome", "error"]),
        ("timed_out", "took_too_long", ["data-outcome", "error"]),
        ("refused", "full", ["data-outcome", "error"]),
    ],
)
def test_every_outcome_has_its_end(outcome: Outcome, code: str, ends: list[str]) -> None:
    said = "why" if code else ""
    end = Logged(Position(1, 2), Finished(outcome, "text", said, code, "i1"))
    events = told([Logged(HEARD, Heard()), Logged(Position(1, 1), TextDelta("text")), end])
    assert kinds(events)[-len(ends) :] == ends
    assert events[-1].id == f"{TURN}:1:2"


def test_a_text_that_was_streamed_otherwise_gives_way_to_the_stored_one() -> None:
    log = [
        Logged(HEARD, Heard()),
        Logged(Position(1, 1), TextDelta("lost in pa")),
        Logged(Position(2, 1), Finished("answered", "stored whole")),
    ]
    assert text_of(told(log)) == "stored whole"


def test_a_step_is_shown_and_names_the_stage() -> None:
    log = [
        Logged(Position(1, 1), Step("s1", "Searching the web")),
        Logged(Position(1, 2), Step("s1", "Searching the web", "done")),
    ]
    events = told(log)[3:]
    assert kinds(events)[:3] == ["heard:working", "data-step", "data-step"]
    assert events[0].chunk["data"]["text"] == "Searching the web"
    assert [event.chunk["data"]["state"] for event in events[1:3]] == ["running", "done"]
