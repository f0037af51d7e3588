"""The broker of one MCP server: a process that speaks with it, by the official SDK, on our behalf.

It is told what to do in lines on its standard input, and ends when that closes: when whoever
started it ends, in whatever way. Then nothing of its process group is left.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

import httpx2
from mcp.client import Client, IncomingMessage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    Implementation,
    ToolListChangedNotification,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from aizuchi.tools.mcp.bounds import MOST_LINE, Metered, Over, bound_memory
from aizuchi.tools.mcp.offers import offered, told
from aizuchi.tools.mcp.pipes import open_pipes
from aizuchi.tools.mcp.results import text_of
from aizuchi.tools.mcp.wire import MOST_LINE as MOST_ORDER
from aizuchi.tools.mcp.wire import (
    Call,
    Cancel,
    Connect,
    Lost,
    Offered,
    Report,
    Returned,
    line_of,
    order_of,
)

CONNECT_S = 120.0  # the first start of a command may download it
LOOK_S, LOOK_EVERY_S, BETWEEN_LOOKS_S = 20.0, 60.0, 2.0
MOST_LISTED, MOST_PAGES = 10_000, 100
INHERITED = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER")
"""What a server finds in its environment besides what the settings give it."""
NOT_CALLED = (INVALID_PARAMS, METHOD_NOT_FOUND)
"""Errors that say that a tool was not even begun."""

Tell = Callable[[Report], None]
See = Callable[[httpx2.Response], Awaitable[None]]


def main() -> None:
    """Serves until standard input closes, or the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    os.nice(5)  # an acknowledgement goes before a tool
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is not our word
    asyncio.run(_main(lambda report: _write(out, line_of(report))))


def _write(out: int, line: bytes) -> None:
    while line:
        line = line[os.write(out, line) :]


async def _main(tell: Tell) -> None:
    orders = asyncio.StreamReader(limit=MOST_ORDER)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    try:
        connect = order_of(await orders.readline())
        assert isinstance(connect, Connect)
        tell(Lost(await serve(connect, orders, tell)))
    finally:  # at once: a library's thread may still be at something
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)


async def serve(connect: Connect, orders: asyncio.StreamReader, tell: Tell) -> str:
    """Speaks with a server until there are no more orders or it is gone; why it is."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[str] = loop.create_future()
    limit = asyncio.timeout(CONNECT_S)

    def end(why: str) -> None:
        if not over.done():
            over.set_result(why)
            limit.reschedule(loop.time())

    broker = Broker(connect, tell)
    client = Client(
        _transport(connect, end, broker.see),
        cache=None,
        message_handler=broker.hear,
        client_info=Implementation(name="aizuchi", version=version("aizuchi")),
    )
    obeying = asyncio.create_task(broker.obey(orders))  # also while it connects: we may be gone
    obeying.add_done_callback(lambda task: None if task.cancelled() else end("nobody needs it"))
    try:
        async with limit, client:
            await broker.begin(client)
            limit.reschedule(None)
            return await _first(broker.watch(), broker.follow(), asyncio.shield(over))
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises, the connection is over
        return over.result() if over.done() else broker.refusal or _why(error)
    finally:
        obeying.cancel()


async def _first(*waits: Any) -> str:
    """What the first of these has to say; none of them goes on."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return str(done.pop().result())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _transport(connect: Connect, over: Over, see: See) -> AsyncIterator[tuple[Metered, Any]]:
    if connect.url:
        bound_memory()
        limits = httpx2.Timeout(30.0, read=None)  # each call has a limit of its own
        async with (
            httpx2.AsyncClient(
                headers=connect.headers, timeout=limits, event_hooks={"response": [see]}
            ) as http,
            streamable_http_client(connect.url, http_client=http, max_sse_event_size=MOST_LINE) as (
                heard,
                said,
            ),
        ):
            yield Metered(heard, over), said
    else:
        env = {name: os.environ[name] for name in INHERITED if name in os.environ} | connect.env
        async with open_pipes(connect.command, env, connect.folder, over) as streams:
            yield streams


