"""An OpenAI-compatible endpoint that has every tool it is told of called once, all in one round,
and then streams at a set pace.

Usage: python -m benchmarks.servers.agent_model TOKENS TOKENS_PER_S
"""

import asyncio
import json
import sys
from typing import Any

from benchmarks.servers.fake_model import CHUNK, FIRST, HEAD, LAST, USAGE, Model, http_chunk

CALLED = http_chunk(CHUNK % ("", '"tool_calls"')) + http_chunk(USAGE)
CALLED += http_chunk("data: [DONE]\n\n") + b"0\r\n\r\n"


class AgentModel(Model):
    """Speaks once it is told what came of every tool."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await read_asked(reader):
                writer.write(HEAD + FIRST)
                if calls := calls_for(asked):
                    writer.write(calls + CALLED)
                else:
                    await self._speak(writer)
                    writer.write(LAST)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def calls_for(asked: dict[str, Any]) -> bytes:
    """Chunks with a call of each tool; none where all of them have returned."""
    names = [tool["function"]["name"] for tool in asked["tools"]]
    if sum(message["role"] == "tool" for message in asked["messages"]) == len(names):
        return b""
    calls = [
        {
            "index": place,
            "id": f"call_{place}",
            "type": "function",
            "function": {"name": name, "arguments": '{"about": "the sea"}'},
        }
        for place, name in enumerate(names)
    ]
    return http_chunk(CHUNK % (f'"tool_calls":{json.dumps(calls)}', "null"))


async def read_asked(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    line = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
    asked: dict[str, Any] = json.loads(await reader.readexactly(int(line.split(b":")[1])))
    return asked


async def main(tokens: int, per_s: float) -> None:
    model = AgentModel(tokens, per_s)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
