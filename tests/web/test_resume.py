"""A connection that is lost loses nothing: what a client has, and what it gets next."""

import asyncio
from pathlib import Path

import pytest
from tests.web.house import Person, house, kinds, text_of
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.ports import Ending, Text
from aizuchi.testing.asgi_client import AsgiClient, Event, encoded, events_of

TEXT = "Lorem ipsum 相槌 dolor — sit «amet»\u2028 consectetur 😀 adipiscing\n\nelit"
WORDS = [f"{word} " for word in TEXT.split(" ")]
LONG: list[Part] = [*(part for word in WORDS for part in (0.3, Text(word))), Ending("stop")]
WHOLE = "".join(WORDS)


async def test_the_rest_follows_every_position(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG)) as home:
        person = home.person()
        events = events_of((await person.ask("Hi")).body)
        for index, event in enumerate(events):
            if event.id:
                rest = await _resumed(person, event.id)
                assert text_of(events[: index + 1]) + text_of(rest) == WHOLE
                assert kinds(rest)[-2:] == ["finish", "[DONE]"]
                assert "start" not in kinds(rest)


async def test_a_cut_at_any_byte_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG)) as home:
        person = home.person()
        stream = (await person.ask("Hi")).body
        for size in range(0, len(stream), 7):
            assert await _text_after_cut(person, size) == WHOLE


async def test_a_cut_while_the_answer_is_written_is_made_good(tmp_path: Path) -> None:
    for size in range(50, 1500, 97):
        home_path = tmp_path / str(size)
        async with house(home_path, ScriptedModel(LONG)) as home:
            assert await _text_after_cut(home.person(), size) == WHOLE


async def test_several_cuts_in_a_row_still_give_the_whole(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG)) as home:
        person, got, last = home.person(), list[Event](), ""
        while not got or got[-1].data != "[DONE]":
            headers = {"last-event-id": last} if last else {}
            method, path = ("GET", "/api/chat/c1/stream") if last else ("POST", "/api/chat")
            body = b"" if last else encoded(person.sending("Hi"))
            async with person.open(method, path, body=body, headers=headers) as stream:
                events = events_of(_whole(await stream.read_exactly(450)))
            got += events[: _last_numbered(events)]
            last = got[-1].id if got else ""
            if events[-1:] and events[-1].data == "[DONE]":
                got.append(events[-1])
        assert text_of(got) == WHOLE


async def test_without_a_last_event_everything_is_told_again(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG)) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=encoded(person.sending("Hi"))) as first:
            await asyncio.sleep(2)
            again = await person.request("GET", "/api/chat/c1/stream")
            whole = events_of(await first.read_all())
    events = events_of(again.body)
    assert events[0] == whole[0]
    assert text_of(events) == text_of(whole) == WHOLE


async def test_a_replay_is_a_handful_of_frames(tmp_path: Path) -> None:
    words = "word " * 900
    async with house(tmp_path, ScriptedModel(saying(words))) as home:
        live = events_of((await home.person().ask("Hi")).body)
        again = events_of((await home.person().ask("Hi")).body)
    assert len(live) > 500
    assert len(again) < 20
    assert text_of(again) == text_of(live)


async def test_nothing_runs_is_204(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        assert (await person.request("GET", "/api/chat/c1/stream")).status == 204
        await person.ask("Hi")
        assert (await person.request("GET", "/api/chat/c1/stream")).status == 204


async def test_the_end_is_said_again_to_who_missed_only_that(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        events = events_of((await person.ask("Hi")).body)
        rest = await _resumed(person, events[-2].id)
    assert text_of(rest) == ""
    assert kinds(rest)[-2:] == ["finish", "[DONE]"]


@pytest.mark.parametrize("junk", ["x", "w0:1:1", "::", "w0:-1:5", "a:99999999999:1", "\x7f:1:1"])
async def test_a_last_event_that_is_not_of_this_chat_counts_for_nothing(
    tmp_path: Path, junk: str
) -> None:
    async with house(tmp_path) as home:
        await home.person().ask("Hi")
        headers = {"last-event-id": junk}
        response = await home.person().request("GET", "/api/chat/c1/stream", headers=headers)
        assert response.status == 204


async def test_a_place_that_was_never_reached_still_gets_the_end(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG)) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=encoded(person.sending("Hi"))) as stream:
            turn = events_of(await stream.read())[0].chunk["messageId"]
            rest = await _resumed(person, f"{turn}:9:9")
    assert kinds(rest)[-2:] == ["finish", "[DONE]"]


async def test_every_answer_under_way_is_told_in_its_order(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG, saying("the second"))) as home:
        person = home.person()
        for number in ("1", "2"):
            body = encoded(person.sending(number, ref=f"m{number}"))
            async with person.open("POST", "/api/chat", body=body) as stream:
                await stream.read()
        events = events_of((await person.request("GET", "/api/chat/c1/stream")).body)
    begins = [index for index, event in enumerate(events) if event.chunk.get("type") == "start"]
    assert len(begins) == 2
    assert text_of(events[: begins[1]]) == WHOLE
    assert text_of(events[begins[1] :]) == "the second "
    assert kinds(events).count("[DONE]") == 1


async def test_the_message_is_the_same_in_stream_replay_and_history(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        first = events_of((await person.ask("Hi")).body)[0].chunk["messageId"]
    async with house(tmp_path) as home:
        person = home.person()
        again = events_of((await person.ask("Hi")).body)[0].chunk["messageId"]
        history = await person.history()
    assert [first, first] == [again, history[-1]["id"]]


async def test_a_restarted_server_goes_on_for_who_was_reading(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(LONG)) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=encoded(person.sending("Hi"))) as stream:
            await asyncio.sleep(1.5)
            seen = events_of(_whole(await stream.read()))
    async with house(tmp_path, ScriptedModel(saying("new words"))) as home:
        rest = await _resumed(home.person(), seen[-1].id)
    assert text_of(seen)
    assert text_of([*seen, *rest]) == "new words "
    assert seen[0].chunk["messageId"] == seen[-1].id.split(":")[0]


async def _resumed(person: AsgiClient, last: str) -> list[Event]:
    headers = {"last-event-id": last}
    response = await person.request("GET", "/api/chat/c1/stream", headers=headers)
    assert response.status == 200
    return events_of(response.body)


async def _text_after_cut(person: Person, size: int) -> str:
    """Asks, hangs up after so many bytes, and goes on from the last whole event."""
    body = encoded(person.sending("Hi"))
    async with person.open("POST", "/api/chat", body=body) as stream:
        events = events_of(_whole(await stream.read_exactly(size)))
    seen = events[: _last_numbered(events)]
    if not seen:
        return text_of(events_of((await person.ask("Hi")).body))
    return text_of([*seen, *await _resumed(person, seen[-1].id)])


def _whole(part: bytes) -> bytes:
    """The events that came whole."""
    return part[: part.rfind(b"\n\n") + 2] if b"\n\n" in part else b""


def _last_numbered(events: list[Event]) -> int:
    return max((index + 1 for index, event in enumerate(events) if event.id), default=0)
