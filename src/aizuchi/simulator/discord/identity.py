"""Who the app is, where it is, and how it connects."""

from typing import Any

from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.entities import (
    channel_fields,
    guild_fields,
    partial_guild,
    user_fields,
)
from aizuchi.simulator.discord.messages import Answer
from aizuchi.simulator.discord.refusals import Refused, invalid
from aizuchi.simulator.discord.state import APP_NAME, State

GATEWAY_PATH = "/gateway"
IDENTIFIES_A_DAY = 1000
CONTENT_FLAG = 1 << 19  # GATEWAY_MESSAGE_CONTENT_LIMITED: on in the portal, of a small app
REPLIES_TO_COMMANDS = 1 << 23


def gateway_url(state: State) -> str:
    return state.address.replace("http", "ws", 1) + GATEWAY_PATH


def get_gateway(state: State, call: Call) -> Answer:
    return {"url": gateway_url(state)}


def get_gateway_bot(state: State, call: Call) -> Answer:
    limit = {
        "total": IDENTIFIES_A_DAY,
        "remaining": IDENTIFIES_A_DAY,
        "reset_after": 86_400_000,
        "max_concurrency": 1,
    }
    return {"url": gateway_url(state), "shards": 1, "session_start_limit": limit}


def get_me(state: State, call: Call) -> Answer:
    return own_fields(state)


def own_fields(state: State) -> dict[str, Any]:
    """The app's own user, as the app itself gets it."""
    own = {"verified": True, "mfa_enabled": True, "locale": "en-US", "flags": 0, "email": None}
    return user_fields(state.bot) | own


def get_application(state: State, call: Call) -> Answer:
    owner = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None}
    return {
        "id": state.app_id,
        "name": APP_NAME,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": state.public_key,
        "owner": owner,
        "team": None,
        "flags": application_flags(state),
        "interactions_endpoint_url": state.endpoint_url or None,
        "integration_types_config": {"0": {}},
        "bot": user_fields(state.bot),
        "summary": "",
        "rpc_origins": [],
    }


def application_flags(state: State) -> int:
    has_commands = REPLIES_TO_COMMANDS if state.commands else 0
    return has_commands | (CONTENT_FLAG if state.sees_content else 0)


def list_guilds(state: State, call: Call) -> Answer:
    most = call.number("limit", 200, 1, 200)
    after = int(call.query.get("after", "0"))
    ours = [one for one in state.guilds.values() if state.bot.id in one.members]
    shown = sorted((one for one in ours if int(one.id) > after), key=lambda one: int(one.id))
    return [partial_guild(one) | {"owner": False, "permissions": "0"} for one in shown[:most]]


def get_guild(state: State, call: Call) -> Answer:
    guild = state.guilds.get(call.ids["guild"])
    if guild is None or state.bot.id not in guild.members:
        raise Refused(10004)
    told = guild_fields(state, guild)
    return {name: one for name, one in told.items() if name not in ("members", "channels")}


def get_user(state: State, call: Call) -> Answer:
    user = state.users.get(call.ids["user"])
    if user is None:
        raise Refused(10013)
    return user_fields(user)


def open_direct(state: State, call: Call) -> Answer:
    """The direct messages with somebody; whether they take any is told at the first."""
    recipient: Any = call.fields.get("recipient_id")
    if str(recipient) not in state.users:
        words = f'Value "{recipient}" is not snowflake.'
        raise invalid("recipient_id", "NUMBER_TYPE_COERCE", words)
    if str(recipient) == state.bot.id:
        raise Refused(50007)
    return channel_fields(state, state.direct(str(recipient)))
