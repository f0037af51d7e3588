"""An OpenAI-compatible endpoint that streams at a set pace, as cheap as asyncio allows.

Usage: python -m benchmarks.servers.fake_model TOKENS TOKENS_PER_S   (0 = as fast as it is read)

Every tenth token is the time at which it left, in microseconds of the machine's monotonic clock.
"""

import asyncio
import sys
import time

STAMP_EVERY = 10
WORD = " okay then"
CHUNK = (
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,'
    '"model":"bench","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{%s},'
    '"logprobs":null,"finish_reason":%s}],"usage":null}\n\n'
)
USAGE = (
    'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,'
    '"model":"bench","system_fingerprint":"fp_1","choices":[],'
    '"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}}\n\n'
)
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)


def http_chunk(text: str) -> bytes:
    body = text.encode()
    return b"%x\r\n%b\r\n" % (len(body), body)


def token(number: int) -> str:
    if number % STAMP_EVERY:
        return WORD
    return f" @{time.monotonic_ns() // 1000:09d}"


def text_chunk(text: str) -> bytes:
    return http_chunk(CHUNK % (f'"content":"{text}"', "null"))


FIRST = http_chunk(CHUNK % ('"role":"assistant","content":""', "null"))
LAST = http_chunk(CHUNK % ("", '"stop"')) + http_chunk(USAGE) + http_chunk("data: [DONE]\n\n")
LAST += b"0\r\n\r\n"


class Model:
    """Answers every request with the same number of tokens."""

    def __init__(self, tokens: int, per_s: float) -> None:
        self._tokens, self._per_s = tokens, per_s

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await read_request(reader):
                writer.write(HEAD + FIRST)
                await self._speak(writer)
                writer.write(LAST)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(self._tokens):
            if self._per_s:
                await asyncio.sleep(began + number / self._per_s - loop.time())
            writer.write(text_chunk(token(number)))
            await writer.drain()


async def read_request(reader: asyncio.StreamReader) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
    return True


async def main(tokens: int, per_s: float) -> None:
    server = await asyncio.start_server(Model(tokens, per_s).serve, "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
