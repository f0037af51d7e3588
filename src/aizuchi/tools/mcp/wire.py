"""What this process and the broker of an MCP server say to each other: JSON, a line each."""

from typing import Any, Literal

import msgspec

MOST_LINE = 4 * 2**20


class Connect(msgspec.Struct, tag="connect", frozen=True):
    """The first line to a broker: which server, and which of its tools (none named: the first)."""

    command: tuple[str, ...] = ()
    env: dict[str, str] = {}
    folder: str = "."
    url: str = ""
    headers: dict[str, str] = {}
    only: tuple[str, ...] = ()


class Call(msgspec.Struct, tag="call", frozen=True):
    """A tool is to be called; where a `stamp` is given, only if it is still just that tool."""

    id: int
    tool: str
    arguments: dict[str, Any]
    stamp: str = ""


class Cancel(msgspec.Struct, tag="cancel", frozen=True):
    """Nobody waits for this call any more. It is returned all the same."""

    id: int


class Offer(msgspec.Struct, frozen=True):
    """A tool as its server describes it, made fit for a model; `stamp` is of the whole of it."""

    name: str
    description: str
    parameters: dict[str, Any]
    stamp: str


class Offered(msgspec.Struct, tag="offered", frozen=True):
    """The tools that there are, out of `total`; those in `unfit` are too large for a model."""

    tools: tuple[Offer, ...]
    total: int = 0
    unfit: tuple[str, ...] = ()


class Returned(msgspec.Struct, tag="returned", frozen=True):
    """What came of a call.

    failed      the tool says so, or was not called: nothing of it is in doubt
    changed     it is no longer the tool that was meant, and was not called
    lost        no answer came: it may have been done or not
    """

    id: int
    outcome: Literal["done", "failed", "changed", "lost"]
    text: str = ""


class Lost(msgspec.Struct, tag="lost", frozen=True):
    """The last line of a broker: the server is gone, or was never there."""

    why: str


Order = Connect | Call | Cancel
Report = Offered | Returned | Lost

_encoder = msgspec.json.Encoder()
order_of = msgspec.json.Decoder(Order).decode
report_of = msgspec.json.Decoder(Report).decode


def line_of(said: Order | Report) -> bytes:
    return _encoder.encode(said) + b"\n"
