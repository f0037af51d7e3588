"""The floor: hands on the bytes of the model as they come, with nothing but asyncio's streams.

Usage: python -m benchmarks.servers.streams_relay MODEL_PORT
"""

import asyncio
import sys

ASK = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    b"content-length: 2\r\n\r\n{}"
)
MOST_BYTES = 65_536


async def relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, model_port: int
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    from_model, to_model = await asyncio.open_connection("127.0.0.1", model_port)
    to_model.write(ASK)
    while data := await from_model.read(MOST_BYTES):
        writer.write(data)
        await writer.drain()
        if data.endswith(b"0\r\n\r\n"):
            break
    to_model.close()
    writer.close()


async def main(model_port: int) -> None:
    server = await asyncio.start_server(
        lambda reader, writer: relay(reader, writer, model_port), "127.0.0.1", 0
    )
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
