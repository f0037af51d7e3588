"""Tells Discord of the commands: in a place of one's choice, and only what is not so already."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from aizuchi.errors import PlatformRefused
from aizuchi.settings.discord import DiscordSettings
from aizuchi.surfaces.discord.portal import REFUSED
from aizuchi.surfaces.discord.registration import (
    Plan,
    Registered,
    declared,
    key_of,
    path_of,
    plan,
    title,
    told,
)
from aizuchi.surfaces.discord.setup import UNREACHABLE, Ask, Reply

EVERYWHERE = "everywhere"
MOST_GUILDS = 100
"""So many servers are looked through for commands that are everywhere now."""


class Place(NamedTuple):
    """Where commands are registered, what it is called, and what is to be done there."""

    guild: str
    name: str
    plan: Plan

    @property
    def lines(self) -> Sequence[str]:
        return list(told(self.plan, in_guild=bool(self.guild)))


class Sync:
    """The commands that the settings declare, on their way to Discord."""

    def __init__(self, discord: DiscordSettings, ask: Ask) -> None:
        self._discord, self._ask = discord, ask
        self._app_id = discord.app_id or str(self._get("/applications/@me").fields["id"])

    def places(self, guilds: Sequence[str] = ()) -> Sequence[Place]:
        """What is to be done in these servers; without any, everywhere, and in the servers where
        the same command would then stand twice.

        Raises:
            PlatformRefused: Discord does not tell.
        """
        if guilds:
            return [self._place(guild, f"in server {guild}") for guild in guilds]
        return [self._place("", EVERYWHERE), *self._doubles()]

    def write(self, place: Place) -> None:
        """Creates and changes, one command at a time.

        Raises:
            PlatformRefused: Discord does not take one.
        """
        for command in place.plan.upserts:
            self._do(command, "POST", path_of(self._app_id, place.guild), command)

    def delete(self, place: Place) -> None:
        for command in place.plan.delete:
            path = f"{path_of(self._app_id, place.guild)}/{command['id']}"
            self._do(command, "DELETE", path, None)

    def _place(self, guild: str, name: str) -> Place:
        wanted = declared(self._discord, in_guild=bool(guild))
        return Place(guild, name, plan(wanted, self._live(guild), in_guild=bool(guild)))

    def _doubles(self) -> Iterator[Place]:
        """A laptop has perhaps added to its server what is everywhere now."""
        keys = {key_of(command) for command in declared(self._discord, in_guild=False)}
        for guild in self._get("/users/@me/guilds").listed[:MOST_GUILDS]:
            doubles = [one for one in self._live(guild["id"]) if key_of(one) in keys]
            if doubles:
                yield Place(guild["id"], f"in server {guild['name']}", Plan(delete=doubles))

    def _live(self, guild: str) -> Sequence[Registered]:
        return self._get(f"{path_of(self._app_id, guild)}?with_localizations=true").listed

    def _get(self, path: str) -> Reply:
        reply = self._ask("GET", path, None)
        if reply.is_well:
            return reply
        mend = {401: REFUSED, 403: "Is the bot in that server?"}.get(reply.status, UNREACHABLE)
        raise PlatformRefused(f"Discord does not tell of its commands: {reply.said}.", mend)

    def _do(self, command: Registered, method: str, path: str, body: Any) -> None:
        reply = self._ask(method, path, body)
        if not reply.is_well:
            wrong = ", ".join(_wrong(reply.fields.get("errors")))
            raise PlatformRefused(
                f"Discord did not take {title(command)}: {reply.said}.",
                f"Mend {wrong} under [[discord.commands]]." if wrong else UNREACHABLE,
            )


def _wrong(errors: Any, path: str = "") -> Iterator[str]:
    """The fields that Discord complains of, as it nests them: `options.0.name (…)`."""
    for key, inner in errors.items() if isinstance(errors, dict) else ():
        if key == "_errors":
            codes = (str(each.get("code")) for each in inner if isinstance(each, dict))
            yield f"{path.lstrip('.')} ({', '.join(codes)})"
        else:
            yield from _wrong(inner, f"{path}.{key}")
