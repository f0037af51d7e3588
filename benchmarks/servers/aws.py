"""Stands in for SQS, SSM and Lambda: says yes to all, and counts it.

Usage: python -m benchmarks.servers.aws SECRET [CERTIFICATE]   (GET /seen tells, by the action; with
a certificate over TLS)
"""

import asyncio
import json
import ssl
import sys
from collections import Counter
from collections.abc import Mapping

QUEUED = {"MessageId": "0", "MD5OfMessageBody": ""}


class StandIn:
    def __init__(self, secret: str) -> None:
        self.seen: Counter[str] = Counter()
        self._secret = secret

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, headers = _read(head)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                writer.write(self._answer(first, headers, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, first: str, headers: Mapping[str, str], body: bytes) -> bytes:
        if first.startswith("GET /seen"):
            return _reply(200, self.seen)
        action = headers.get("x-amz-target", "Lambda.Invoke").partition(".")[2]
        self.seen[action] += 1
        match action:
            case "SendMessage":
                return _reply(200, QUEUED)
            case "GetParameters":
                names = json.loads(body)["Names"]
                return _reply(200, {"Parameters": [self._parameter(name) for name in names]})
            case _:
                return _reply(202, None)

    def _parameter(self, name: str) -> Mapping[str, object]:
        return {"Name": name, "Type": "SecureString", "Value": self._secret, "Version": 1}


def _read(head: bytes) -> tuple[str, Mapping[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return first, {name.lower(): value.strip() for name, _, value in pairs}


def _reply(status: int, content: object) -> bytes:
    body = b"" if content is None else json.dumps(content).encode()
    lines = (
        f"HTTP/1.1 {status} OK",
        "content-type: application/x-amz-json-1.0",
        f"content-length: {len(body)}",
        "\r\n",
    )
    return "\r\n".join(lines).encode() + body


async def main(secret: str, certificate: str = "") -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
    if context:
        context.load_cert_chain(certificate)
    stand_in = StandIn(secret)
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0, ssl=context)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
