"""`aizuchi mcp`: look at the MCP servers whose tools the assistant may use."""

import argparse
import asyncio
import shlex
from collections.abc import Iterator

from aizuchi.botfile import load_bot
from aizuchi.cli.common import load_settings
from aizuchi.cli.findings import told
from aizuchi.cli.parsing import common_options
from aizuchi.settings import Settings
from aizuchi.settings.mcp import McpServer
from aizuchi.surfaces import Finding
from aizuchi.tools.mcp.looking import Seen, look

DESCRIPTION = """\
Connects to each server that aizuchi.toml names under [mcp.NAME], and lists its tools: those that
run unasked, because you wrote them there as safe, and those that somebody has to allow each time.

docs/guides/tools.md tells how to name one.
"""
NONE = Finding(True, "no MCP server is named", "Write [mcp.NAME] into aizuchi.toml to have one.")


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    verbs.add_parser("check", parents=[common_options()], help="say what is well, and how to mend")


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    return told(list(findings(settings)) if settings.mcp else [NONE])


def findings(settings: Settings) -> Iterator[Finding]:
    bot = load_bot(settings.bot_file) if settings.bot_file else None
    own = [tool.declared.name for tool in bot.tools] if bot else []
    for seen in asyncio.run(look(settings, [*settings.tools.use, *own])):
        if seen.why:
            what = f"[mcp.{seen.name}] cannot be connected to: {seen.why}"
            yield Finding(False, what, _by_hand(settings.mcp[seen.name]))
        else:
            yield from _lines(seen)


def _lines(seen: Seen) -> Iterator[Finding]:
    where = f"[mcp.{seen.name}]"
    yield Finding(True, f"{where} answers")
    if seen.safe:
        yield Finding(True, f"{where} run unasked: {', '.join(seen.safe)}")
    if seen.asked:
        yield Finding(True, f"{where} have to be allowed by a click: {', '.join(seen.asked)}")
    yield from (Finding(False, f"{where} {odd}") for odd in seen.odd)


def _by_hand(server: McpServer) -> str:
    if server.command:
        return f"Run it by hand to see why: {shlex.join(server.command)}"
    return "Check its url, and that what its headers say is still good."
