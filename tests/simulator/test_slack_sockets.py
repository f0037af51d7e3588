"""The fake Slack's Socket Mode, in simulated time: what is not acknowledged, what is cut."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import Message, Scope
from tests.simulator.slack_house import House, house

from aizuchi.simulator.slack import app_of


class Socket:
    """An app's end of a connection. Without `acks` it answers nothing."""

    def __init__(self, acks: bool = True) -> None:
        self.frames: list[dict[str, Any]] = []
        self.closed = asyncio.Event()
        self._acks = acks
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})

    @property
    def envelopes(self) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if "envelope_id" in frame]

    async def receive(self) -> Message:
        return await self._said.get()

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            self.leave()
        if message["type"] == "websocket.send":
            self.frames.append(json.loads(message["text"]))
            if self._acks and "envelope_id" in self.frames[-1]:
                self.say(json.dumps({"envelope_id": self.frames[-1]["envelope_id"]}))

    def say(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.closed.set()
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1000})


@asynccontextmanager
async def connected(home: House, *sockets: Socket) -> AsyncIterator[None]:
    home.slack.state.socket_mode = True
    app = app_of(home.slack)
    async with asyncio.TaskGroup() as tasks:
        for socket in sockets:
            opened = await home.call("apps.connections.open", home.slack.app_token)
            path = "/" + opened["url"].split("/", 3)[3]
            scope: Scope = {"type": "websocket", "path": path, "headers": [], "query_string": b""}
            tasks.create_task(app(scope, socket.receive, socket.send))
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            for socket in sockets:
                socket.leave()


async def test_a_connection_says_hello_and_gets_events_unsigned() -> None:
    async with house() as home:
        socket = Socket()
        async with connected(home, socket):
            said = await home.ann.dm("hello")

        assert socket.frames[0]["type"] == "hello"
        assert said.statuses == [200]
        assert socket.envelopes[0]["payload"]["event"]["text"] == "hello"
        assert not socket.envelopes[0]["accepts_response_payload"]
        assert home.bot.got == []


async def test_each_event_goes_to_one_of_the_connections() -> None:
    async with house() as home:
        one, other = Socket(), Socket()
        async with connected(home, one, other):
            for _ in range(4):
                await home.ann.dm("hello")

        assert (len(one.envelopes), len(other.envelopes)) == (2, 2)


async def test_what_is_not_acknowledged_within_three_seconds_comes_again() -> None:
    async with house() as home:
        socket = Socket(acks=False)
        async with connected(home, socket):
            began = home.slack.clock()
            await home.ann.dm("hello")
            took = home.slack.clock() - began
            await asyncio.sleep(100)

        assert round(took) == 3
        attempts = [envelope["retry_attempt"] for envelope in socket.envelopes]
        assert attempts == [0, 1, 2]
        assert len({envelope["payload"]["event_id"] for envelope in socket.envelopes}) == 1


async def test_what_a_cut_connection_had_goes_to_another() -> None:
    async with house() as home:
        silent, other = Socket(acks=False), Socket()
        async with connected(home, silent, other):
            said = asyncio.create_task(home.ann.dm("hello"))
            await asyncio.sleep(1)
            silent.leave()
            await said
            await asyncio.sleep(1)

        assert (len(silent.envelopes), len(other.envelopes)) == (1, 1)
        assert other.envelopes[0]["retry_attempt"] == 1


async def test_a_warning_leaves_the_connection_and_a_refresh_ends_it() -> None:
    async with house() as home:
        socket = Socket()
        async with connected(home, socket):
            await home.slack.sockets.disconnect("warning")
            warned = socket.closed.is_set()
            await home.slack.sockets.disconnect("refresh_requested")

            assert (warned, socket.closed.is_set()) == (False, True)
            assert [frame.get("reason") for frame in socket.frames[1:]] == [
                "warning",
                "refresh_requested",
            ]


async def test_a_connection_too_many_is_sent_away() -> None:
    async with house() as home:
        sockets = [Socket() for _ in range(11)]
        async with connected(home, *sockets):
            assert sockets[-1].frames[0]["reason"] == "too_many_websockets"
            assert home.slack.sockets.count == 10


async def test_an_address_serves_once() -> None:
    async with house() as home:
        socket, again = Socket(), Socket()
        async with connected(home, socket):
            scope: Scope = {"type": "websocket", "path": "/link/guessed", "headers": []}
            await app_of(home.slack)(scope, again.receive, again.send)

        assert again.closed.is_set()
        assert again.frames == []
