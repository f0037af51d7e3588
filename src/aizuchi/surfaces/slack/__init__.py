"""Slack: mentions, direct messages, threads and slash commands, answered where they were asked."""

from aizuchi.ports import Limits
from aizuchi.surfaces import Plug

LIMITS = Limits(
    delivery="pushed",
    reply_within_s=1_800.0,  # a response_url lives 30 minutes; a thread for ever
    page_chars=12_000,  # `markdown_text`, and all Markdown blocks of a message together
    sign_s=100.0,  # a status goes by itself after two minutes
    stream_s=240.0,  # a stream is over about five minutes after it began, used or not
)
"""What a thread takes, in UTF-16 units; `docs.slack.dev` has the figures, but not the stream's."""

EDITS = LIMITS._replace(stream_s=0.0)
"""A workspace without Slack's own streaming."""

ONCE = EDITS._replace(edits=False)
"""A workspace that does not let us read back what we posted."""

COMMAND = ONCE._replace(sign_s=0.0)
"""The answer to a slash command by its `response_url`."""

RESPONSE_URL_USES = 5
RESPONSE_URL_S = 1_800.0
UPDATE_TEXT_CHARS = 4_000
"""`chat.update` takes no longer `text`; its `markdown_text` is as long as a page."""

PLUG = Plug(
    name="slack",
    limits=LIMITS,
    surface="aizuchi.surfaces.slack.inbound:SlackSurface",
    courier="aizuchi.surfaces.slack.courier:SlackCourier",
    check="aizuchi.surfaces.slack.setup:check",
    socket="aizuchi.surfaces.slack.socket:SlackSocket",
    paths=("/slack/events",),
)
