"""Looks for model servers on this machine. What it finds is told, never used unasked."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import NamedTuple

USUAL_PORTS: Mapping[str, int] = MappingProxyType(
    {"Ollama": 11434, "llama.cpp": 8080, "LM Studio": 1234}
)
WITHIN_S = 0.3
MOST_BYTES = 256 * 1024
NAME = re.compile(r"[\w.:@/+-]{1,120}")  # it is shown in a terminal, within a command


class Neighbour(NamedTuple):
    """A model server on this machine: its name, its address with `/v1`, a model that it has."""

    name: str
    base_url: str
    model: str


async def neighbours(ports: Mapping[str, int] = USUAL_PORTS) -> list[Neighbour]:
    """The model servers that answer at once, in the order of the ports."""
    found = await asyncio.gather(*(_at(name, port) for name, port in ports.items()))
    return [neighbour for neighbour in found if neighbour]


async def _at(name: str, port: int) -> Neighbour | None:
    import httpx2  # 50 ms that `aizuchi dev` need not spend before its server starts

    base_url = f"http://127.0.0.1:{port}/v1"
    try:
        async with asyncio.timeout(WITHIN_S):
            model = first_model(await _get(f"{base_url}/models"))
    except (httpx2.RequestError, TimeoutError):
        return None
    return Neighbour(name, base_url, model) if model else None


async def _get(url: str) -> bytes:
    """The beginning of what is there; empty where it refuses."""
    import httpx2

    from aizuchi.models.wire import open_client

    body = b""
    async with (
        open_client(httpx2.URL(url), connect_s=WITHIN_S) as client,
        client.stream("GET", url, headers={"accept": "application/json"}) as response,
    ):
        async with aclosing(response.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > MOST_BYTES:
                    return b""
        return body if response.is_success else b""


def first_model(body: bytes) -> str:
    """The first model of a list that can chat, going by its name; empty where there is none."""
    try:
        names = [str(model["id"]) for model in json.loads(body)["data"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    fit = (name for name in names if NAME.fullmatch(name) and "embed" not in name.lower())
    return next(fit, "")
