"""Slack: mentions, direct messages, threads and slash commands, answered where they were asked."""

from aizuchi.limits import Budget, Limits
from aizuchi.surfaces import Plug

LIMITS = Limits(
    delivery="pushed",
    reply_within_s=1_800.0,  # a response_url lives 30 minutes; a thread for ever
    page_chars=12_000,  # `markdown_text`, and all Markdown blocks of a message together
    sign_s=100.0,  # a status goes by itself after two minutes
    sign_ends=True,  # an agent's session stays at work until it is told otherwise
    stream_s=240.0,  # a stream is over about five minutes after it began, used or not
)
"""What a thread takes, in UTF-16 units; `docs.slack.dev` has the figures, but not the stream's."""

EDITS = LIMITS._replace(stream_s=0.0)
"""A workspace without Slack's own streaming."""

COMMAND = EDITS._replace(edits=False, sign_s=0.0, sign_ends=False)
"""The answer to a slash command by its `response_url`."""

RESPONSE_URL_USES = 5
RESPONSE_URL_S = 1_800.0
UPDATE_TEXT_CHARS = 4_000
"""`chat.update` takes no longer `text`; its `markdown_text` is as long as a page."""

BUDGETS = {
    "agents.sessions.setStatus": Budget(burst=30, per_s=20 / 60),
    "assistant.threads.setStatus": Budget(burst=40, per_s=40 / 60),
    "chat.appendStream": Budget(burst=20, per_s=80 / 60),
    "chat.delete": Budget(burst=10, per_s=40 / 60),
    "chat.postEphemeral": Budget(burst=20, per_s=80 / 60),
    "chat.postMessage": Budget(burst=1, per_s=0.9),
    "chat.startStream": Budget(burst=8, per_s=12 / 60),
    "chat.stopStream": Budget(burst=8, per_s=12 / 60),
    "chat.update": Budget(burst=10, per_s=40 / 60),
    "conversations.replies": Budget(burst=10, per_s=40 / 60),
    "reactions.add": Budget(burst=30, per_s=20 / 60),
    "reactions.remove": Budget(burst=10, per_s=10 / 60),
    "users.info": Budget(burst=20, per_s=80 / 60),
}
"""Calls of each workspace that may leave at once, and then by the second: in any minute not more
than the tier of the method allows. `chat.postMessage` counts for each channel."""

PLUG = Plug(
    name="slack",
    limits=LIMITS,
    surface="aizuchi.surfaces.slack.inbound:SlackSurface",
    courier="aizuchi.surfaces.slack.courier:SlackCourier",
    opening="aizuchi.surfaces.slack.opening:open_slack",
    check="aizuchi.surfaces.slack.setup:check",
    socket="aizuchi.surfaces.slack.socket:SlackSocket",
    paths=("/slack/events",),
    budgets=BUDGETS,
)
