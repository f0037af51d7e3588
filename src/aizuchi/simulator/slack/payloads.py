"""Messages, people and channels as the Web API and the events show them."""

from typing import Any
from urllib.parse import quote

from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Channel, File, Message, User


def message_fields(state: State, message: Message) -> dict[str, Any]:
    """A message as any reader of its channel gets it."""
    fields: dict[str, Any] = {"type": "message", "user": message.user, "ts": message.ts}
    fields |= {"text": message.text or message.markdown, "team": _team(state, message)}
    if message.subtype:
        fields["subtype"] = message.subtype
    if message.app:
        bot_id = state.teams[state.users[message.user].team].bot_id
        fields |= {"bot_id": bot_id, "app_id": message.app}
    if message.files:
        fields |= {"files": [file_fields(state, file) for file in message.files], "upload": False}
    if blocks := _blocks(message):
        fields["blocks"] = blocks
    if message.edited_at:
        fields["edited"] = {"user": message.user, "ts": message.edited_at}
    if message.reactions:
        fields["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return fields | _thread_fields(state, message)


def _team(state: State, message: Message) -> str:
    user = state.users.get(message.user)
    return user.team if user else ""


def _blocks(message: Message) -> list[dict[str, Any]]:
    markdown = [{"type": "markdown", "text": message.markdown}] if message.markdown else []
    return [*markdown, *message.blocks]


def _thread_fields(state: State, message: Message) -> dict[str, Any]:
    if message.thread:
        root = state.messages.get((message.channel, message.thread))
        author = {"parent_user_id": root.user} if root else {}
        return {"thread_ts": message.thread, **author}
    replies = state.thread(message.channel, message.ts)[1:]
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": sorted({reply.user for reply in replies}),
        "latest_reply": replies[-1].ts,
    }


def file_fields(state: State, file: File) -> dict[str, Any]:
    """A file as those are told of it who may read the channel; the content is had elsewhere."""
    url = f"{state.address}/files-pri/{file.team}-{file.id}/{quote(file.name)}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.name,
        "mimetype": file.media_type,
        "filetype": file.name.rpartition(".")[2],
        "mode": "hosted",
        "is_external": False,
        "size": len(file.content),
        "url_private": url,
        "url_private_download": f"{url}?download=1",
        "file_access": "visible",
    }


def with_metadata(state: State, message: Message) -> dict[str, Any]:
    metadata = {"metadata": message.metadata} if message.metadata else {}
    return message_fields(state, message) | metadata


def channel_fields(state: State, channel: Channel, bot_user: str) -> dict[str, Any]:
    """A channel as `conversations.info` shows it to the app."""
    common = {"id": channel.id, "is_archived": channel.archived, "context_team_id": channel.team}
    if channel.kind == "im":
        return common | {"is_im": True, "user": next(iter(channel.members - {bot_user}), "")}
    return common | {
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_ext_shared": channel.shared,
        "is_member": bot_user in channel.members,
        "num_members": len(channel.members),
    }


def user_fields(state: State, user: User) -> dict[str, Any]:
    profile = {"display_name": user.name, "real_name": user.name, "team": user.team}
    return {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "real_name": user.name,
        "is_bot": user.is_bot,
        "is_stranger": user.team not in state.teams,
        "profile": profile,
    }
