"""Slash commands as Discord sends them, signed: as fast as they are answered.

Usage: python -m benchmarks.clients.discord PORT PATH CONNECTIONS SECONDS
"""

import asyncio
import json
import sys
import time
from itertools import count

from nacl.signing import SigningKey

from benchmarks.clients.acks import TEXT, load

PATH = "/discord/interactions"
APPLICATION = "846462639134605312"
KEY = SigningKey(b"the benchmark's key, of 32 bytes")
PUBLIC_KEY = KEY.verify_key.encode().hex()

HEAD = (
    "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    "user-agent: Discord-Interactions/1.0 (+https://discord.com)\r\n"
    "x-signature-ed25519: {signature}\r\nx-signature-timestamp: {at}\r\n"
    "content-length: {length}\r\n\r\n"
)


def request(path: str, number: int, run: int) -> bytes:
    """`/ask` in a server, by one of fifty people in one of a hundred channels."""
    body = json.dumps(_interaction(number, run)).encode()
    at = str(int(time.time()))
    signature = KEY.sign(at.encode() + body).signature.hex()
    return HEAD.format(path=path, signature=signature, at=at, length=len(body)).encode() + body


def _interaction(number: int, run: int) -> dict[str, object]:
    identity = str((run << 22) + number)
    user, channel = f"80351110224{number % 50:06d}", f"41771013737{number % 100:07d}"
    member = {
        "user": {
            "id": user,
            "username": "ann",
            "global_name": "Ann",
            "avatar": "a_d5efa99b3eeaa7dd43acca82f5692432",
            "discriminator": "0",
            "public_flags": 131141,
        },
        "roles": ["539082325061836999"],
        "permissions": "2147483647",
        "joined_at": "2017-03-13T19:19:14.040000+00:00",
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "communication_disabled_until": None,
    }
    asked = {"name": "text", "type": 3, "value": f"{TEXT}({number})"}
    return {
        "version": 1,
        "type": 2,
        "token": f"aW50ZXJhY3Rpb246{identity}:{'x' * 120}",
        "member": member,
        "id": identity,
        "guild_id": "290926798626357999",
        "guild": {"id": "290926798626357999", "locale": "ja", "features": []},
        "app_permissions": "442368",
        "guild_locale": "ja",
        "locale": "en-US",
        "data": {"id": "771825006014889984", "name": "ask", "type": 1, "options": [asked]},
        "channel_id": channel,
        "channel": {"id": channel, "type": 0, "name": "general", "guild_id": "290926798626357999"},
        "application_id": APPLICATION,
        "entitlements": [],
        "authorizing_integration_owners": {"0": "290926798626357999"},
        "attachment_size_limit": 10_485_760,
        "context": 0,
    }


def main() -> None:
    port, path, connections, seconds = sys.argv[1:]
    numbers, run = count(), int(time.time())
    where = (int(port), int(connections), float(seconds))
    print(json.dumps(asyncio.run(load(*where, lambda: request(path, next(numbers), run)))))


if __name__ == "__main__":
    main()
