"""A look at the MCP servers of the settings, for whoever wrote them."""

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple

from aizuchi.settings import Settings
from aizuchi.tools.mcp.names import Named, named
from aizuchi.tools.mcp.opening import servers_of
from aizuchi.tools.mcp.server import Server, oddities
from aizuchi.tools.mcp.wire import Offer, Offered


class Seen(NamedTuple):
    """What was seen of a server: the names of its tools here, by whether they are `safe`; what is
    odd about it; `why` it could not be connected to."""

    name: str
    safe: Sequence[str] = ()
    asked: Sequence[str] = ()
    odd: Sequence[str] = ()
    why: str = ""


async def look(settings: Settings, taken: Collection[str]) -> Sequence[Seen]:
    """Connects to each server once, all at the same time.

    Raises:
        PlugNotFound: the SDK is not installed.
    """
    servers = servers_of(settings)
    found = dict(zip(servers, await asyncio.gather(*map(_look_at, servers)), strict=True))
    offers = [(each.name, offer) for each in servers for offer in _tools(found[each])]
    names = list(named(offers, taken))
    return [_seen(each, found[each], names) for each in servers]


def _seen(server: Server, found: Offered | str, names: Sequence[Named]) -> Seen:
    if isinstance(found, str):
        return Seen(server.name, why=found)
    own = [each for each in names if each.server == server.name]
    tools = [server.tool(each) for each in own if not each.why]
    left_out = [f'"{each.offer.name}" is left out: {each.why}.' for each in own if each.why]
    return Seen(
        server.name,
        safe=[tool.declared.name for tool in tools if not tool.unsafe],
        asked=[tool.declared.name for tool in tools if tool.unsafe],
        odd=[*oddities(server.settings, found), *left_out],
    )


def _tools(found: Offered | str) -> Sequence[Offer]:
    return found.tools if isinstance(found, Offered) else ()


async def _look_at(server: Server) -> Offered | str:
    """What it offers, or why it cannot be connected to."""
    seen = asyncio.Event()
    found: list[Offered] = []

    def take(offered: Offered) -> None:
        found.append(offered)
        seen.set()

    living, seeing = asyncio.create_task(server.live(take)), asyncio.create_task(seen.wait())
    await asyncio.wait([living, seeing], return_when=asyncio.FIRST_COMPLETED)
    why = living.result() if living.done() else ""
    for task in (living, seeing):
        task.cancel()
    await asyncio.wait([living, seeing])
    return found[0] if found else why
