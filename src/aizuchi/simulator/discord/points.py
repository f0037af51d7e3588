"""What no source says for certain about Discord: one value each, so that a test can flip it."""

from typing import NamedTuple


class Points(NamedTuple):
    """What the fake assumes where Discord's behaviour is only believed. Times in seconds.

    counts_utf16           2,000 characters are UTF-16 units, so that an emoji counts two
    expired_token          what a token says after its 15 minutes: a status and a code
    early_death            what one says that has died before (discord-api-docs #6851, #7220)
    unacknowledged         what a follow-up gets before the acknowledgement has arrived
    nonce_lasts_s          how long a nonce is remembered: "the past few minutes"
    deleted_nonce_is_gone  a nonce whose message was deleted is refused as unknown, not posted anew
    followup_fills         the first follow-up after "thinking…" fills that message (deprecated)
    defer_ignores_flags    other flags than ephemeral are let pass with a type 5, not refused
    bot_edits_thinking     a bot token may edit or delete a message that is still at "thinking…"
    late_edits             how many edits a message of more than an hour takes, before 30046
    post_bucket            posts to a channel, so many in so many seconds
    edit_bucket            edits of messages in a channel
    webhook_bucket         calls with one interaction's token
    read_bucket            reads of a channel
    command_bucket         calls that register commands
    global_per_s           calls of the bot in a second, interactions apart
    buckets_are_told       answers carry the X-RateLimit headers
    session_lives_s        how long a Gateway session can be resumed after its connection went
    resume_repeats         after a resume the last event known comes again
    every_session_hears    an interaction goes to each session of the app, not to one of them
    agents_of_answers_count  an answer to an interaction is blocked too where its User-Agent is
                           none of Discord's form; those of discord.py are not
    role_mention_shows     mentioning the app's own role shows the content, as mentioning it does
    pings_in_code          mentions within a code block reach people too
    heartbeat_s            how often the Gateway wants to hear from the app
    """

    counts_utf16: bool = False
    expired_token: tuple[int, int] = (401, 50027)
    early_death: tuple[int, int] = (404, 10015)
    unacknowledged: tuple[int, int] = (404, 10015)
    nonce_lasts_s: float = 180.0
    deleted_nonce_is_gone: bool = True
    followup_fills: bool = True
    defer_ignores_flags: bool = False
    bot_edits_thinking: bool = True
    late_edits: int = 30
    post_bucket: tuple[int, float] = (5, 5.0)
    edit_bucket: tuple[int, float] = (5, 5.0)
    webhook_bucket: tuple[int, float] = (5, 2.0)
    read_bucket: tuple[int, float] = (5, 5.0)
    command_bucket: tuple[int, float] = (5, 20.0)
    global_per_s: int = 50
    buckets_are_told: bool = True
    session_lives_s: float = 180.0
    resume_repeats: bool = False
    every_session_hears: bool = True
    agents_of_answers_count: bool = False
    role_mention_shows: bool = False
    pings_in_code: bool = True
    heartbeat_s: float = 41.25


# Each point otherwise than assumed, to run a suite with each.
FLIPPED: tuple[Points, ...] = (
    Points(counts_utf16=True),
    Points(expired_token=(404, 10015)),
    Points(early_death=(401, 50027)),
    Points(unacknowledged=(404, 10008)),
    Points(nonce_lasts_s=60.0),
    Points(deleted_nonce_is_gone=False),
    Points(followup_fills=False),
    Points(defer_ignores_flags=True),
    Points(bot_edits_thinking=False),
    Points(late_edits=3),
    Points(post_bucket=(1, 1.0)),
    Points(edit_bucket=(1, 1.0)),
    Points(webhook_bucket=(30, 60.0)),
    Points(read_bucket=(1, 1.0)),
    Points(command_bucket=(2, 5.0)),
    Points(global_per_s=5),
    Points(buckets_are_told=False),
    Points(session_lives_s=5.0),
    Points(resume_repeats=True),
    Points(every_session_hears=False),
    Points(agents_of_answers_count=True),
    Points(role_mention_shows=True),
    Points(pings_in_code=False),
    Points(heartbeat_s=5.0),
)


def name_of(flipped: Points) -> str:
    """Which point differs from what is assumed: the name of a test run with it."""
    assumed = Points()._asdict()
    return ", ".join(name for name, value in flipped._asdict().items() if value != assumed[name])
