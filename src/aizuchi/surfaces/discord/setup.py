"""What `check` looks at in Discord: the token, the application, its endpoint and its commands."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings
from aizuchi.settings.discord import DiscordSettings
from aizuchi.settings.sections import ADDRESS
from aizuchi.surfaces import Finding
from aizuchi.surfaces.discord import PLUG
from aizuchi.surfaces.discord.portal import PORTAL, REFUSED, invite
from aizuchi.surfaces.discord.registration import declared, path_of, plan, title

PING = b'{"type":1}'
BAD_SIGNATURE = {
    "content-type": "application/json",
    "x-signature-ed25519": "ab" * 64,
    "x-signature-timestamp": "1",
}
"""As Discord itself asks an endpoint now and then: of the right form, and of nobody's key."""

SYNC = "aizuchi discord sync"
MOST_NAMED = 5
UNREACHABLE = "Check the network, and [discord] api_base."


class Reply(NamedTuple):
    """What Discord's API said; a status of 0 is that it could not be reached."""

    status: int
    body: Any = None

    @property
    def is_well(self) -> bool:
        return 200 <= self.status < 300

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @property
    def listed(self) -> Sequence[Mapping[str, Any]]:
        return self.body if isinstance(self.body, list) else []

    @property
    def said(self) -> str:
        """What is wrong, in a few words."""
        if not self.status:
            return "it cannot be reached"
        code = self.fields.get("code")
        return f"it says {self.status}" + (f", {code}" if code else "")


Ask = Callable[[str, str, Any], Reply]
"""Calls the API by method, path and body, as the bot; no exception leaves it."""

Probe = Callable[[str, bytes, Mapping[str, str]], int]
"""Posts to an address; the status of the answer, 0 where there was none."""


def check(settings: Settings, ask: Ask, probe: Probe, url: str = "") -> Sequence[Finding]:
    """Everything about Discord that can be told from here; `url` is where people reach us.

    Raises:
        SettingsError: the address is none.
    """
    discord, address = settings.discord, address_of(url)
    findings = [*_ways_in(discord)]
    if discord.bot_token:
        application = ask("GET", "/applications/@me", None)
        findings += _application(discord, application)
        if application.is_well:
            findings += _endpoint(discord, application.fields, probe, address)
            findings += _gateway(ask)
            findings += _places(discord, str(application.fields.get("id")), ask)
    elif address:
        findings.append(_probed(address, probe(address, PING, BAD_SIGNATURE)))
    return findings


def _ways_in(discord: DiscordSettings) -> Iterator[Finding]:
    if discord.bot_token:
        yield Finding(True, "there is a bot token to connect and to answer with")
    elif discord.public_key:
        lacks = "mentions, and answers after a quarter of an hour, need DISCORD_BOT_TOKEN"
        yield Finding(True, f"commands come as requests; {lacks}, and so does a whole check")
    else:
        mend = f"Set DISCORD_BOT_TOKEN to the token of the bot: {PORTAL}, your application, Bot."
        yield Finding(False, "there is no way in for what people write", mend)


def _application(discord: DiscordSettings, reply: Reply) -> Iterator[Finding]:
    if not reply.is_well:
        mend = REFUSED if reply.status == 401 else UNREACHABLE
        yield Finding(False, f"Discord does not tell about the application: {reply.said}", mend)
        return
    app_id, key = reply.fields.get("id"), reply.fields.get("verify_key")
    yield Finding(True, f"the application is {reply.fields.get('name')}, {app_id}")
    if discord.app_id:
        mend = f"Set DISCORD_APP_ID to {app_id}, or take it away: it is found by the token."
        yield _well(discord.app_id == app_id, "DISCORD_APP_ID is the token's application", mend)
    if discord.public_key:
        mend = f"Set DISCORD_PUBLIC_KEY to {key}."
        same = discord.public_key.lower() == str(key).lower()
        yield _well(same, "DISCORD_PUBLIC_KEY is the application's", mend)