class Broker:
    """What is done in one connection."""

    _client: Client

    def __init__(self, connect: Connect, tell: Tell) -> None:
        self._only, self._tell = connect.only, tell
        self._offered: Offered | None = None
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._look, self._looking = asyncio.Event(), asyncio.Lock()
        self.refusal = ""

    async def begin(self, client: Client) -> None:
        self._client = client
        await self._offer()

    async def see(self, response: httpx2.Response) -> None:
        """Keeps the status of who refuses us before we are connected: the SDK does not tell it."""
        if not self._offered:
            is_bad = response.is_error
            self.refusal = f"it answers with status {response.status_code}" if is_bad else ""

    async def hear(self, message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            self._look.set()

    async def obey(self, orders: asyncio.StreamReader) -> None:
        """Does what it is told, until nobody is there any more."""
        while line := await orders.readline():
            match order_of(line):
                case Call() as call:
                    self._calls[call.id] = asyncio.create_task(self._call(call))
                case Cancel(id) if id in self._calls:
                    self._calls[id].cancel()

    async def watch(self) -> str:
        """Looks at the tools anew where they may have changed, and now and then; why it is over."""
        missed = 0
        while missed < 2:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._offer()
                missed = 0
            except TimeoutError:
                missed += not self._calls  # one that does one thing at a time may be busy
            except MCPError as error:
                return _why(error)
            await asyncio.sleep(BETWEEN_LOOKS_S)
        return "it does not answer"

    async def follow(self) -> str:
        """Is told of changes, where that has to be asked for."""
        if self._client.protocol_version in MODERN_PROTOCOL_VERSIONS:
            with suppress(MCPError, RuntimeError, TimeoutError):
                async with self._client.listen(tools_list_changed=True) as changes:
                    async for _ in changes:
                        self._look.set()
        await asyncio.Event().wait()
        return ""

    async def _offer(self) -> None:
        """Tells which tools there are, unless that was told."""
        async with self._looking, asyncio.timeout(LOOK_S):
            found = offered(await self._described(), self._only)
        if found != self._offered:
            self._offered = found
            self._tell(found)

    async def _described(self) -> list[Mapping[str, Any]]:
        described: list[Mapping[str, Any]] = []
        cursor = None
        for _ in range(MOST_PAGES):
            page = await self._client.list_tools(cursor=cursor)
            described += [tool.model_dump(by_alias=True, mode="json") for tool in page.tools]
            cursor = page.next_cursor
            if not cursor or len(described) >= MOST_LISTED:
                break
        return described

    # ── one call ──────────────────────────────────────────────────────────────

    async def _call(self, call: Call) -> None:
        try:
            returned = await self._refusal(call) or await self._result(call)
        except asyncio.CancelledError:
            returned = Returned(call.id, "lost")
        finally:
            del self._calls[call.id]
        if returned.outcome == "lost":
            self._look.set()
        self._tell(returned)

    async def _refusal(self, call: Call) -> Returned | None:
        """Why a tool that was meant to be just so is not called."""
        if not call.stamp:
            return None
        try:
            await self._offer()
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was called
            return Returned(call.id, "failed", f"It was not called: {_why(error)}")
        there = self._offered.tools if self._offered else ()
        is_same = (call.tool, call.stamp) in [(offer.name, offer.stamp) for offer in there]
        return None if is_same else Returned(call.id, "changed")

    async def _result(self, call: Call) -> Returned:
        params = CallToolRequestParams(name=call.tool, arguments=call.arguments)
        try:  # not `call_tool`, which checks a result by the server's own patterns
            result = await self._client.session.send_request(
                CallToolRequest(params=params), CallToolResult
            )
        except MCPError as error:
            is_known = error.code in NOT_CALLED
            return Returned(call.id, "failed" if is_known else "lost", _why(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it was called
            return Returned(call.id, "lost", _why(error))
        whole = result.model_dump(by_alias=True, mode="json")
        text = text_of(whole["content"], whole.get("structuredContent"))
        return Returned(call.id, "failed" if result.is_error else "done", text)


def _why(error: BaseException) -> str:
    """What went wrong, in a line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case FileNotFoundError():
            return f'there is no "{error.filename}" here'
        case TimeoutError():
            return "it does not answer in time"
        case httpx2.TransportError():
            return f"it cannot be reached ({type(error).__name__})"
        case MCPError():
            return told(error.message, 500) or "an error without a word"
    return told(f"{type(error).__name__}: {error}", 500)


if __name__ == "__main__":
    main()
