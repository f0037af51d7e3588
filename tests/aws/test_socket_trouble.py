"""What goes wrong while an answer is told over the WebSocket API: whoever answers dies, freezes or
is slow, the gateway refuses, the client leaves. No answer suffers, no client is left waiting."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.aws.sockets import Frame, SocketLives, as_client
from tests.crash import faults
from tests.crash.faults import Call
from tests.crash.lives import CountingModel, is_whole
from tests.web.asking import asked, events, resumed, until_over
from tests.web.house import kinds, text_of
from tests.worker.office import Part, ScriptedModel, saying

from aizuchi.ports import Declared, Ending, PromptMessage, Text
from aizuchi.simulator.aws import Fault
from aizuchi.testing.asgi_socket import Socket

POST = "Sockets.PostToConnection"
SLOW: list[Part] = [Text("one "), 5.0, Text("two "), 5.0, Text("three"), Ending("stop")]
LONG: list[Part] = [part for word in range(40) for part in (0.5, Text(f"{word} "))]
WHOLE = "".join(f"{word} " for word in range(40))


class Slow(CountingModel):
    """Says a word each half second."""

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Any]:
        async for part in super().stream(prompt, tools):
            await asyncio.sleep(0.5)
            yield part


async def told(socket: Socket, request: str = "r1") -> Sequence[Frame]:
    return as_client(await until_over(socket, request))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "call",
    [
        *(Call("model", "stream", n) for n in (1, 4, 7)),
        *(Call("Sockets", "POST", n) for n in (1, 2, 5, 8, 10)),
        *(Call("DynamoDB_20120810", "UpdateItem", n) for n in (1, 3)),
    ],
    ids=lambda call: f"{call.method}{call.n}" if isinstance(call, Call) else call,
)
async def test_whoever_is_killed_is_taken_over_in_the_same_stream(
    tmp_path: Path, call: Call, moment: faults.Moment
) -> None:
    lives = SocketLives(tmp_path, Slow(), faults.Fault("die", moment, call))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            frames = await told(socket)
            assert frames[-1]["type"] == "end"
            assert is_whole(text_of(events(frames)))
            assert kinds(events(frames)).count("start") == 1
            socket.send(asked(person, "And now?", "r2", ref="m2"))
            assert is_whole(text_of(events(await told(socket, "r2"))))
        assert lives.sides.environments[0].process.reached
        assert is_whole((await person.history())[1]["parts"][0]["text"])
    assert lives.rows("heard") == []


@pytest.mark.parametrize(
    "call", [Call("model", "stream", 4), *(Call("Sockets", "POST", n) for n in (2, 4, 6))]
)
async def test_a_zombie_pushes_nothing_once_another_has_begun(tmp_path: Path, call: Call) -> None:
    lives = SocketLives(tmp_path, Slow(), faults.Fault("freeze", "before", call))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            frames = await told(socket)
            zombie = lives.sides.environments[0].process
            assert zombie.frozen.is_set()
            before = lives.pushes
            await asyncio.sleep(2 * faults.FROZEN_S)
            assert lives.pushes - before <= 1, "at most the one that was on its way"
        assert text_of(events(frames)).startswith("2.0 ")
        assert is_whole(text_of(events(frames)))
        assert "reset-step" in kinds(events(frames))


async def test_a_client_that_is_gone_costs_one_call_and_the_answer_nothing(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel([*LONG, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(5)
            (held,) = lives.aws.sockets.held.values()
            lives.aws.sockets.held.clear()
            before = lives.pushes
            await asyncio.sleep(60)
            assert lives.pushes == before + 1
            assert lives.rows("heard") + lives.rows("socket") == []
            assert (await person.history())[-1]["parts"][0]["text"] == WHOLE
            lives.aws.sockets.held[held.name] = held


async def test_a_slow_gateway_delays_no_turn(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(saying("Hello dear friend"), saying("again")))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            lives.aws.faults.order(Fault(delay_s=1.5), POST, times=12)
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(2.5)
            history = await person.history()
            assert history[-1]["parts"][0]["text"] == "Hello dear friend "
            assert text_of(events(await told(socket))) == "Hello dear friend "


@pytest.mark.parametrize("fault", [Fault(status=429), Fault(status=503), Fault(lost="call")])
async def test_what_passes_by_itself_is_tried_again(tmp_path: Path, fault: Fault) -> None:
    lives = SocketLives(tmp_path, ScriptedModel([*LONG, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            for after in (0, 3, 9):
                lives.aws.faults.order(fault, POST, after=after, times=2)
            socket.send(asked(person, "Hi"))
            assert text_of(events(await told(socket))) == WHOLE


async def test_a_push_whose_reply_is_lost_keeps_its_number(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel([*LONG, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            lives.aws.faults.order(Fault(lost="reply"), POST, after=6, times=3)
            socket.send(asked(person, "Hi"))
            frames = await until_over(socket)
            assert text_of(events(as_client(frames))) == WHOLE
            assert len(frames) > len(as_client(frames))


async def test_who_cannot_be_told_for_a_while_is_let_go_and_comes_back(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel([*LONG, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(4)
            lives.aws.faults.order(Fault(status=500), POST, times=20)
            assert (await socket.close()).code == 1000
        lives.aws.faults.clear()
        async with lives.socket(person) as socket:
            socket.send(resumed())
            assert text_of(events(await told(socket))) == WHOLE


async def test_what_is_too_large_for_the_gateway_after_all_is_shared_out(tmp_path: Path) -> None:
    text = "x" * 20_000
    lives = SocketLives(tmp_path, ScriptedModel([Text(text), 2.0, Text("end"), Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            lives.aws.sockets.most_pushed = 6_000
            socket.send(asked(person, "Hi"))
            assert text_of(events(await told(socket))) == text + "end"


async def test_a_store_that_fails_for_a_while_loses_nothing_of_what_is_told(
    tmp_path: Path,
) -> None:
    lives = SocketLives(tmp_path, ScriptedModel([*LONG, Ending("stop")]))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(4)
            outage = Fault(error="InternalServerError")
            lives.aws.faults.order(outage, "DynamoDB.UpdateItem", times=12)
            assert text_of(events(await told(socket))) == WHOLE


async def test_a_function_at_its_end_hands_over_what_it_tells(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel([*LONG, Ending("stop")]))
    lives.sides.timeout_s = 20
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            socket.send(asked(person, "Hi"))
            await asyncio.sleep(15)
            lives.sides.timeout_s = 300
            frames = await told(socket)
    assert text_of(events(frames)) == WHOLE
    assert "reset-step" in kinds(events(frames))


async def test_a_socket_function_that_dies_leaves_the_rest_to_who_answers(tmp_path: Path) -> None:
    lives = SocketLives(tmp_path, ScriptedModel(SLOW))
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            lives.aws.faults.order(Fault(lost="call", frozen=True), POST, after=1)
            lives.aws.faults.order(Fault(status=500), POST, after=2, times=9)
            socket.send(asked(person, "Hi"))
            frames = [frame async for frame in socket.frames()]
        assert frames[-1]["chunk"]["type"] != "finish"
        async with lives.socket(person) as socket:
            lives.aws.faults.clear()
            socket.send(resumed())
            assert text_of(events(await told(socket))) == "one two three"
