"""The web chat over API Gateway's WebSocket API: who comes in, and what they are told."""

import asyncio
from pathlib import Path

import pytest
from tests.aws.sockets import PAGE, SocketLives
from tests.web.asking import asked, events, resumed, until_over
from tests.web.house import kinds, text_of
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.ports import Ending, Text
from aizuchi.simulator.aws import Fault
from aizuchi.testing import virtual_time

OUTAGE = Fault(status=500)
ELSEWHERE = "https://evil.test"
SLOW: list[Part] = [Text("one "), 5.0, Text("two "), 5.0, Text("three"), Ending("stop")]


# ── coming in ─────────────────────────────────────────────────────────────────


async def test_nobody_comes_in_without_a_good_ticket(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path)
    async with lives.running():
        ticket = await lives.person().ticket(origin=PAGE)
        for tried, origin in (("", PAGE), ("guessed", PAGE), (ticket, ELSEWHERE), (ticket, PAGE)):
            async with lives.at(tried, origin) as socket:
                assert socket.closed
        assert lives.statuses == [401] * 4
        assert lives.aws.sockets.held == {}
        assert lives.rows("socket") == []


async def test_a_ticket_opens_one_socket(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path)
    async with lives.running():
        ticket = await lives.person().ticket(origin=PAGE)
        async with lives.at(ticket) as first, lives.at(ticket) as second:
            assert (bool(first.closed), bool(second.closed)) == (False, True)
        assert lives.statuses[:2] == [200, 401]


async def test_where_our_names_are_known_no_other_page_opens_one(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, hosts=["chat.example"])
    async with lives.running():
        ticket = await lives.person().ticket(origin=PAGE)
        for origin in (ELSEWHERE, "null", "https://"):
            async with lives.at(ticket, origin) as socket:
                assert socket.closed
        assert lives.statuses == [403] * 3
        async with lives.at(ticket) as socket:
            assert not socket.closed, "nobody has used it up"


async def test_the_page_is_told_where_its_sockets_are(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path)
    async with lives.running():
        person = lives.person()
        given = (await person.request("POST", "/api/ticket")).json()
        policy = (await person.request("GET", "/compare")).headers["content-security-policy"]
    assert given["url"] == "ws://aws.test/prod"
    assert "connect-src 'self' ws://aws.test;" in policy


async def test_a_store_that_cannot_be_asked_opens_no_socket(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path)
    async with lives.running():
        ticket = await lives.person().ticket(origin=PAGE)
        lives.aws.faults.spoil = lambda number, method: OUTAGE
        async with lives.at(ticket) as socket:
            assert socket.closed
        assert lives.statuses == [503]


# ── what is told ──────────────────────────────────────────────────────────────


