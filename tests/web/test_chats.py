"""A person's chats: history, asking again, the list, names, deletion, export."""

import asyncio
from pathlib import Path

import pytest
from tests.web.house import house, kinds, text_of
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.errors import ContentFiltered, ModelKeyRefused
from aizuchi.ports import Ending, Text
from aizuchi.testing.asgi_client import encoded, events_of

BROKEN: list[Part] = [Text("half "), ModelKeyRefused("no")]


async def test_the_history_has_the_messages_as_the_stock_client_takes_them(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.person().ask("Hi", ref="m1")
        history = await home.person().history()
    assert history == [
        {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "Hi"}]},
        {
            "id": history[1]["id"],
            "role": "assistant",
            "parts": [{"type": "text", "text": "Hello dear friend ", "state": "done"}],
        },
    ]


async def test_a_failed_answer_stands_in_the_history_with_its_outcome(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(BROKEN)) as home:
        streamed = events_of((await home.person().ask("Hi")).body)
        parts = (await home.person().history())[-1]["parts"]
    outcome = next(event.chunk for event in streamed if event.chunk["type"] == "data-outcome")
    assert [part["type"] for part in parts] == ["text", "data-outcome"]
    assert parts[0]["text"] == "half "
    assert parts[1] == {key: outcome[key] for key in ("type", "id", "data")}
    assert outcome["data"]["outcome"] == "failed"
    assert outcome["data"]["incident"] == "i1"


async def test_what_a_filter_withholds_late_is_taken_back_everywhere(tmp_path: Path) -> None:
    filtered: list[Part] = [Text("withheld "), ContentFiltered("no")]
    async with house(tmp_path, ScriptedModel(filtered)) as home:
        person = home.person()
        streamed = events_of((await person.ask("Hi")).body)
        late = events_of((await person.ask("Hi")).body)
        (end,) = (await person.history())[-1]["parts"]
        export = await person.request("GET", "/api/chat/c1/export")
    assert "withheld " in [event.chunk.get("delta") for event in streamed]
    assert text_of(streamed) == ""
    assert kinds(streamed)[-3:] == ["data-outcome", "error", "[DONE]"]
    assert kinds(late).count("text-delta") == 0
    assert end["data"]["code"] == "content_filtered"
    assert "withheld" not in export.text


async def test_a_message_that_is_being_answered_stands_there_without_an_answer(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, ScriptedModel([30.0, Ending("stop")])) as home:
        person = home.person()
        async with person.open("POST", "/api/chat", body=encoded(person.sending("Hi"))) as stream:
            await stream.read()
            assert [message["role"] for message in await person.history()] == ["user"]


async def test_another_answer_takes_the_place_of_the_one_it_names(tmp_path: Path) -> None:
    model = ScriptedModel(saying("old"), saying("new"))
    async with house(tmp_path, model) as home:
        person = home.person()
        old = events_of((await person.ask("Hi")).body)[0].chunk["messageId"]
        again = {"trigger": "regenerate-message", "messageId": old}
        new = events_of((await person.ask("Hi", **again)).body)
        copy = events_of((await person.ask("Hi", **again)).body)
        history = await person.history()
    assert text_of(new) == text_of(copy) == "new "
    assert new[0] == copy[0]
    assert new[0].chunk["messageId"] != old
    assert [part["text"] for message in history for part in message["parts"]] == ["Hi", "new "]
    assert len(model.prompts) == 2


async def test_another_answer_without_a_name_is_for_the_last_one(tmp_path: Path) -> None:
    model = ScriptedModel(saying("1"), saying("2"), saying("3"))
    async with house(tmp_path, model) as home:
        person = home.person()
        await person.ask("Hi")
        for number in ("2 ", "3 "):
            events = events_of((await person.ask("Hi", trigger="regenerate-message")).body)
            assert text_of(events) == number
        assert len(await person.history()) == 2


async def test_the_model_does_not_see_the_answer_that_gives_way(tmp_path: Path) -> None:
    model = ScriptedModel(saying("first"), saying("old"), saying("new"))
    async with house(tmp_path, model) as home:
        person = home.person()
        await person.ask("One", ref="m1")
        await person.ask("Two", ref="m2")
        await person.ask("Two", ref="m2", trigger="regenerate-message")
    assert [message.text for message in model.prompts[-1]] == ["One", "first ", "Two"]


async def test_an_edited_message_takes_away_all_that_followed(tmp_path: Path) -> None:
    model = ScriptedModel(saying("1"), saying("2"), saying("edited"))
    async with house(tmp_path, model) as home:
        person = home.person()
        await person.ask("One", ref="m1")
        await person.ask("Two", ref="m2")
        events = events_of((await person.ask("Uno", ref="m1", messageId="m1")).body)
        copy = events_of((await person.ask("Uno", ref="m1", messageId="m1")).body)
        history = await person.history()
    texts = [part["text"] for message in history for part in message["parts"]]
    assert texts == ["Uno", "edited "]
    assert events[0] == copy[0]
    assert len(model.prompts) == 3


