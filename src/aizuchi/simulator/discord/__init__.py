"""A Discord that keeps state and says no as the real one does: interactions, channels, the Gateway.

In one process with the app, in simulated time:

    discord = FakeDiscord(clock)
    discord.register()                                       # /ask with one question
    discord.deliver_to(client_of_the_app, "http://bot.test/discord/interactions")
    client = httpx2.AsyncClient(transport=InProcessTransport(app_of(discord)))   # the app's calls
    ann = discord.person("ann")
    said = await ann.command("ask", {"question": "why?"}, discord.general)
    await discord.quiet(said)                                # until it is answered
    assert discord.answers(discord.general) == ["…"]
    discord.assert_clean()      # nothing at "thinking…", no ping, no preview, no unknown route …
    await discord.close()

or over a network: `async with serving(FakeDiscord()) as discord`. The app calls `discord.api_base`
with `discord.bot_token`, trusts `discord.public_key`, and is `discord.app_id`. Without `deliver_to`
interactions come over the Gateway, as messages always do: at `discord.gateway_url`, or in this
process by `discord.gateway.listen(hear, intents)`.

What a test may order, beside what `FakeDiscord` does for people and channels:

    discord.faults.order(Fault(lost="reply"), "POST /channels/{channel}/messages")   # see routes.py
    discord.kill(said.interaction), discord.revoke(), discord.delete(message), discord.leave(guild)
    discord.withdraw(channel, Can.SEND_MESSAGES), ann.direct.is_closed = True
    discord.advance(900), discord.ack_lag_s = 1.0, discord.round_trip_s = 0.2
    discord.gateway.reconnect(), .invalidate(), .cut(), discord.state.sees_content = True

What no source says for certain is one value each in `Points`; `FLIPPED` has every one of them
otherwise than assumed. `POST /control/…` is for `aizuchi trigger`.
"""

from aizuchi.simulator.discord.app import app_of
from aizuchi.simulator.discord.fake import ASK, FakeDiscord
from aizuchi.simulator.discord.faults import Fault
from aizuchi.simulator.discord.offers import CannotDo
from aizuchi.simulator.discord.people import Person, Said
from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.points import FLIPPED, Points, name_of
from aizuchi.simulator.discord.server import serving
from aizuchi.simulator.transport import ConnectionCut, InProcessTransport

__all__ = [
    "ASK",
    "FLIPPED",
    "Can",
    "CannotDo",
    "ConnectionCut",
    "FakeDiscord",
    "Fault",
    "InProcessTransport",
    "Person",
    "Points",
    "Said",
    "app_of",
    "name_of",
    "serving",
]
