"""What the tools of MCP servers are called, so that every model takes it and none hides another.
Pure."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from aizuchi.tools.mcp.wire import Offer

LONGEST = 64
NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]")


class Named(NamedTuple):
    """A tool of a server under the name that the model has for it; `why` it has none."""

    server: str
    offer: Offer
    name: str
    why: str = ""


def name_for(server: str, tool: str) -> str:
    """`SERVER_tool`; what does not fit into a name is cut, and told apart by a digest."""
    name = f"{server}_{NOT_OF_A_NAME.sub('_', tool)}"
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(tool.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: LONGEST - 9]}_{digest}"


def named(offers: Iterable[tuple[str, Offer]], taken: Collection[str]) -> Iterator[Named]:
    """Every tool, by its server's name; who comes first keeps a name, and our own come first."""
    owners = dict.fromkeys(taken, "a tool of this assistant")
    for server, offer in offers:
        name = name_for(server, offer.name)
        why = f"{owners[name]} is called {name} too" if name in owners else ""
        owners.setdefault(name, f'"{offer.name}" of [mcp.{server}]')
        yield Named(server, offer, name, why)
