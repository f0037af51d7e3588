"""`aizuchi discord`: connect the assistant to Discord."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from aizuchi.cli.common import load_settings
from aizuchi.cli.findings import told
from aizuchi.cli.invocation import command_name
from aizuchi.cli.parsing import common_options
from aizuchi.errors import SettingsError
from aizuchi.settings import Settings
from aizuchi.surfaces.discord.rest import USER_AGENT
from aizuchi.surfaces.discord.setup import Ask, Reply, check
from aizuchi.surfaces.discord.syncing import Sync

DESCRIPTION = """\
Connects the assistant to Discord.

  1. At https://discord.com/developers/applications make an application, and take the token of its
     bot: Bot, Reset Token.
  2. Set DISCORD_BOT_TOKEN, and start the server: it prints the link that invites the bot.
  3. Open the link, and ask: /ask

docs/guides/discord.md says it step by step.
"""
URL = "the public address of the server, where Discord is to send commands to it"
GUILD = "only in this server, where they are there at once; may be given several times"
YES = "delete without asking"
WITHIN_S = 10.0
LONGEST_PAUSE_S, TRIES = 60.0, 5


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    common = [common_options()]
    synced = verbs.add_parser("sync", parents=common, help="tell Discord of the commands")
    synced.add_argument("--guild", action="append", default=[], metavar="ID", help=GUILD)
    synced.add_argument("--yes", action="store_true", help=YES)
    checked = verbs.add_parser("check", parents=common, help="say what is well, and how to mend")
    checked.add_argument("--url", default="", metavar="URL", help=URL)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    match options.verb:
        case "sync":
            return _sync(settings, options.guild, yes=options.yes)
        case _:
            return told(check(settings, asker(settings), probe, options.url))


def _sync(settings: Settings, guilds: Sequence[str], *, yes: bool) -> int:
    if not settings.discord.bot_token:
        raise SettingsError(
            "There is no bot token to tell Discord of commands with.",
            "Set DISCORD_BOT_TOKEN: docs/guides/discord.md says where it is.",
        )
    sync = Sync(settings.discord, asker(settings))
    places = sync.places(guilds or settings.discord.guilds)
    for place in places:
        print("\n  ".join([f"{place.name}:", *(place.lines or ["nothing is declared"])]))
    for place in places:
        sync.write(place)
    doomed = sum(len(place.plan.delete) for place in places)
    if doomed and _may_delete(doomed, yes=yes):
        for place in places:
            sync.delete(place)
    return 0


def _may_delete(count: int, *, yes: bool) -> bool:
    what = f"{count} command{'s' if count > 1 else ''} of no use any more (marked -)"
    if yes:
        return True
    if not sys.stdin.isatty():
        print(f"Left: {what}. {command_name()} discord sync --yes deletes them.")
        return False
    return input(f"Delete {what}? [y/N] ").strip().lower() in ("y", "yes")


def asker(settings: Settings) -> Ask:
    """Calls Discord's API; what cannot be reached is an answer like any other, and where Discord
    wants a pause it gets it."""
    base = settings.discord.api_base.rstrip("/")
    headers = {
        "authorization": f"Bot {settings.discord.bot_token.reveal()}",
        "user-agent": USER_AGENT,
    }

    def once(method: str, path: str, body: Any) -> Reply:
        try:
            got = httpx2.request(method, base + path, json=body, headers=headers, timeout=WITHIN_S)
            return Reply(got.status_code, got.json() if got.content else None)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return Reply(0)

    def ask(method: str, path: str, body: Any) -> Reply:
        reply = once(method, path, body)
        for _ in range(TRIES):
            if reply.status == 429:
                time.sleep(min(float(reply.fields.get("retry_after", 1)), LONGEST_PAUSE_S))
                reply = once(method, path, body)
        return reply

    return ask


def probe(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Asks the endpoint as anybody could; the status of its answer, 0 where there is none."""
    try:
        return httpx2.post(
            address, content=body, headers=dict(headers), timeout=WITHIN_S
        ).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return 0