async def test_an_edit_back_to_the_first_wording_is_a_new_message(tmp_path: Path) -> None:
    model = ScriptedModel(saying("1"), saying("2"), saying("3"))
    async with house(tmp_path, model) as home:
        person = home.person()
        await person.ask("A")
        await person.ask("B", messageId="m1")
        events = events_of((await person.ask("A", messageId="m1")).body)
        assert text_of(events) == "3 "
        assert (await person.history())[0]["id"] == "m1"


async def test_a_failed_message_sent_again_unchanged_gets_another_try(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(BROKEN, saying("fine"))) as home:
        person = home.person()
        await person.ask("Hi")
        events = events_of((await person.ask("Hi", messageId="m1")).body)
    assert text_of(events) == "fine "


async def test_asking_again_for_what_never_arrived_is_asking(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        again = {"trigger": "regenerate-message", "messageId": "m1"}
        events = events_of((await home.person().ask("Hi", **again)).body)
    assert kinds(events)[-2:] == ["finish", "[DONE]"]


async def test_the_list_has_the_newest_first(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        for chat in ("a", "b"):
            await person.ask(f"About {chat}", chat=chat)
            await asyncio.sleep(1)
        chats = (await person.request("GET", "/api/chats")).json()["chats"]
    assert [(chat["id"], chat["title"], chat["running"]) for chat in chats] == [
        ("b", "About b", False),
        ("a", "About a", False),
    ]
    assert chats[0]["changed_at"] > chats[1]["changed_at"]


async def test_a_chat_is_renamed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        await person.ask("Hi")
        renamed = await person.request("PATCH", "/api/chat/c1", json={"title": " 新しい\n名前 "})
        assert renamed.json() == {"id": "c1", "title": "新しい 名前"}
        assert (await person.request("GET", "/api/chats")).json()["chats"][0]["title"] == (
            "新しい 名前"
        )


@pytest.mark.parametrize("body", [b"", b"{}", b'{"title":""}', b'{"title":5}', b"[]", b"{"])
async def test_a_name_must_be_one(tmp_path: Path, body: bytes) -> None:
    async with house(tmp_path) as home:
        await home.person().ask("Hi")
        assert (await home.person().request("PATCH", "/api/chat/c1", body=body)).status == 400


async def test_a_deleted_chat_is_gone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        await person.ask("Hi")
        assert (await person.request("DELETE", "/api/chat/c1")).status == 204
        assert (await person.request("DELETE", "/api/chat/c1")).status == 404
        assert (await person.request("GET", "/api/chat/c1")).status == 404
        assert (await person.request("GET", "/api/chat/c1/stream")).status == 204
        assert (await person.request("GET", "/api/chats")).json() == {"chats": []}


async def test_a_late_copy_of_a_deleted_message_is_not_answered(tmp_path: Path) -> None:
    model = ScriptedModel(saying("once"))
    async with house(tmp_path, model) as home:
        person = home.person()
        await person.ask("Hi")
        await person.request("DELETE", "/api/chat/c1")
        assert kinds(events_of((await person.ask("Hi")).body))[-2:] == ["abort", "[DONE]"]
    assert len(model.prompts) == 1


async def test_a_chat_is_exported_as_markdown(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(saying("**fine**"), BROKEN)) as home:
        person = home.person()
        await person.ask("お元気?", ref="m1")
        await person.ask("And now?", ref="m2")
        export = await person.request("GET", "/api/chat/c1/export")
    assert export.headers["content-type"] == "text/markdown; charset=utf-8"
    assert export.headers["content-disposition"].startswith('attachment; filename="chat.md"; ')
    assert export.text.startswith("# お元気?\n\n**You** · 2027-01-15 08:00 UTC\n\nお元気?\n\n")
    assert "\n\n**Assistant**\n\n**fine** \n\n" in export.text
    assert "half \n\n> The model refused my key." in export.text
    assert "(number i1)" in export.text


async def test_a_person_takes_away_all_that_they_said_and_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        ann, ben = home.person("owner"), home.person("bob")
        await ann.ask("お元気?", chat="c1")
        await ann.ask("And now?", chat="c2")
        assert (await ben.ask("CANARY", chat="c3")).status == 200
        got = await ann.request("GET", "/api/export")
    assert got.headers["content-disposition"] == 'attachment; filename="aizuchi.json"'
    taken = got.json()
    assert taken["person"] == "owner"
    assert [each["question"] for each in taken["messages"]] == ["お元気?", "And now?"]
    assert all(each["answer"] for each in taken["messages"])
    assert "CANARY" not in got.text


async def test_who_is_forgotten_keeps_the_chat_in_which_they_are_told(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        ann, ben = home.person("owner"), home.person("bob")
        await ann.ask("CANARY", chat="c1")
        await ann.ask("CANARY", ref="m2", chat="c2")
        await ben.ask("Hi", chat="c3")
        told = events_of((await ann.ask("forget me", ref="m3", chat="c2")).body)
        chats = (await ann.request("GET", "/api/chats")).json()["chats"]
        history = await ann.history("c2")
        assert (await ann.request("GET", "/api/chat/c1")).status == 404
        assert "CANARY" not in (await ann.request("GET", "/api/export")).text
        assert len(await ben.history("c3")) == 2
    said = "Done. Deleted: 2 of your messages"
    assert any(said in str(event.chunk) for event in told)
    assert [(chat["id"], chat["title"]) for chat in chats] == [("c2", "forget me")]
    assert said in str(history)
