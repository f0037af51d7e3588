"""The fake Slack: one app, installed in workspaces, with people who talk to it."""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from aizuchi.simulator.clock import Clock
from aizuchi.simulator.faults import Faults
from aizuchi.simulator.slack import findings as found
from aizuchi.simulator.slack import transcript as written
from aizuchi.simulator.slack.deliveries import Ack, Attempt, Deliveries, HttpCarrier
from aizuchi.simulator.slack.events import Events, Parcel
from aizuchi.simulator.slack.faults import Fault
from aizuchi.simulator.slack.payloads import message_fields
from aizuchi.simulator.slack.people import Person, Said
from aizuchi.simulator.slack.points import Points
from aizuchi.simulator.slack.quiet import until_quiet
from aizuchi.simulator.slack.sockets import Sockets
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Channel, Kind, Message, Team
from aizuchi.simulator.slack.webapi import WebApi

ADDRESS = "http://slack.test"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class FakeSlack:
    """Slack with one workspace, a channel `general` and nobody in it but the app.

    `address` is where it is reached: the beginning of `api_base` and of every `response_url`.
    """

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        *,
        points: Points = Points(),
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = "",
        control_token: str = "",
        address: str = ADDRESS,
    ) -> None:
        self.clock = Clock(clock) if clock else Clock()
        self.state = State(self.clock, points)
        self.api = WebApi(self.state)
        self.faults = Faults(Fault())
        self.events = Events(self.state)
        self.deliveries = Deliveries(self.clock, self._carry)
        self.sockets = Sockets(self.state)
        self.signing_secret, self.address = signing_secret, address
        self.control_token = control_token or secrets.token_urlsafe(16)
        self.app_token, self.config_token = self.state.app_token(), self.state.config_token()
        self.round_trip_s = 0.0
        self.team = self.state.install("Acme", token=bot_token)
        self.general = self.channel("general")
        self._carriers: list[HttpCarrier] = []

    # ── what it is made of ────────────────────────────────────────────────────

    @property
    def address(self) -> str:
        return self.state.address

    @address.setter
    def address(self, address: str) -> None:
        self.state.address = address

    @property
    def api_base(self) -> str:
        return f"{self.address}/api/"

    @property
    def bot_token(self) -> str:
        return self.state.token_of(self.team.id).value

    def token(self, team: Team) -> str:
        return self.state.token_of(team.id).value

    def deliver_to(self, client: httpx2.AsyncClient, url: str) -> None:
        """Sends events to this address of the app, signed, through this client."""
        self._carriers.append(HttpCarrier(self.clock, self.signing_secret, client, url))

    def configure(self, manifest: Mapping[str, Any]) -> None:
        """Makes the app what its manifest declares: its scopes, its events, its way in."""
        state, settings = self.state, manifest["settings"]
        for team in state.teams:
            state.token_of(team).scopes = frozenset(manifest["oauth_config"]["scopes"]["bot"])
        state.subscribed = set(settings["event_subscriptions"]["bot_events"])
        state.socket_mode = settings["socket_mode_enabled"]
        state.has_agent_view = "agent_view" in manifest["features"]
        state.manifest = dict(manifest)

    def channel(
        self,
        name: str,
        kind: Kind = "channel",
        *people: Person,
        team: Team | None = None,
        invited: bool = True,
    ) -> Channel:
        """A channel with these people; the app is in it unless it was not `invited`."""
        home = team or self.team
        members = {person.id for person in people} | ({home.bot_user} if invited else set())
        return self.state.add_channel(name, kind, home.id, *members)

    def person(self, name: str, *, team: Team | None = None, outside: str = "") -> Person:
        """Somebody of a workspace, in its public channels; or of another organisation, whose
        workspace has the id `outside` and who is in no channel yet."""
        home = team or self.team
        user = self.state.add_user(name, outside or home.id)
        for channel in self.state.channels.values():
            if channel.team == home.id and channel.kind == "channel" and not outside:
                channel.members.add(user.id)
        return Person(self, user, home)

    def join(self, person: Person, channel: Channel) -> None:
        channel.members.add(person.id)
        channel.shared = channel.shared or person.user.team not in self.state.teams

    def revoke(self, team: Team | None = None, error: str = "token_revoked") -> None:
        """From now on no call with this workspace's token is answered."""
        self.state.token_of((team or self.team).id).revoked = error

    def advance(self, seconds: float) -> None:
        """Lets time pass in Slack at once. The app's own clock is its own."""
        self.clock.advance(seconds)

    # ── what comes and goes ───────────────────────────────────────────────────

    def heard(self) -> list[Parcel]:
        """What the app is to hear of all that has happened since the last time."""
        happened, self.state.happened = self.state.happened, []
        return [parcel for one in happened for parcel in self.events.parcels(one)]

    def tell(self) -> None:
        """Delivers what has happened, in the background."""
        for parcel in self.heard():
            self.deliveries.send(parcel)

    async def verifies_url(self, challenge: str = "3eZbrw1aB") -> Ack:
        """Asks the app to echo a challenge, as when its address is entered."""
        payload = {"token": "deprecated", "challenge": challenge, "type": "url_verification"}
        return await self.deliveries.send(Parcel("events_api", payload, False)).first

    async def checks_ssl(self) -> Ack:
        payload = {"token": "deprecated", "ssl_check": "1"}
        return await self.deliveries.send(Parcel("slash_commands", payload, False)).first

    async def close(self) -> None:
        """Ends whatever is still under way."""
        await self.sockets.cut()
        await self.deliveries.close()
        for carrier in self._carriers:
            await carrier.close()

    async def _carry(self, parcel: Parcel, attempt: Attempt) -> Ack:
        if self.state.socket_mode:
            return await self.sockets.carry(parcel, attempt)
        if not self._carriers:
            return Ack(0, reason="connection_failed")
        return await self._carriers[-1](parcel, attempt)

    async def quiet(self, said: Said, within_s: float = 150.0) -> bool:
        """Waits until something that a person did is answered and nothing more is under way."""
        return await until_quiet(self, said, within_s)

    # ── what is to be seen ────────────────────────────────────────────────────

    def payload(self, message: Message) -> dict[str, Any]:
        return message_fields(self.state, message)

    def transcript(self, viewer: Person, channel: Channel | None = None, since: str = "") -> str:
        """What a person sees, in all their channels or in one; only threads in which something
        was written `since` a message's time."""
        return written.transcript(self.state, viewer.id, channel.id if channel else "", since)

    def thread(self, viewer: Person, channel: Channel, root: str) -> str:
        return written.thread_transcript(self.state, viewer.id, channel.id, root)

    def answers(self, channel: Channel, root: str = "") -> list[str]:
        """The texts of the app's messages that all see, oldest first, in a thread or all of it."""
        return [
            written.visible_text(self.state, message)
            for message in self.state.standing(channel.id)
            if message.app and root in ("", message.root)
        ]

    def findings(self, channel: Channel | None = None, root: str = "") -> list[str]:
        """What is wrong at the end of a run, in sentences: anywhere, or in one place."""
        return found.findings(self.state, channel.id if channel else "", root)

    def assert_clean(self) -> None:
        """Fails, with all the findings, where the app has left something wrong behind."""
        if wrong := self.findings():
            raise AssertionError("in the fake Slack:\n" + "\n".join(wrong))

    def methods_called(self) -> list[str]:
        return [made.method for made in self.state.calls]

    def __repr__(self) -> str:
        return f"<FakeSlack {self.address} {json.dumps(self.methods_called()[-3:])}>"