def _endpoint(
    discord: DiscordSettings, application: Mapping[str, Any], probe: Probe, address: str
) -> Iterator[Finding]:
    """Where commands go: to the endpoint if the application has one, else over the Gateway."""
    there = application.get("interactions_endpoint_url")
    where = f"{PORTAL}: your application, General Information, Interactions Endpoint URL"
    if address:
        sent = f"Discord sends commands to {address}"
        yield _well(there == address, sent, f"Write it at {where}.")
    if not there:
        yield Finding(True, "commands come over the Gateway: the application has no endpoint")
        return
    key = "Set DISCORD_PUBLIC_KEY to the application's, or take the address away at"
    yield _well(bool(discord.public_key), f"commands come to {there}", f"{key} {where}.")
    yield _probed(there, probe(there, PING, BAD_SIGNATURE))


def _probed(address: str, status: int) -> Finding:
    what = "the endpoint refuses a signature of nobody's"
    if status:
        mend = f"{address} answered {status}, not 401: Discord would take the address away."
    else:
        mend = f"{address} cannot be reached: let the server run, and look at its proxy."
    return _well(status == 401, what, mend)


def _gateway(ask: Ask) -> Iterator[Finding]:
    """No intent has to be switched on; what is limited is how often one may connect."""
    reply = ask("GET", "/gateway/bot", None)
    if not reply.is_well:
        yield Finding(False, f"the Gateway is not told: {reply.said}", UNREACHABLE)
        return
    starts = reply.fields.get("session_start_limit") or {}
    left = int(starts.get("remaining", 1))
    what = f"the Gateway can be connected, {left} times more today; no intent has to be switched on"
    mend = "Something connects again and again: end other processes with this token, and wait."
    yield _well(left > 0, what, mend)


# ── servers and commands ──────────────────────────────────────────────────────


def _places(discord: DiscordSettings, app_id: str, ask: Ask) -> Iterator[Finding]:
    link = invite(app_id)
    yield Finding(True, f"this link invites the bot: {link}")
    reply = ask("GET", "/users/@me/guilds", None)
    if not reply.is_well:
        yield Finding(False, f"the servers that it is in are not told: {reply.said}", UNREACHABLE)
        return
    yield _well(bool(reply.listed), f"it is in {_named(reply.listed)}", f"Open {link}")
    guilds = discord.guilds or [str(guild.get("id")) for guild in reply.listed]
    yield from _commands(discord, app_id, guilds, ask)


def _named(guilds: Sequence[Mapping[str, Any]]) -> str:
    """The first of the servers by name, and how many more there are."""
    names = [str(guild.get("name")) for guild in guilds[:MOST_NAMED]]
    more = [f"{len(guilds) - MOST_NAMED} more"] if len(guilds) > MOST_NAMED else []
    return ", ".join([*names, *more]) or "no server"


def _commands(
    discord: DiscordSettings, app_id: str, guilds: Sequence[str], ask: Ask
) -> Iterator[Finding]:
    """Whether every declared command is there, everywhere or in each of the servers."""
    everywhere = ask("GET", f"{path_of(app_id)}?with_localizations=true", None)
    missing = plan(declared(discord, in_guild=False), everywhere.listed, in_guild=False)
    if not missing.upserts:
        names = ", ".join(title(command) for command in missing.keep)
        yield Finding(True, f"the commands are there, everywhere: {names}")
        return
    for guild in guilds:
        here = ask("GET", f"{path_of(app_id, guild)}?with_localizations=true", None)
        yield _in_step(discord, guild, [*everywhere.listed, *here.listed])


def _in_step(discord: DiscordSettings, guild: str, live: Sequence[Mapping[str, Any]]) -> Finding:
    made = plan(declared(discord, in_guild=True), live, in_guild=True)
    if not made.upserts:
        return Finding(True, f"the commands are there, in server {guild}")
    names = ", ".join(title(command) for command in made.upserts)
    return Finding(False, f"server {guild} lacks, or has otherwise: {names}", f"Run {SYNC}.")


def address_of(url: str) -> str:
    """Where Discord reaches us, of the address that people know."""
    if url and not re.fullmatch(ADDRESS, url):
        raise SettingsError(
            f'--url: "{url}" is no address.', "Write for example --url https://bot.example.org."
        )
    path = PLUG.paths[0]
    return url and url.rstrip("/").removesuffix(path) + path


def _well(well: bool, what: str, mend: str) -> Finding:
    return Finding(well, what, "" if well else mend)