async def test_an_answer_is_told_as_over_the_servers_own_socket(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(saying("Hello dear friend")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            told = await until_over(socket)
        history = await person.history()
    assert text_of(events(told)) == "Hello dear friend "
    assert kinds(events(told))[:3] == ["start", "heard:heard", "start-step"]
    assert kinds(events(told))[-1] == "finish"
    assert told[-1] == {"type": "end", "requestId": "r1"}
    assert history[-1]["parts"][0]["text"] == "Hello dear friend "
    assert events(told)[0].chunk["messageId"] == history[-1]["id"]


async def test_the_first_sign_waits_for_nobody_who_works(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, works=False)
    lives.sides.timeout_s = 0.0
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            begin = virtual_time.clock()
            socket.send(asked(person, "元気ですか"))
            heard = [await socket.frame(), await socket.frame()]
            assert virtual_time.clock() - begin < 0.5
    assert [frame["sequence"] for frame in heard if frame] == [0, 1]
    assert heard[1] and heard[1]["chunk"]["data"]["text"] == "聞いています。"


async def test_text_comes_as_it_is_made_and_not_word_by_word(tmp_path: Path) -> None:
    words: list[Part] = [part for number in range(200) for part in (0.05, Text(f"{number} "))]
    lives = SocketLives(tmp_path, ScriptedModel([*words, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            begin = virtual_time.clock()
            socket.send(asked(person, "Count"))
            async for frame in socket.frames():
                if frame["type"] == "chunk" and frame["chunk"]["type"] == "text-delta":
                    break
            assert virtual_time.clock() - begin < 1.5
            told = await until_over(socket)
    texts = [each["chunk"]["delta"] for each in told if "delta" in each.get("chunk", {})]
    assert frame["chunk"]["delta"] + "".join(texts) == "".join(f"{n} " for n in range(200))
    assert 20 <= lives.pushes <= 45


async def test_a_frame_that_is_handed_over_twice_is_answered_once(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, model := ScriptedModel(saying("Hello dear friend")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            lives.aws.sockets.double()
            socket.send(asked(person, "Hi"))
            assert text_of(events(await until_over(socket))) == "Hello dear friend "
        assert len(await person.history()) == 2
    assert len(model.prompts) == 1


async def test_a_message_that_is_known_is_told_its_answer_again(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, model := ScriptedModel(saying("Hello dear friend")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            for request in ("r1", "r2"):
                socket.send(asked(person, "Hi", request))
                told = events(await until_over(socket, request))
                assert text_of(told) == "Hello dear friend "
                assert kinds(told)[-1] == "finish"
    assert len(model.prompts) == 1
    assert lives.rows("heard") == []


@pytest.mark.parametrize("length", [33_000, 90_000])
async def test_a_long_text_comes_in_frames_that_the_gateway_takes(
    tmp_path: Path, length: int
) -> None:
    text = "長い答え" * (length // 12)
    lives = SocketLives(tmp_path, ScriptedModel([Text(text), Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Tell me all"))
            told = await until_over(socket)
            assert text_of(events(told)) == text
            socket.send(asked(person, "Tell me all", "r2"))
            assert text_of(events(await until_over(socket, "r2"))) == text


async def test_two_sockets_follow_one_chat(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as first, lives.socket(person) as second:
            first.send(asked(person, "Hi"))
            await asyncio.sleep(7)
            second.send(resumed())
            again = await until_over(second)
            told = await until_over(first)
    assert again[0] == {"type": "start", "requestId": "r1"}
    assert text_of(events(told)) == text_of(events(again)) == "one two three"
    assert kinds(events(again))[0] == "start"


async def test_all_that_is_under_way_is_resumed_in_its_order(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW, saying("the second")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "1"))
            await asyncio.sleep(1)
            socket.send(asked(person, "2", "r2", ref="m2"))
            await asyncio.sleep(1)
            socket.send(resumed(request="r3"))
            told = events(await until_over(socket, "r3"))
    assert kinds(told).count("start") == 2
    assert text_of(told) == "one two threethe second "
    assert lives.rows("heard") == []


async def test_where_nothing_runs_there_is_nothing_active(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(saying("Hello")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            for request, chat in (("r1", "unknown"), ("r3", "c1")):
                socket.send(resumed(chat, request))
                nothing = [{"type": "no-active", "requestId": request}]
                assert await until_over(socket, request) == nothing
                socket.send(asked(person, "Hi", "r2"))
                await until_over(socket, "r2")


async def test_a_chat_of_somebody_else_is_not_there(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        ann, bob = lives.person(), lives.person("bob")
        async with lives.socket(ann) as hers, lives.socket(bob) as his:
            hers.send(asked(ann, "Hi"))
            await asyncio.sleep(1)
            his.send(resumed())
            assert [frame["type"] for frame in await until_over(his)] == ["error"]


async def test_a_stop_is_posted_and_told(tmp_path: Path) -> None:
    on: list[Part] = [part for _ in range(20) for part in (3.0, Text("on "))]
    lives = SocketLives(tmp_path, ScriptedModel([Text("one "), *on, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(7)
            assert (await person.request("POST", "/api/chat/c1/stop")).status == 200
            told = events(await until_over(socket))
    assert text_of(told).startswith("one on ")
    assert kinds(told)[-2:] == ["data-outcome", "abort"]


async def test_an_abort_ends_the_telling_and_not_the_answer(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(2)
            assert len(lives.rows("heard")) == 1
            socket.send({"type": "abort", "requestId": "r1"})
            socket.send({"type": "abort", "requestId": "never-asked"})
            await asyncio.sleep(2)
            before = lives.pushes
            await asyncio.sleep(30)
            assert lives.pushes == before
            assert lives.rows("heard") == []
        assert (await person.history())[-1]["parts"][0]["text"] == "one two three"


async def test_a_chat_that_is_deleted_in_the_middle_ends_what_is_told(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(2)
            assert (await person.request("DELETE", "/api/chat/c1")).status == 204
            assert "one" not in lives.stored
            assert kinds(events(await until_over(socket)))[-1] == "abort"
    assert lives.rows("heard") == []


async def test_so_many_answers_at_once_and_no_more(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, works=False)
    lives.sides.timeout_s = 0.0
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            for number in range(17):
                socket.send(asked(person, "Hi", f"r{number}", chat=f"c{number}"))
                await asyncio.sleep(1)
            refused = await until_over(socket, "r16")
    assert "16 answers at once" in refused[0]["errorText"]


# ── frames that are none ──────────────────────────────────────────────────────


@pytest.mark.parametrize("frame", [{"type": "dance", "requestId": "r1"}, {"requestId": "r1"}])
async def test_a_type_that_is_unknown_or_missing_is_answered_and_noted(
    tmp_path: Path, frame: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(saying("Hello")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send({**frame, "messages": "my secret"})
            (said,) = await until_over(socket)
            assert (said["type"], "send, resume, abort" in said["errorText"]) == ("error", True)
            socket.send(asked(person, "Hi", "r2"))
            assert text_of(events(await until_over(socket, "r2"))) == "Hello "
        assert {*lives.statuses} == {200}
    assert "send, resume, abort" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("frame", ["no JSON", b"\x00\x01", '{"type":"send"}', "[]", ""])
async def test_who_sends_no_frame_is_told_why_and_let_go(
    tmp_path: Path, frame: str | bytes
) -> None:
    lives = SocketLives(tmp_path)
    async with lives.running():
        async with lives.socket(lives.person()) as socket:
            socket.send(frame)
            said = await socket.frame()
            assert said and (said["type"], said["requestId"]) == ("error", "")
            assert (await socket.close()).code == 1000
        await asyncio.sleep(1)
        assert {*lives.statuses} == {200}
        assert lives.rows("socket") == []


async def test_what_is_too_large_for_the_gateway_closes_the_socket(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path)
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "x" * 33_000))
            assert (await socket.close()).code == 1009


# ── people who go ─────────────────────────────────────────────────────────────


async def test_who_leaves_is_forgotten_and_their_answer_is_in_the_history(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(2)
        await asyncio.sleep(1)
        assert lives.rows("socket") + lives.rows("heard") == []
        await asyncio.sleep(30)
        assert (await person.history())[-1]["parts"][0]["text"] == "one two three"


async def test_forget_me_is_told_and_leaves_nothing_of_the_sockets(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(saying("A secret of Ann's")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket, lives.socket(person) as other:
            socket.send(asked(person, "Hi"))
            await until_over(socket)
            socket.send(asked(person, "forget me", "r2", ref="m2"))
            assert kinds(events(await until_over(socket, "r2")))[-1] == "finish"
            await asyncio.sleep(5)
            assert lives.rows("heard") == []
            assert "secret" not in lives.stored
            assert lives.rows("socket") == []
            other.send(asked(person, "Hi again", ref="m3"))
            assert (await other.close()).code == 1000, "it comes back with a new ticket"


# ── the gateway's own ends ────────────────────────────────────────────────────


async def test_a_socket_that_is_idle_is_cut_and_resumed(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(saying("Hello")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            begin = virtual_time.clock()
            assert (await socket.close()).code == 1001
            assert virtual_time.clock() - begin == pytest.approx(600, abs=1)
        await asyncio.sleep(1)
        assert lives.rows("socket") == []


async def test_an_answer_over_the_two_hours_is_resumed_on_the_next_socket(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            for number in range(13):
                await asyncio.sleep(550)
                socket.send(resumed(request=f"idle{number}"))
                await until_over(socket, f"idle{number}")
            await asyncio.sleep(42)
            socket.send(asked(person, "Hi"))
            assert (await socket.close()).code == 1001
        async with lives.socket(person) as socket:
            socket.send(resumed())
            assert text_of(events(await until_over(socket))) == "one two three"
