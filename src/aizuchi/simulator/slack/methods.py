"""The one table of methods: what each needs, what it takes, how often it may be called."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from aizuchi.simulator.slack import posts, reading, sessions, sockets, streams
from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.state import State

Budget = Literal["tier1", "tier2", "tier3", "tier4", "posts", "reads", "opens", "free"]
TokenKind = Literal["xoxb", "xapp", "xoxe"]
PER_MINUTE: dict[str, int] = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100}


class Method(NamedTuple):
    """A method: `does` gives the fields of its answer. `reads` refuses a body of JSON; `token` is
    the kind it is called with: the bot's, the app's own, or that of its configuration."""

    scope: str
    budget: Budget
    does: Callable[[State, Call], dict[str, Any]]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    reads: bool = False
    token: TokenKind = "xoxb"


_LOOKS = ("icon_emoji", "icon_url", "username")
_UNFURLS = ("unfurl_links", "unfurl_media")
_SAYS = ("text", "markdown_text", "blocks", "attachments", "as_user", "link_names", "parse")
_PAGE = ("cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest")
_POST = ("thread_ts", "mrkdwn", "metadata", "reply_broadcast", "container_id", "client_msg_id")
_STREAM = ("markdown_text", "chunks")
_RECIPIENT = ("recipient_user_id", "recipient_team_id")

METHODS: Mapping[str, Method] = {
    "agents.sessions.rename": Method(
        "chat:write", "tier3", sessions.rename_session, ("channel_id", "title"), ("thread_ts",)
    ),
    "agents.sessions.setStatus": Method(
        "chat:write",
        "tier3",
        sessions.set_session_status,
        ("channel_id", "status"),
        ("thread_ts", "title", "initiator_user_id", *_LOOKS),
    ),
    "api.test": Method("", "tier4", reading.api_test, (), ("error", "foo")),
    "apps.connections.open": Method(
        "connections:write", "opens", sockets.open_connection, token="xapp"
    ),
    "apps.manifest.export": Method(
        "", "tier3", reading.apps_manifest_export, ("app_id",), token="xoxe"
    ),
    "assistant.threads.setStatus": Method(
        "chat:write",
        "tier4",
        sessions.set_thread_status,
        ("channel_id", "thread_ts"),
        ("status", "loading_messages", *_LOOKS),
    ),
    "assistant.threads.setSuggestedPrompts": Method(
        "assistant:write",
        "tier4",
        sessions.set_suggested_prompts,
        ("channel_id", "prompts"),
        ("thread_ts", "title"),
    ),
    "assistant.threads.setTitle": Method(
        "assistant:write",
        "tier4",
        sessions.set_thread_title,
        ("channel_id", "thread_ts", "title"),
    ),
    "auth.test": Method("", "free", reading.auth_test),
    "chat.appendStream": Method(
        "chat:write",
        "tier4",
        streams.append_stream,
        ("channel", "ts"),
        _STREAM,
    ),
    "chat.delete": Method("chat:write", "tier3", posts.delete, ("channel", "ts"), ("as_user",)),
    "chat.postEphemeral": Method(
        "chat:write",
        "tier4",
        posts.post_ephemeral,
        ("channel", "user"),
        ("thread_ts", *_SAYS, *_LOOKS, *_UNFURLS),
    ),
    "chat.postMessage": Method(
        "chat:write",
        "posts",
        posts.post_message,
        ("channel",),
        (*_POST, *_SAYS, *_LOOKS, *_UNFURLS),
    ),
    "chat.startStream": Method(
        "chat:write",
        "tier2",
        streams.start_stream,
        ("channel",),
        ("thread_ts", *_STREAM, "task_display_mode", *_RECIPIENT, *_LOOKS, *_UNFURLS),
    ),
    "chat.stopStream": Method(
        "chat:write",
        "tier2",
        streams.stop_stream,
        ("channel", "ts"),
        (*_STREAM, "blocks", "metadata", "session_status"),
    ),
    "chat.update": Method(
        "chat:write",
        "tier3",
        posts.update,
        ("channel", "ts"),
        ("metadata", "file_ids", "reply_broadcast", *_SAYS, *_UNFURLS),
    ),
    "conversations.history": Method(
        "", "reads", reading.conversations_history, ("channel",), _PAGE, reads=True
    ),
    "conversations.info": Method(
        "channels:read",
        "tier3",
        reading.conversations_info,
        ("channel",),
        ("include_locale", "include_num_members"),
        reads=True,
    ),
    "conversations.members": Method(
        "channels:read",
        "tier4",
        reading.conversations_members,
        ("channel",),
        ("cursor", "limit"),
        reads=True,
    ),
    "conversations.open": Method(
        "im:write", "tier3", reading.conversations_open, ("users",), ("return_im",)
    ),
    "conversations.replies": Method(
        "", "reads", reading.conversations_replies, ("channel", "ts"), _PAGE, reads=True
    ),
    "reactions.add": Method(
        "reactions:write", "tier3", posts.add_reaction, ("channel", "timestamp", "name")
    ),
    "reactions.remove": Method(
        "reactions:write", "tier2", posts.remove_reaction, ("channel", "timestamp", "name")
    ),
    "team.info": Method("team:read", "tier3", reading.team_info, reads=True),
    "users.info": Method(
        "users:read", "tier4", reading.users_info, ("user",), ("include_locale",), reads=True
    ),
}
