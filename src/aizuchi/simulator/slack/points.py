"""What no source says for certain about Slack: one value each, so that a test can flip it."""

import math
from typing import Literal, NamedTuple


class Points(NamedTuple):
    """What the fake assumes where Slack's behaviour is only believed. Times in seconds.

    stream_lives_s         a stream ends so long after its start, appended to or not
    stream_idle_s          and so long after its last append; some saw that, most did not
    stream_needs_thread    `chat.startStream` without `thread_ts` is refused in channels too
    stream_chars           how much text one streamed message holds, over all its appends
    counts_utf16           limits of text count UTF-16 units, so that an emoji counts two
    stream_events          a stream comes back as events (its start and its end), as posts do
    stopped_again          the error of a second append to a stream that a reader has stopped
    no_streaming           the error of a workspace that has no streams
    no_agent               the error of `agents.sessions.*` for an app that is not declared an agent
    rate_limited           "429" with Retry-After, or status 200 and an error, as some methods do
    post_burst             how many posts a channel takes at once, before one a second
    posts_per_minute       how many posts a workspace takes from one app
    reads_per_minute       `conversations.replies` and `.history`; 1 for some distributed apps
    reads_at_most          and how many messages they give at most; 15 for those apps
    opens_per_minute       `apps.connections.open`: Tier 3 in one source, Tier 1 in another
    commands_are_retried   a slash command that was not acknowledged comes again, as events do
    response_url_errors    a used or expired address says so as plain text, or as JSON
    mention_reaches_guest  an app hears a mention in a public channel that it is no member of
    message_twin_first     of the two events of one mention, `message` comes first
    update_keeps_blocks    `chat.update` with nothing but `text` leaves the old blocks standing
    update_parses_names    and makes `@channel` in that `text` active, unless it says `parse: none`
    pings_in_code          `<!channel>` within a code block is active too
    quiet_ephemeral        an ephemeral message to a thread without replies is not shown
    """

    stream_lives_s: float = 300.0
    stream_idle_s: float = math.inf
    stream_needs_thread: bool = True
    stream_chars: int = 12_000
    counts_utf16: bool = False
    stream_events: bool = True
    stopped_again: str = "stopped_by_user"
    no_streaming: str = "unknown_method"
    no_agent: str = "feature_disabled"
    rate_limited: Literal["429", "200"] = "429"
    post_burst: int = 4
    posts_per_minute: int = 300
    reads_per_minute: int = 50
    reads_at_most: int = 1_000
    opens_per_minute: int = 50
    commands_are_retried: bool = False
    response_url_errors: Literal["text", "json"] = "text"
    mention_reaches_guest: bool = True
    message_twin_first: bool = False
    update_keeps_blocks: bool = True
    update_parses_names: bool = True
    pings_in_code: bool = True
    quiet_ephemeral: bool = True


# Each point otherwise than assumed, to run a suite with each.
FLIPPED: tuple[Points, ...] = (
    Points(stream_lives_s=270.0),
    Points(stream_idle_s=120.0),
    Points(stream_needs_thread=False),
    Points(stream_chars=40_000),
    Points(counts_utf16=True),
    Points(stream_events=False),
    Points(stopped_again="message_not_in_streaming_state"),
    Points(no_streaming="method_deprecated"),
    Points(no_agent="unknown_method"),
    Points(rate_limited="200"),
    Points(post_burst=1),
    Points(posts_per_minute=120),
    Points(reads_per_minute=1),
    Points(reads_at_most=15),
    Points(opens_per_minute=1),
    Points(commands_are_retried=True),
    Points(response_url_errors="json"),
    Points(mention_reaches_guest=False),
    Points(message_twin_first=True),
    Points(update_keeps_blocks=False),
    Points(update_parses_names=False),
    Points(pings_in_code=False),
    Points(quiet_ephemeral=False),
)


def name_of(flipped: Points) -> str:
    """Which point differs from what is assumed: the name of a test run with it."""
    assumed = Points()._asdict()
    return ", ".join(name for name, value in flipped._asdict().items() if value != assumed[name])
