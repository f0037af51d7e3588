"""All MCP servers of the settings, as one source of tools."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress

from aizuchi.toolbox import Tool
from aizuchi.tools.mcp.names import Named, named
from aizuchi.tools.mcp.server import Server

ARRIVE_S = 10.0

logger = logging.getLogger(__name__)


class Servers:
    """The tools of all that are connected now. A name that is `taken` is not given again."""

    def __init__(self, servers: Sequence[Server], taken: Collection[str] = ()) -> None:
        self._servers = {server.name: server for server in servers}
        self._taken = taken
        self._change = asyncio.Event()
        self._told: set[str] = set()
        self.tools: Sequence[Tool] = ()
        for server in servers:
            server.changed = self._collect

    async def run(self) -> None:
        """Keeps them all connected, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for server in self._servers.values():
                tasks.create_task(server.keep())

    async def arrive(self, names: Collection[str]) -> None:
        """Waits for tools of servers that are not connected yet, for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ARRIVE_S):
                while self._may_come(names):
                    await self._change.wait()

    def _may_come(self, names: Collection[str]) -> bool:
        here = {tool.declared.name for tool in self.tools}
        away = tuple(f"{server.name}_" for server in self._servers.values() if not server.offers)
        return any(name not in here and name.startswith(away) for name in names)

    def _collect(self) -> None:
        every = [(each.name, offer) for each in self._servers.values() for offer in each.offers]
        found = list(named(every, self._taken))
        self.tools = [self._servers[each.server].tool(each) for each in found if not each.why]
        for each in found:
            self._warn(each)
        self._change.set()
        self._change = asyncio.Event()

    def _warn(self, each: Named) -> None:
        if each.why and each.name not in self._told:
            self._told.add(each.name)
            what = f'"{each.offer.name}" is left out: {each.why}'
            logger.warning("[mcp.%s] %s", each.server, what)
