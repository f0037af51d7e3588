"""What Discord sends, in the shapes that its reference gives, signed as it signs."""

import json
from collections.abc import Mapping
from typing import Any

from nacl.signing import SigningKey

from aizuchi.events import Event, HttpRequest, HttpResponse, Message, Reception
from aizuchi.surfaces.discord.address import DISCORD_EPOCH_S
from aizuchi.surfaces.discord.inbound import DiscordSurface
from aizuchi.surfaces.discord.manner import Manner
from aizuchi.surfaces.discord.signing import SIGNATURE, TIMESTAMP
from aizuchi.testing.virtual_time import EPOCH

SIGNER = SigningKey(bytes(range(32)))
PUBLIC_KEY = SIGNER.verify_key.encode().hex()
APP, GUILD, CHANNEL, DIRECT = "846462639134605312", "290926798626357999", "645027906669510667", "55"
BOT, ANN, BOB, ROLE = "846462639134605399", "53908232506183680", "53908232506183681", "539082325061"
ID = str(int((EPOCH - DISCORD_EPOCH_S) * 1_000) << 22)
OTHER_ID = str(int(ID) + 1)
TOKEN = "A_UNIQUE_TOKEN"
ADDRESS_ALL = str(1 << 10 | 1 << 11 | 1 << 16)

ANNS_USER = {"id": ANN, "username": "ann", "global_name": "Ann", "discriminator": "0"}
MEMBER = {"user": ANNS_USER, "nick": "Annie", "roles": [ROLE], "permissions": "2147483647"}


def option(value: Any, name: str = "text", type: int = 3, **more: Any) -> dict[str, Any]:  # noqa: A002 - Discord's word
    return {"name": name, "type": type, "value": value, **more}


def command(text: str | None = "Is it raining?", **changed: Any) -> dict[str, Any]:
    """`/ask text:…` in a channel of a guild."""
    options = [] if text is None else [option(text)]
    data = {"id": "771825006014889984", "name": "ask", "type": 1, "options": options}
    return {
        "version": 1,
        "type": 2,
        "id": ID,
        "application_id": APP,
        "token": TOKEN,
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "channel": {"id": CHANNEL, "type": 0},
        "member": MEMBER,
        "locale": "en-US",
        "guild_locale": "en-US",
        "app_permissions": ADDRESS_ALL,
        "authorizing_integration_owners": {"0": GUILD},
        "context": 0,
        "data": data,
        **changed,
    }


def with_data(*options: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """A command with other data."""
    data = {"id": "771825006014889984", "name": "ask", "type": 1, "options": [*options], **changed}
    return command(data=data)


def alone(text: str = "Is it raining?", **changed: Any) -> dict[str, Any]:
    """The same in the direct channel with us."""
    fields = {"channel_id": DIRECT, "channel": {"id": DIRECT, "type": 1}, "user": ANNS_USER}
    asked = command(text, context=1, authorizing_integration_owners={"0": "0"}, **fields)
    return {key: asked[key] for key in asked if key not in ("guild_id", "member")} | changed


def click(custom_id: str, user: str = ANN, **changed: Any) -> dict[str, Any]:
    """A click on a button of a message of ours."""
    clicker = {**ANNS_USER, "id": user}
    return command(
        type=3,
        member={**MEMBER, "user": clicker},
        data={"custom_id": custom_id, "component_type": 2},
        message={"id": "9", "content": "An answer.", "flags": 0},
        **{"id": OTHER_ID, **changed},
    )


def said(content: str = f"<@{BOT}> Is it raining?", **changed: Any) -> dict[str, Any]:
    """MESSAGE_CREATE with a mention of us."""
    return {
        "id": ID,
        "type": 0,
        "channel_id": CHANNEL,
        "guild_id": GUILD,
        "author": {"id": ANN, "username": "ann", "global_name": "Ann"},
        "member": {"nick": "Annie", "roles": [ROLE]},
        "content": content,
        "mentions": [{"id": BOT, "username": "mai", "bot": True}],
        "attachments": [],
        **changed,
    }


def direct(content: str = "Is it raining?", **changed: Any) -> dict[str, Any]:
    """MESSAGE_CREATE in the direct channel with us."""
    fields = {**said(content, mentions=[], channel_id=DIRECT), **changed}
    return {key: fields[key] for key in fields if key not in ("guild_id", "member")}


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def signed(body: bytes, at: float = EPOCH, signer: SigningKey = SIGNER) -> HttpRequest:
    timestamp = str(int(at)).encode()
    signature = signer.sign(timestamp + body).signature.hex().encode()
    proofs = ((TIMESTAMP, timestamp), (SIGNATURE, signature))
    return HttpRequest("POST", "/discord/interactions", "", proofs, body)


def request(payload: Mapping[str, Any]) -> HttpRequest:
    return signed(as_json(payload))


def received(request: HttpRequest, manner: Manner = Manner()) -> Reception | HttpResponse:
    surface = DiscordSurface(PUBLIC_KEY, manner)
    event = surface.authenticate(request, now=EPOCH)
    return surface.read(event, now=EPOCH) if isinstance(event, Event) else event


def reception(payload: Mapping[str, Any], manner: Manner = Manner()) -> Reception:
    got = received(request(payload), manner)
    assert isinstance(got, Reception), f"refused with {got.status}"
    return got


def message(payload: Mapping[str, Any], manner: Manner = Manner()) -> Message:
    (one,) = reception(payload, manner).messages
    return one


def dispatched(payload: Mapping[str, Any], manner: Manner = Manner(), bot: str = BOT) -> Reception:
    """What MESSAGE_CREATE asks us to store."""
    surface = DiscordSurface("", manner)
    surface.bot_id = bot
    return surface.read(Event("message", None, payload), now=EPOCH)


def heard(payload: Mapping[str, Any], manner: Manner = Manner()) -> Message:
    (one,) = dispatched(payload, manner).messages
    return one


def response(payload: Mapping[str, Any], manner: Manner = Manner()) -> dict[str, Any]:
    """What an interaction is answered with once it is stored."""
    return answer(reception(payload, manner).accepted)


def answer(given: object) -> dict[str, Any]:
    assert isinstance(given, HttpResponse)
    assert given.status == 200
    assert given.content_type.startswith("application/json")
    value = json.loads(given.body)
    assert isinstance(value, dict)
    return value


def status(request: HttpRequest) -> int:
    """What a host would answer once what came is stored."""
    got = received(request)
    given = got.accepted if isinstance(got, Reception) else got
    assert isinstance(given, HttpResponse)
    return given.status
