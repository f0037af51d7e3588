"""A Slack that keeps state and says no as the real one does: workspaces, threads, streams, budgets.

In one process with the app, in simulated time:

    slack = FakeSlack(clock)
    slack.deliver_to(client_of_the_app, "http://bot.test/slack/events")
    client = httpx2.AsyncClient(transport=SlackTransport(app_of(slack)))   # for the app's calls
    ann = slack.person("ann")
    said = await ann.mentions("hello", slack.general)      # returns when it is acknowledged
    await slack.quiet(said)                                # and when it is answered
    assert slack.thread(ann, slack.general, said.thread) == "…"
    slack.assert_clean()                # no open stream, no ping, no empty message, no preview …
    await slack.close()

or over a network: `async with serving(FakeSlack()) as slack`. The app calls `slack.api_base` with
`slack.bot_token`, trusts `slack.signing_secret`, and connects with `slack.app_token` where
`slack.state.socket_mode` is on. `slack.configure(manifest)` gives it the scopes and events that a
manifest asks for, and no others.

What a test may order: `slack.faults.order(Fault(lost="reply"), "chat.postMessage")`,
`slack.revoke()`, `channel.archived = True`, `slack.state.has_streams = False`,
`slack.state.has_agent_view = False`, `slack.state.subscribed.add("message.channels")`,
`slack.round_trip_s = 0.2`, `slack.advance(300)`, `await slack.sockets.disconnect()`.

What no source says for certain is one value each in `Points`; `FLIPPED` has every one of them
otherwise than assumed. `POST /control/…` is for `aizuchi trigger`.
"""

from aizuchi.simulator.slack.app import app_of
from aizuchi.simulator.slack.fake import FakeSlack
from aizuchi.simulator.slack.faults import Fault
from aizuchi.simulator.slack.people import CannotDo, Person, Said
from aizuchi.simulator.slack.points import FLIPPED, Points, name_of
from aizuchi.simulator.slack.server import serving
from aizuchi.simulator.transport import ConnectionCut
from aizuchi.simulator.transport import InProcessTransport as SlackTransport

__all__ = [
    "FLIPPED",
    "CannotDo",
    "ConnectionCut",
    "FakeSlack",
    "Fault",
    "Person",
    "Points",
    "Said",
    "SlackTransport",
    "app_of",
    "name_of",
    "serving",
]
