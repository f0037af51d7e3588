"""The stream of an answer, as a client reads it."""

import asyncio
from pathlib import Path

from tests.web.house import Person, house, kinds, text_of
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.errors import ModelKeyRefused, ModelUnavailable
from aizuchi.ports import Ending, Text
from aizuchi.surfaces.web.stream import PING_EVERY_S
from aizuchi.testing.asgi_client import encoded, events_of
from aizuchi.turns import Bounds

SLOW: list[Part] = [Text("one "), 5.0, Text("two "), 5.0, Text("three"), Ending("stop")]


async def test_an_answer_streams_from_start_to_done(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        response = await home.person().ask("Hi")
    events = events_of(response.body)
    assert text_of(events) == "Hello dear friend "
    assert [kind for kind in kinds(events) if kind != "text-delta"] == [
        "start", "heard:heard", "start-step", "heard:thinking", "heard:writing", "text-start",
        "text-end", "finish-step", "heard:done", "finish", "[DONE]",
    ]  # fmt: skip


async def test_the_stream_tells_proxies_and_clients_what_it_is(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        response = await home.person().ask("Hi")
    assert response.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_it_says_that_it_heard_before_the_model_does_anything(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel([60.0, Text("late"), Ending("stop")])) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")) as stream:
            began = asyncio.get_running_loop().time()
            events = events_of(await stream.read())
            assert kinds(events)[:2] == ["start", "heard:heard"]
            assert events[1].chunk["data"]["text"] == "I'm listening."
            assert asyncio.get_running_loop().time() - began < 0.5


async def test_it_hears_in_the_language_of_the_message(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        events = events_of((await home.person().ask("元気ですか")).body)
    assert events[1].chunk["data"]["text"] == "聞いています。"


async def test_the_event_ids_are_turn_attempt_and_number(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        events = events_of((await home.person().ask("Hi")).body)
    turn = events[0].chunk["messageId"]
    ids = [event.id for event in events if event.id]
    assert ids == [f"{turn}:0:1", *(f"{turn}:1:{n}" for n in range(1, 6))]


async def test_a_failure_is_told_after_what_was_written(tmp_path: Path) -> None:
    cut: list[Part] = [Text("half an ans"), ModelKeyRefused("no")]
    async with house(tmp_path, ScriptedModel(cut)) as home:
        events = events_of((await home.person().ask("Hi")).body)
    outcome = next(event.chunk for event in events if event.chunk.get("type") == "data-outcome")
    assert kinds(events)[-4:] == ["heard:done", "data-outcome", "error", "[DONE]"]
    assert outcome["data"]["outcome"] == "failed"
    assert outcome["data"]["code"] == "model_key"
    assert outcome["data"]["incident"] in outcome["data"]["text"]
    assert events[-2].chunk["errorText"] == outcome["data"]["text"]
    assert text_of(events) == "half an ans"


async def test_text_of_a_broken_call_is_taken_back(tmp_path: Path) -> None:
    broken: list[Part] = [Text("wrong "), Text("start"), ModelUnavailable("gone")]
    async with house(tmp_path, ScriptedModel(broken, saying("all right"))) as home:
        events = events_of((await home.person().ask("Hi")).body)
    assert "reset-step" in kinds(events)
    assert text_of(events) == "all right "


async def test_an_answer_at_its_longest_says_so(tmp_path: Path) -> None:
    model = ScriptedModel([Text("a lot"), Ending("length")])
    async with house(tmp_path, model) as home:
        events = events_of((await home.person().ask("Hi")).body)
    assert kinds(events)[-3:] == ["data-outcome", "finish", "[DONE]"]
    assert events[-2].chunk["finishReason"] == "length"


async def test_a_silent_answer_sends_a_sign_of_life(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel([100.0, Ending("stop")])) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")) as stream:
            await asyncio.sleep(1)
            await stream.read()
            await asyncio.sleep(3 * PING_EVERY_S)
            assert await stream.read() == b": ping\n\n" * 3


async def test_a_second_message_waits_its_turn(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW, saying("second"))) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "first")) as first:
            await first.read()
            async with person.open("POST", "/api/chat", body=_body(person, "2", "m2")) as second:
                early = await second.read()
                assert kinds(events_of(early))[:3] == ["start", "heard:heard", "start-step"]
                one = events_of(await first.read_all())
                two = events_of(early + await second.read_all())
    assert text_of(one).endswith("three")
    assert text_of(two) == "second "


async def test_a_copy_of_a_message_joins_the_answer_under_way(tmp_path: Path) -> None:
    model = ScriptedModel(SLOW)
    async with house(tmp_path, model) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")) as first:
            await asyncio.sleep(7)
            copy = await person.ask("Hi")
            whole = await first.read_all()
    assert text_of(events_of(copy.body)) == text_of(events_of(whole)) == "one two three"
    assert len(model.prompts) == 1


async def test_a_copy_of_an_answered_message_gets_the_stored_answer(tmp_path: Path) -> None:
    model = ScriptedModel(saying("once"))
    async with house(tmp_path, model) as home:
        first = await home.person().ask("Hi")
        copy = await home.person().ask("Hi")
    assert text_of(events_of(copy.body)) == "once "
    assert events_of(copy.body)[0] == events_of(first.body)[0]
    assert len(model.prompts) == 1


async def test_an_answer_goes_on_without_its_reader(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")) as stream:
            await stream.read()
        await asyncio.sleep(30)
        assert (await person.history())[-1]["parts"][0]["text"] == "one two three"
        assert len(home.web.listeners) == 0


async def test_a_stop_ends_the_answer_and_keeps_what_was_said(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")) as stream:
            await asyncio.sleep(2)
            assert (await person.request("POST", "/api/chat/c1/stop")).status == 200
            events = events_of(await stream.read_all())
        last = (await person.history())[-1]
    assert text_of(events) == "one "
    assert kinds(events)[-3:] == ["data-outcome", "abort", "[DONE]"]
    assert [part["type"] for part in last["parts"]] == ["text", "data-outcome"]
    assert last["parts"][1]["data"]["outcome"] == "cancelled"


async def test_a_stop_where_nothing_runs_is_fine(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.person().ask("Hi")
        assert (await home.person().request("POST", "/api/chat/c1/stop")).status == 200


async def test_a_stop_that_names_an_answer_leaves_the_next_one_alone(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(saying("quick"), SLOW)) as home:
        person = home.person()
        done = events_of((await person.ask("Hi")).body)[0].chunk["messageId"]
        async with person.open("POST", "/api/chat", body=_body(person, "2", "m2")) as stream:
            await asyncio.sleep(2)
            stop = {"messageId": done}
            assert (await person.request("POST", "/api/chat/c1/stop", json=stop)).status == 200
            events = events_of(await stream.read_all())
    assert text_of(events) == "one two three"


async def test_an_answer_past_its_time_ends_with_the_reason(tmp_path: Path) -> None:
    bounds = Bounds(answer_within_s=20)
    async with house(tmp_path, ScriptedModel([Text("some"), 900.0]), bounds=bounds) as home:
        events = events_of((await home.person().ask("Hi")).body)
    assert kinds(events)[-3:] == ["data-outcome", "error", "[DONE]"]
    assert events[-3].chunk["data"]["outcome"] == "timed_out"
    assert text_of(events) == "some"


async def test_a_chat_deleted_in_the_middle_ends_its_streams(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")) as stream:
            await asyncio.sleep(2)
            assert (await person.request("DELETE", "/api/chat/c1")).status == 204
            assert kinds(events_of(await stream.read_all()))[-2:] == ["abort", "[DONE]"]


async def test_a_reader_who_takes_nothing_for_a_minute_is_let_go(tmp_path: Path) -> None:
    flood: list[Part] = [Text("x" * 1000)] * 200
    async with house(tmp_path, ScriptedModel([*flood, Ending("stop")])) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=_body(person, "Hi")):
            await asyncio.sleep(10)
            assert len(home.web.listeners) == 1
            await asyncio.sleep(6 * PING_EVERY_S)
            assert len(home.web.listeners) == 0


async def test_a_server_that_ends_tells_what_is_finished_and_cuts_the_rest(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(saying("done"), [60.0])) as home:
        person = home.person()
        async with (
            person.open("POST", "/api/chat", body=_body(person, "one")) as first,
            person.open("POST", "/api/chat", body=_body(person, "two", "m2")) as second,
        ):
            home.web.listeners.close()
            assert kinds(events_of(await first.read_all()))[-1] == "[DONE]"
            assert kinds(events_of(await second.read_all()))[-1] == "heard:thinking"


async def test_an_answer_without_a_stream_of_its_own_is_told_whole(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        events = events_of((await home.person().ask("reset")).body)
    assert text_of(events).startswith("Done: we start afresh")
    assert kinds(events)[-2:] == ["finish", "[DONE]"]


def _body(person: Person, text: str, ref: str = "m1") -> bytes:
    return encoded(person.sending(text, ref=ref))
