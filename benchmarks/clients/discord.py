"""Slash commands as Discord sends them, signed: as fast as they are answered.

Usage: python -m benchmarks.clients.discord PORT PATH CONNECTIONS SECONDS
"""

import json
import sys
import time

from nacl.signing import SigningKey

from benchmarks.clients.acks import TEXT, Requests, load

PATH = "/discord/interactions"
APPLICATION, GUILD = "846462639134605312", "290926798626357999"
KEY = SigningKey(b"the benchmark's key, of 32 bytes")
PUBLIC_KEY = KEY.verify_key.encode().hex()

HEAD = (
    "POST PATH HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    "user-agent: Discord-Interactions/1.0 (+https://discord.com)\r\n"
    "x-signature-timestamp: %b\r\nx-signature-ed25519: %b\r\ncontent-length: %d\r\n\r\n"
)


def requests(path: str, run: int) -> Requests:
    """`/ask` in a server, by one of fifty people in one of a hundred channels."""
    return Requests(
        HEAD.replace("PATH", path),
        lambda which, number: json.dumps(_interaction(which, number, run)).encode(),
        lambda at, body: KEY.sign(at + body).signature.hex().encode(),
    )


def _interaction(which: int, number: str, run: int) -> dict[str, object]:
    identity = f"{run}{number}000"
    asked = {"name": "text", "type": 3, "value": f"{TEXT}({number})"}
    return {
        "version": 1,
        "type": 2,
        "token": f"aW50ZXJhY3Rpb246{identity}:{'x' * 120}",
        "member": _member(which),
        "id": identity,
        **_place(f"41771013737{which:07d}"),
        "locale": "en-US",
        "data": {"id": "771825006014889984", "name": "ask", "type": 1, "options": [asked]},
        "application_id": APPLICATION,
        "entitlements": [],
        "authorizing_integration_owners": {"0": GUILD},
        "attachment_size_limit": 10_485_760,
        "context": 0,
    }


def _place(channel: str) -> dict[str, object]:
    return {
        "guild_id": GUILD,
        "guild": {"id": GUILD, "locale": "ja", "features": []},
        "app_permissions": "442368",
        "guild_locale": "ja",
        "channel_id": channel,
        "channel": {"id": channel, "type": 0, "name": "general", "guild_id": GUILD},
    }


def _member(which: int) -> dict[str, object]:
    return {
        "user": _user(f"80351110224{which % 50:06d}"),
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


def _user(id_: str) -> dict[str, object]:
    return {
        "id": id_,
        "username": "ann",
        "global_name": "Ann",
        "avatar": "a_d5efa99b3eeaa7dd43acca82f5692432",
        "discriminator": "0",
        "public_flags": 131141,
    }


def main() -> None:
    port, path, connections, seconds = sys.argv[1:]
    where = (int(port), int(connections), float(seconds))
    print(json.dumps(load(*where, requests(path, int(time.time())))))


if __name__ == "__main__":
    main()
