"""Where MCP servers and an assistant meet in tests: real processes, over either transport."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from tests.cli.processes import eventually, free_port

from aizuchi.answers import ToolCall
from aizuchi.attempt import cancel
from aizuchi.settings.mcp import McpServer
from aizuchi.settings.secrets import Secret, Texts
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Occasion, Result, Toolbox
from aizuchi.tools.mcp.server import Server
from aizuchi.tools.mcp.servers import Servers

Transport = Literal["stdio", "http"]
HONEST = Path(__file__).with_name("honest.py")
ODD = Path(__file__).with_name("odd.py")


class House:
    """An assistant's tools, of one server called `x`."""

    occasion = Occasion(message("1"))

    def __init__(self, servers: Servers, notes: Path) -> None:
        self.servers, self._notes = servers, notes
        self._box = Toolbox(supply=servers)

    @property
    def notes(self) -> list[str]:
        """What the server noted of what it did."""
        return self._notes.read_text().splitlines() if self._notes.exists() else []

    async def box(self) -> Toolbox:
        """The tools, once there are some."""

        async def there() -> bool:
            return bool(self.servers.tools)

        await eventually(there)
        return await self._box.at_hand()

    async def use(self, tool: str, arguments: str = "{}", *, allowed: bool = False) -> Result:
        call = ToolCall("c", f"x_{tool}", arguments)
        return await (await self.box()).run(call, self.occasion, allowed=allowed)


def local(script: Path, *arguments: str, **settings: object) -> McpServer:
    return McpServer(command=(sys.executable, str(script), *arguments))._replace(**settings)  # type: ignore[arg-type]  # fields by name


@asynccontextmanager
async def house(server: McpServer, folder: Path) -> AsyncIterator[House]:
    """An assistant that has this server, called `x`."""
    servers = Servers([Server("x", server, folder)])
    running = asyncio.create_task(servers.run())
    try:
        yield House(servers, folder / "notes")
    finally:
        await cancel(running)


@asynccontextmanager
async def honest(transport: Transport, folder: Path, **settings: object) -> AsyncIterator[House]:
    """The honest server, over a transport, and who uses it."""
    notes = str(folder / "notes")
    if transport == "stdio":
        server = local(HONEST, "stdio", env=Texts(NOTES=Secret(notes)), **settings)
        async with house(server, folder) as home:
            yield home
        return
    port = free_port()
    async with serving(port, notes):
        server = McpServer(url=f"http://127.0.0.1:{port}/mcp")._replace(**settings)  # type: ignore[arg-type]  # as above
        async with house(server, folder) as home:
            yield home


@asynccontextmanager
async def serving(port: int, notes: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The honest server behind a port; it is there until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HONEST), "http", str(port)), env={**os.environ, "NOTES": notes}
    )

    async def listening() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    await eventually(listening)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
