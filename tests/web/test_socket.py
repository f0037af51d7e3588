"""Answers over a socket: the same chunks as in the stream, many requests on one connection."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from tests.web.asking import asked, events, resumed, until_over
from tests.web.house import ORIGIN, house, kinds, text_of
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.errors import ModelKeyRefused
from aizuchi.events import Message, Signal
from aizuchi.ports import Ending, Inbox, Text
from aizuchi.surfaces.web.connection import MOST_AT_ONCE, OLD_AFTER_S
from aizuchi.surfaces.web.stream import PING_EVERY_S
from aizuchi.testing.asgi_client import events_of
from aizuchi.testing.asgi_socket import Closed

SLOW: list[Part] = [Text("one "), 5.0, Text("two "), 5.0, Text("three"), Ending("stop")]
AWKWARD = 'data: id: \n\n\u2028 {"x":1} 相槌 🙂 \\ '


async def test_a_socket_tells_the_same_chunks_as_the_stream(tmp_path: Path) -> None:
    failing: list[Part] = [Text("x"), ModelKeyRefused("no")]
    for model in (saying("Hello dear friend"), saying(AWKWARD), failing):
        async with house(tmp_path / str(len(model)), ScriptedModel(model)) as home:
            person = home.person()
            async with person.socket() as socket:
                socket.send(asked(person, "Hi"))
                told = await until_over(socket)
                streamed = events_of((await person.ask("Hi")).body)
                socket.send(asked(person, "Hi", "r2"))
                again = await until_over(socket, "r2")
        assert told[-1] == {"type": "end", "requestId": "r1"}
        assert [one.chunk for one in events(again)] == [one.chunk for one in streamed[:-1]]
        assert text_of(events(told)) == text_of(streamed)
        assert kinds(events(told))[-2:] == kinds(streamed)[-3:-1]


async def test_it_hears_at_once_and_in_the_language_of_the_message(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel([60.0, Text("late"), Ending("stop")])) as home:
        person = home.person()
        async with person.socket() as socket:
            began = asyncio.get_running_loop().time()
            socket.send(asked(person, "元気ですか"))
            heard = events([frame for _ in range(2) if (frame := await socket.frame())])
            assert kinds(heard) == ["start", "heard:heard"]
            assert heard[1].chunk["data"]["text"] == "聞いています。"
            assert asyncio.get_running_loop().time() - began < 0.5


async def test_many_requests_share_a_connection(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(*[SLOW] * 5)) as home:
        person = home.person()
        async with person.socket() as socket:
            for number in "01234":
                socket.send(asked(person, "Hi", f"r{number}", chat=f"c{number}"))
            found = [await socket.frame() for _ in range(200)]
    for number in "01234":
        own = [frame for frame in found if frame and frame["requestId"] == f"r{number}"]
        assert text_of(events(own)) == "one two three"
        assert own[-1]["type"] == "end"


async def test_messages_of_one_socket_are_answered_in_their_order(tmp_path: Path) -> None:
    model = ScriptedModel(saying("first"), saying("second"), saying("third"))
    async with house(tmp_path, model) as home:
        person = home.person()
        async with person.socket() as socket:
            for number in "123":
                socket.send(asked(person, number, f"r{number}", ref=f"m{number}"))
            await until_over(socket, "r3")
        questions = [one["parts"][0]["text"] for one in (await person.history())[::2]]
    assert questions == ["1", "2", "3"]


async def test_a_resume_replays_from_the_beginning(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.socket() as first:
            first.send(asked(person, "Hi"))
            before = await first.frame()
            await asyncio.sleep(7)
        async with person.socket() as second:
            second.send(resumed())
            assert await second.frame() == {"type": "start", "requestId": "r1"}
            again = await until_over(second)
    assert before
    assert again[0] == before
    assert text_of(events(again)) == "one two three"


async def test_every_answer_under_way_is_told_in_its_order(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW, saying("the second"))) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "1"))
            socket.send(asked(person, "2", "r2", ref="m2"))
            socket.send(resumed(request="r3"))
            told = events(await until_over(socket, "r3"))
    assert kinds(told).count("start") == 2
    assert text_of(told) == "one two threethe second "


async def test_where_nothing_runs_there_is_nothing_active(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        async with person.socket() as socket:
            for number, chat in enumerate(("unknown", "c1")):
                socket.send(resumed(chat, f"r{number}"))
                nothing = [{"type": "no-active", "requestId": f"r{number}"}]
                assert await until_over(socket, f"r{number}") == nothing
                await person.ask("Hi")


async def test_an_abort_ends_the_telling_and_not_the_answer(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "Hi"))
            await socket.frame()
            socket.send({"type": "abort", "requestId": "r1"})
            socket.send({"type": "abort", "requestId": "never-asked"})
            socket.send(resumed(request="r2"))
            told = await until_over(socket, "r2")
            assert text_of(events(told)) == "one two three"
            socket.send(asked(person, "Hi", "r1"))
            assert text_of(events(await until_over(socket, "r1"))) == "one two three"
        assert (await person.history())[-1]["parts"][0]["text"] == "one two three"


async def test_an_answer_goes_on_without_its_reader(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "Hi"))
            await socket.frame()
            assert (len(home.web.sockets.open), len(home.web.listeners)) == (1, 1)
        assert (len(home.web.sockets.open), len(home.web.listeners)) == (0, 0)
        await asyncio.sleep(30)
        assert (await person.history())[-1]["parts"][0]["text"] == "one two three"


async def test_a_stop_is_posted_and_told(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(2)
            assert (await person.request("POST", "/api/chat/c1/stop")).status == 200
            told = events(await until_over(socket))
    assert text_of(told) == "one "
    assert kinds(told)[-2:] == ["data-outcome", "abort"]


async def test_so_many_answers_at_once_and_no_more(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(*[SLOW] * MOST_AT_ONCE, saying("more"))) as home:
        person = home.person()
        async with person.socket() as socket:
            for number in range(MOST_AT_ONCE + 1):
                socket.send(asked(person, "Hi", f"r{number}", chat=f"c{number}"))
            refused = await until_over(socket, f"r{MOST_AT_ONCE}")
            assert refused[0]["type"] == "error"
            assert "16 answers at once" in refused[0]["errorText"]
            assert (await person.request("GET", f"/api/chat/c{MOST_AT_ONCE}")).status == 404
            await asyncio.sleep(30)
            async for frame in socket.frames():
                if (frame["requestId"], frame["type"]) == ("r15", "end"):
                    break
            socket.send(asked(person, "Hi", "again", chat=f"c{MOST_AT_ONCE}"))
            assert text_of(events(await until_over(socket, "again"))) == "more "


async def test_a_quiet_socket_gives_signs_of_life(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.person().socket() as socket:
        began = asyncio.get_running_loop().time()
        for number in (1, 2, 3):
            assert await socket.frame() == {"type": "heartbeat", "requestId": ""}
            assert asyncio.get_running_loop().time() - began == number * PING_EVERY_S


async def test_a_reader_who_takes_nothing_for_a_minute_is_let_go(tmp_path: Path) -> None:
    flood: list[Part] = [Text("x" * 1000)] * 200
    async with house(tmp_path, ScriptedModel([*flood, Ending("stop")])) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(10)
            assert len(home.web.sockets.open) == 1
            await asyncio.sleep(6 * PING_EVERY_S)
            assert len(home.web.sockets.open) == 0
            assert len(home.web.listeners) == 0
            assert (await socket.close()).code == 4408


async def test_whoever_has_been_here_for_an_hour_shows_a_ticket_again(tmp_path: Path) -> None:
    long: list[Part] = [part for _ in range(4) for part in (25.0, Text("on "))]
    async with house(tmp_path, ScriptedModel([*long, Ending("stop")])) as home:
        person = home.person()
        async with person.socket() as socket:
            reading = asyncio.create_task(socket.close())
            await asyncio.sleep(OLD_AFTER_S - 30)
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(90)
            assert not reading.done()
            assert await reading == Closed(1012, "come back")
        assert (await person.history())[-1]["parts"][0]["text"] == "on " * 4


async def test_a_server_that_ends_tells_what_is_finished_and_sends_for_the_rest(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, ScriptedModel(saying("done"), [60.0])) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "one"))
            socket.send(asked(person, "two", "r2", ref="m2"))
            home.web.close()
            assert (await until_over(socket))[-1]["type"] == "end"
            assert await socket.close() == Closed(1012, "come back")


async def test_a_message_that_is_being_stored_is_stored_to_the_end(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        slow = home.web._asking._inbox = _Slow(home.engine.inbox)
        async with person.socket() as socket:
            socket.send(asked(person, "Hi"))
            home.web.close()
            assert (await socket.close()).code == 1012
            assert slow.stored
        await asyncio.sleep(5)
        assert (await person.history())[-1]["parts"][0]["text"] == "Hello dear friend "


async def test_a_page_enters_by_its_cookie(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        entered = await home.client().request("GET", "/?token=owner-token")
        cookie = entered.headers["set-cookie"].split(";")[0]
        page = home.client(headers={"cookie": cookie, "origin": ORIGIN})
        ticket = (await page.request("POST", "/api/ticket")).json()["ticket"]
        async with page.connect(f"/ws/chat?ticket={ticket}") as socket:
            socket.send(asked(home.person(), "Hi"))
            assert text_of(events(await until_over(socket))) == "Hello dear friend "


async def test_a_chat_deleted_in_the_middle_ends_what_is_told(tmp_path: Path) -> None:
    async with house(tmp_path, ScriptedModel(SLOW)) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(2)
            assert (await person.request("DELETE", "/api/chat/c1")).status == 204
            assert kinds(events(await until_over(socket)))[-1] == "abort"


class _Slow:
    """An inbox on a slow disk."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.stored = False

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        await asyncio.sleep(3)
        new = await self._inbox.accept(messages, signals)
        self.stored = True
        return new
