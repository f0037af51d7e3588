"""Makes the MCP servers of the settings ready to be connected to; imports nothing of the SDK."""

from collections.abc import Collection
from importlib.util import find_spec

from aizuchi.errors import PlugNotFound
from aizuchi.settings import Settings
from aizuchi.tools.mcp.server import Server
from aizuchi.tools.mcp.servers import Servers


def open_servers(settings: Settings, taken: Collection[str]) -> Servers:
    """The servers, of which no tool gets one of the names that are taken.

    Raises:
        PlugNotFound: the SDK is not installed.
    """
    return Servers(servers_of(settings), taken)


def servers_of(settings: Settings) -> list[Server]:
    if find_spec("mcp") is None:
        raise PlugNotFound(
            f"[mcp.{next(iter(settings.mcp))}] needs the MCP SDK, which is not installed.",
            "Install it: pip install 'aizuchi[mcp]'",
        )
    return [Server(name, chosen, settings.folder) for name, chosen in settings.mcp.items()]
