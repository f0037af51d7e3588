"""The fake Discord: one app, in guilds or not, with people who talk to it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
from nacl.signing import SigningKey

from aizuchi.simulator.clock import Clock
from aizuchi.simulator.discord import findings as found
from aizuchi.simulator.discord import transcript as written
from aizuchi.simulator.discord.calls import Call, Form
from aizuchi.simulator.discord.commands import overwrite_commands
from aizuchi.simulator.discord.deliveries import Endpoint, probe
from aizuchi.simulator.discord.faults import Fault
from aizuchi.simulator.discord.gateway import Gateway
from aizuchi.simulator.discord.gestures import ping_fields
from aizuchi.simulator.discord.identity import gateway_url
from aizuchi.simulator.discord.payloads import message_fields
from aizuchi.simulator.discord.people import Person, Said
from aizuchi.simulator.discord.permissions import Can, Overwrite
from aizuchi.simulator.discord.points import Points
from aizuchi.simulator.discord.quiet import until_quiet
from aizuchi.simulator.discord.rest import Rest
from aizuchi.simulator.discord.signing import new_key, public_key
from aizuchi.simulator.discord.state import Happened, State
from aizuchi.simulator.discord.things import (
    TEXT,
    THREAD,
    Channel,
    Guild,
    Interaction,
    Message,
    Role,
    User,
)
from aizuchi.simulator.faults import Faults

ADDRESS, API = "http://discord.test", "/api/v10"
ASK: Mapping[str, Any] = {
    "name": "ask",
    "description": "Ask the assistant",
    "options": [{"type": 3, "name": "question", "description": "Your question", "required": True}],
}


class FakeDiscord:
    """Discord with one guild, in it a channel `general` and nobody but the app.

    `address` is where it is reached: the beginning of `api_base` and of the Gateway's address.
    """

    def __init__(
        self,
        clock: Callable[[], float] | None = None,
        *,
        points: Points = Points(),
        app_id: str = "",
        key: SigningKey | None = None,
        bot_token: str = "",
        control_token: str = "",
        address: str = ADDRESS,
    ) -> None:
        self.clock = Clock(clock) if clock else Clock()
        self.key = key or new_key()
        self.state = State(self.clock, points, app_id=app_id, bot_token=bot_token)
        self.state.public_key = public_key(self.key)
        self.rest = Rest(self.state)
        self.faults = Faults(Fault())
        self.gateway = Gateway(self.state)
        self.endpoint: Endpoint | None = None
        self.address = address
        self.control_token = control_token or secrets.token_urlsafe(16)
        self.round_trip_s = self.ack_lag_s = 0.0
        self.guild = self.state.add_guild("Acme")
        self.general = self.channel("general")
        self._installed_by: set[str] = set()
        self.tell()  # nobody has been there to hear of it

    # ── what it is made of ────────────────────────────────────────────────────

    @property
    def address(self) -> str:
        return self.state.address

    @address.setter
    def address(self, address: str) -> None:
        self.state.address = address

    @property
    def api_base(self) -> str:
        return self.address + API

    @property
    def gateway_url(self) -> str:
        return gateway_url(self.state)

    @property
    def app_id(self) -> str:
        return self.state.app_id

    @property
    def bot_token(self) -> str:
        return self.state.bot_token

    @property
    def public_key(self) -> str:
        return self.state.public_key

    def deliver_to(self, client: httpx2.AsyncClient, url: str) -> None:
        """Sends interactions to this address of the app, signed, through this client, and no more
        over the Gateway."""
        self.endpoint = Endpoint(self.clock, self.key, client, url)
        self.state.endpoint_url = url

    async def saves_endpoint(self, client: httpx2.AsyncClient, url: str) -> list[str]:
        """Enters the address as somebody in the portal does: it is looked at first. What is wrong
        with it; where anything is, it is not taken."""
        if wrong := await self._probe(Endpoint(self.clock, self.key, client, url)):
            return wrong
        self.deliver_to(client, url)
        return []

    async def checks_endpoint(self) -> list[str]:
        """Looks at the endpoint as Discord does unasked; one that fails is taken out."""
        assert self.endpoint
        if wrong := await self._probe(self.endpoint):
            self.endpoint, self.state.endpoint_url = None, ""
            self.state.complain(f"the endpoint was taken out: {'; '.join(wrong)}")
        return wrong

    def register(self, *commands: Mapping[str, Any], guild: Guild | None = None) -> None:
        """Has exactly these commands, everywhere or in one guild; `ASK` where none is named."""
        place = {"guild": guild.id} if guild else {}
        given = [dict(one) for one in commands or (ASK,)]
        ids = {"app": self.app_id, **place}
        overwrite_commands(self.state, Call(self.clock(), "register", ids, Form(given), {}))

    def add_guild(self, name: str, *people: Person) -> Guild:
        """Another guild that installs the app, with these people in it."""
        guild = self.state.add_guild(name)
        for person in people:
            guild.members[person.id] = set()
        self.tell()
        return guild

    def channel(self, name: str, guild: Guild | None = None) -> Channel:
        return self.state.add_channel(name, guild or self.guild, TEXT)

    def thread(self, name: str, parent: Channel) -> Channel:
        """A thread in a channel; who may what is as there."""
        thread = self.state.add_channel(name, self.state.guilds[parent.guild], THREAD)
        thread.parent = parent.id
        return thread

    def person(self, name: str, *, roles: Sequence[Role] = (), outside: bool = False) -> Person:
        """Somebody in the guild, unless `outside` of it."""
        user = self.state.add_user(name)
        if not outside:
            self.guild.members[user.id] = {role.id for role in roles}
        return Person(self, user)

    def role(self, name: str, may: Can = Can(0), guild: Guild | None = None) -> Role:
        return self.state.add_role(guild or self.guild, name, may)

    def installs(self, person: Person) -> None:
        """The person installs the app for themselves, wherever they are."""
        self._installed_by.add(person.id)

    def owners(self, channel: Channel, user: User) -> dict[str, str]:
        """Who has installed the app, as an interaction in a channel says it."""
        own = {"1": user.id} if user.id in self._installed_by else {}
        theirs = [one for one in self.state.guilds.values() if user.id in one.members]
        if channel.guild:
            theirs = [self.state.guilds[channel.guild]]
        installed = any(self.state.bot.id in one.members for one in theirs)
        return ({"0": channel.guild or "0"} if installed else {}) | own

    # ── what goes wrong ───────────────────────────────────────────────────────

    def withdraw(self, channel: Channel, *permissions: Can) -> None:
        """The app may not do that any more in a channel."""
        deny = Can(0)
        for one in permissions:
            deny |= one
        channel.overwrites.append(Overwrite(self.state.bot.id, 1, deny=deny))

    def leave(self, guild: Guild) -> None:
        """The app is put out of a guild."""
        del guild.members[self.state.bot.id]
        self.state.tell(Happened("GUILD_DELETE", guild=guild.id))
        self.tell()

    def kill(self, interaction: Interaction | None) -> None:
        """The token of an interaction dies before its time."""
        assert interaction
        interaction.died = True

    def revoke(self) -> None:
        """The bot token is reset: the old one is worth nothing, connected or not."""
        self.state.bot_token = f"{self.app_id}.reset.{secrets.token_urlsafe(28)}"
        self.gateway.cut(4004)

    def delete(self, message: Message) -> None:
        """Somebody with the right to it deletes a message of the app."""
        self.state.remove(message)
        self.tell()

    def advance(self, seconds: float) -> None:
        """Lets time pass in Discord at once. The app's own clock is its own."""
        self.clock.advance(seconds)

    # ── what comes and goes ───────────────────────────────────────────────────

    def tell(self, times: int = 1) -> None:
        """Tells the app over the Gateway what has happened."""
        happened, self.state.happened = self.state.happened, []
        for one in happened:
            self.gateway.hear(one, times)

    async def close(self) -> None:
        """Ends whatever is still under way."""
        self.gateway.cut()
        if self.endpoint:
            await self.endpoint.close()

    async def quiet(self, said: Said, within_s: float = 150.0) -> bool:
        """Waits until something that a person did is answered and nothing more is under way."""
        return await until_quiet(self, said, within_s)

    async def _probe(self, endpoint: Endpoint) -> list[str]:
        try:
            return await probe(endpoint, ping_fields(self.state))
        finally:
            await endpoint.close()

    # ── what is to be seen ────────────────────────────────────────────────────

    def payload(self, message: Message) -> dict[str, Any]:
        return message_fields(self.state, message)

    def shown(self, said: Said) -> Message:
        """The original response to a command or click, as it stands now."""
        assert said.interaction
        return self.state.messages[said.interaction.original]

    def transcript(self, viewer: Person, channel: Channel | None = None, since: str = "0") -> str:
        """What a person sees, in all their channels or in one, `since` an id."""
        return written.transcript(self.state, viewer.id, channel.id if channel else "", since)

    def messages(self, channel: Channel) -> list[Message]:
        """The app's messages in a channel that all see, oldest first."""
        standing = self.state.standing(channel.id)
        return [one for one in standing if found.is_ours(self.state, one)]

    def answers(self, channel: Channel) -> list[str]:
        """Their texts."""
        return [written.visible_text(self.state, one) for one in self.messages(channel)]

    def findings(self, channel: Channel | None = None, since: str = "0") -> list[str]:
        """What is wrong at the end of a run, in sentences: anywhere, or in one channel."""
        return found.findings(self.state, channel.id if channel else "", since)

    def assert_clean(self) -> None:
        """Fails, with all the findings, where the app has left something wrong behind."""
        if wrong := self.findings():
            raise AssertionError("in the fake Discord:\n" + "\n".join(wrong))

    def routes_called(self) -> list[str]:
        return [made.route for made in self.state.calls]

    def invalid_requests(self) -> int:
        """How many of the last ten minutes' calls Discord counts towards a ban."""
        return self.rest.budgets.invalid(self.clock())

    def __repr__(self) -> str:
        return f"<FakeDiscord {self.address} {self.routes_called()[-3:]}>"
