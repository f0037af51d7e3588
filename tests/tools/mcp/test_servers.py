"""Servers are connected to behind everything else, and again after gaps that grow."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from aizuchi.attempt import cancel
from aizuchi.settings.mcp import McpServer
from aizuchi.settings.secrets import Secret, Texts
from aizuchi.tools.mcp.server import Server
from aizuchi.tools.mcp.servers import ARRIVE_S, Servers
from aizuchi.tools.mcp.wire import Connect, Offer, Offered, Returned


class Exchange:
    """Where lines to a server are opened: each lives as long as the next number says, after it has
    offered these tools; without a number for ever."""

    def __init__(self, tools: Sequence[str] = (), lives_s: Sequence[float] = ()) -> None:
        self.offered = Offered(tuple(Offer(name, "", {}, name) for name in tools))
        self.lives_s = list(lives_s)
        self.opened_at: list[float] = []
        self.connects: list[Connect] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Exchange"]:
        self.opened_at.append(asyncio.get_running_loop().time())
        yield self

    async def run(self, connect: Connect, offered: Callable[[Offered], None]) -> str:
        self.connects.append(connect)
        if self.offered.tools:
            offered(self.offered)
        await asyncio.sleep(self.lives_s.pop(0) if self.lives_s else 1e6)
        return "it ended"

    async def call(self, tool: str, arguments: dict[str, Any], stamp: str) -> Returned:
        return Returned(1, "done", tool)


def server(name: str, exchange: Exchange, **settings: Any) -> Server:
    return Server(name, McpServer(**settings), Path(), exchange.open)


@asynccontextmanager
async def kept(*servers: Server, taken: Sequence[str] = ()) -> AsyncIterator[Servers]:
    every = Servers(servers, taken)
    running = asyncio.create_task(every.run())
    await asyncio.sleep(0.01)
    try:
        yield every
    finally:
        await cancel(running)


def names(servers: Servers) -> list[str]:
    return [tool.declared.name for tool in servers.tools]


async def test_the_gaps_grow_to_a_minute_and_a_long_life_begins_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    exchange = Exchange(lives_s=[0.0] * 9 + [61.0, 0.0])
    async with kept(server("x", exchange)):
        await asyncio.sleep(1000)
    ends = [*exchange.opened_at[:9], exchange.opened_at[9] + 61, exchange.opened_at[10]]
    gaps = [later - end for end, later in zip(ends, exchange.opened_at[1:], strict=True)]
    assert [round(gap) for gap in gaps] == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1, 2]
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1


async def test_tools_are_there_while_their_server_is() -> None:
    exchange = Exchange(["read", "write"], lives_s=[5.0])
    async with kept(server("files", exchange, safe=("read",))) as servers:
        assert names(servers) == ["files_read", "files_write"]
        assert [tool.unsafe for tool in servers.tools] == [False, True]
        await asyncio.sleep(5.5)
        assert names(servers) == []
        await asyncio.sleep(1)
        assert names(servers) == ["files_read", "files_write"]


async def test_one_name_is_given_once_and_the_other_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = Exchange(["b_c", "clock", "d.e", "d_e"]), Exchange(["c"])
    async with kept(server("a", first), server("a_b", second), taken=["a_clock"]) as servers:
        assert names(servers) == ["a_b_c", "a_d_e"]
    assert [line for line in caplog.messages if "left out" in line] == [
        '[mcp.a] "clock" is left out: a tool of this assistant is called a_clock too',
        '[mcp.a] "d_e" is left out: "d.e" of [mcp.a] is called a_d_e too',
        '[mcp.a_b] "c" is left out: "b_c" of [mcp.a] is called a_b_c too',
    ]


async def test_who_waits_for_a_tool_waits_a_while_and_for_none_that_cannot_come() -> None:
    loop = asyncio.get_running_loop()
    late = Exchange(["t"], lives_s=[0.0, 0.0])
    late.offered, there = Offered(()), late.offered
    async with kept(server("x", late), server("y", Exchange(["t"]))) as servers:
        began = loop.time()
        await servers.arrive(["y_t", "y_no", "z_t", "clock"])
        assert loop.time() == began
        await servers.arrive(["x_t"])
        assert loop.time() == began + ARRIVE_S
        late.offered = there
    late.offered = Offered(())
    late.lives_s = [0.0]
    async with kept(server("x", late)) as servers:
        late.offered, began = there, loop.time()
        await servers.arrive(["x_t"])
        assert 0 < loop.time() - began < ARRIVE_S
        assert names(servers) == ["x_t"]


async def test_each_connection_is_told_what_the_settings_say_now(tmp_path: Path) -> None:
    secrets = iter(["old", "new"])

    def again() -> Secret:
        return Secret(next(secrets), "file:x", again)

    exchange = Exchange(lives_s=[0.0])
    env = Texts(TOKEN=Secret("first", "file:x", again))
    async with kept(Server("x", McpServer(("run",), env=env), tmp_path, exchange.open)):
        await asyncio.sleep(2)
    assert [connect.env for connect in exchange.connects] == [{"TOKEN": "old"}, {"TOKEN": "new"}]
    assert exchange.connects[0].command == ("run",)
    assert exchange.connects[0].folder == str(tmp_path)
